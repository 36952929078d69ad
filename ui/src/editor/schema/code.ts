import { mergeAttributes, Node, textblockTypeInputRule } from '@tiptap/core';
import { TextSelection } from '@tiptap/pm/state';

/** Languages that the picker offers; any other name is kept as it came. */
export const languages: readonly string[] = [
  'bash', 'c', 'cpp', 'csharp', 'css', 'diff', 'docker', 'go', 'graphql', 'html', 'java', 'javascript', 'json', 'kotlin', 'markdown',
  'php', 'plaintext', 'python', 'ruby', 'rust', 'sql', 'swift', 'toml', 'typescript', 'xml', 'yaml',
];

const short: Readonly<Record<string, string>> = { js: 'javascript', ts: 'typescript', py: 'python', rb: 'ruby', sh: 'bash', shell: 'bash', yml: 'yaml', md: 'markdown', golang: 'go', 'c++': 'cpp', 'c#': 'csharp', text: 'plaintext' };

/** The name a language is stored under. */
export function languageName(typed: string | undefined): string | null {
  const name = (typed ?? '').trim().toLowerCase();
  return name === '' ? null : (short[name] ?? name);
}

export const CodeBlock = Node.create({
  name: 'codeBlock',
  group: 'block inItem inPanel inCell inQuote',
  content: 'text*',
  marks: '',
  code: true,
  defining: true,
  addAttributes: () => ({
    language: {
      default: null,
      parseHTML: (element) => languageName(element.getAttribute('data-language') ?? /language-(\S+)/.exec(element.querySelector('code')?.className ?? '')?.[1]),
      renderHTML: ({ language }) => (language ? { 'data-language': language as string } : {}),
    },
  }),
  parseHTML: () => [{ tag: 'pre', preserveWhitespace: 'full' }],
  renderHTML: ({ HTMLAttributes }) => ['pre', mergeAttributes(HTMLAttributes, { 'data-node': 'code' }), ['code', 0]],
  addInputRules() {
    return [textblockTypeInputRule({ find: /^```([a-z+#]*)[\s\n]$/i, type: this.type, getAttributes: (match) => ({ language: languageName(match[1]) }) })];
  },
  addKeyboardShortcuts() {
    const inCode = () => this.editor.state.selection.$from.parent.type === this.type;
    return {
      'Mod-Alt-c': () => this.editor.commands.toggleNode('codeBlock', 'paragraph'),
      Enter: () => {
        const { $from, empty } = this.editor.state.selection;
        if ($from.parent.type.name === 'paragraph' && empty) {
          const fence = /^```([a-z+#]*)$/i.exec($from.parent.textContent);
          if (!fence || $from.parentOffset !== $from.parent.content.size) return false;
          return this.editor
            .chain()
            .deleteRange({ from: $from.start(), to: $from.end() })
            .setNode('codeBlock', { language: languageName(fence[1]) })
            .run();
        }
        if (!inCode() || !empty) return false;
        // Two empty lines at the end lead out.
        if ($from.parentOffset !== $from.parent.content.size || !$from.parent.textContent.endsWith('\n\n')) return false;
        return this.editor
          .chain()
          .command(({ tr }) => {
            tr.delete($from.pos - 2, $from.pos);
            return true;
          })
          .exitCode()
          .run();
      },
      Tab: () => inCode() && this.editor.commands.insertContent('\t'),
      Backspace: () => {
        const { $from, empty } = this.editor.state.selection;
        return empty && inCode() && $from.parent.content.size === 0 && this.editor.commands.setNode('paragraph');
      },
      // Below a block that ends the document there is nowhere to go by itself.
      ArrowDown: () => {
        const { state, view } = this.editor;
        const { $from, empty } = state.selection;
        if (!empty || !inCode() || $from.parentOffset !== $from.parent.content.size) return false;
        const after = $from.after();
        const paragraph = state.schema.nodes['paragraph'];
        if (!paragraph || state.doc.resolve(after).nodeAfter) return false;
        const tr = state.tr.insert(after, paragraph.create());
        view.dispatch(tr.setSelection(TextSelection.create(tr.doc, after + 1)));
        return true;
      },
    };
  },
});
