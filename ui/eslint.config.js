import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** What a product folder may import from outside itself: a UI framework must be leavable. */
const arrows = {
  patterns: [
    {
      group: ['@mantine/*'],
      message: 'Only src/kit imports Mantine, so that it can be left.',
    },
    {
      group: ['**/admin/**', '**/tracker/**', '**/wiki/**', '**/oncall/**', '**/status/**', '**/console/**'],
      message: 'A product does not import another product: share through kit or shell.',
    },
  ],
};

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'e2e/out'] },
  ...tseslint.configs.recommended,
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': hooks },
    rules: {
      ...hooks.configs.recommended.rules,
      'react-hooks/incompatible-library': 'off',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-console': 'error',
      'no-restricted-globals': [
        'error',
        { name: 'fetch', message: 'Only src/api fetches.' },
        { name: 'EventSource', message: 'Only src/api listens to the server.' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Use a named export.' },
        { selector: 'JSXAttribute[name.name="dangerouslySetInnerHTML"]', message: 'Build elements, not markup.' },
      ],
      'no-restricted-imports': ['error', arrows],
      'max-lines': ['error', { max: 600, skipBlankLines: true, skipComments: true }],
    },
  },
  { files: ['src/kit/**'], rules: { 'no-restricted-imports': 'off' } },
  { files: ['src/api/**', 'src/**/*.test.{ts,tsx}'], rules: { 'no-restricted-globals': 'off' } },
  { files: ['src/main.tsx', 'src/routes.tsx', 'src/routes.test.tsx'], rules: { 'no-restricted-imports': 'off' } },
);
