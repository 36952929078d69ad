import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { AdfNode } from '../api';
import { fromAdf, toAdf } from './convert';
import { looksLikeMarkdown, markdownToAdf, plainToAdf } from './markdown';

const blocks = (markdown: string): AdfNode[] => markdownToAdf(markdown).content;
const t = (text: string, ...types: string[]): AdfNode => (types.length > 0 ? { type: 'text', text, marks: types.map((type) => ({ type })) } : { type: 'text', text });

describe('Markdown', () => {
  it('reads headings, paragraphs and rules', () => {
    expect(blocks('# One\n\nTwo\nlines\n\n---\n### Three ###')).toEqual([
      { type: 'heading', attrs: { level: 1 }, content: [t('One')] },
      { type: 'paragraph', content: [t('Two'), { type: 'hardBreak' }, t('lines')] },
      { type: 'rule' },
      { type: 'heading', attrs: { level: 3 }, content: [t('Three')] },
    ]);
  });

  it('reads marks within a line and leaves snake_case alone', () => {
    expect(blocks('a **b _c_** `d*e*` ~~f~~ snake_case_name 2*3*4')[0]?.content).toEqual([t('a '), t('b ', 'strong'), t('c', 'strong', 'em'), t(' '), t('d*e*', 'code'), t(' '), t('f', 'strike'), t(' snake_case_name 2'), t('3', 'em'), t('4')]);
  });

  it('reads links, also bare ones, and refuses what must not be followed', () => {
    const link = (href: string) => ({ type: 'link', attrs: { href } });
    expect(blocks('[Docs](https://x.example/a) and https://y.example/b.')[0]?.content).toEqual([
      { type: 'text', text: 'Docs', marks: [link('https://x.example/a')] },
      t(' and '),
      { type: 'text', text: 'https://y.example/b', marks: [link('https://y.example/b')] },
      t('.'),
    ]);
    expect(JSON.stringify(blocks('[x](javascript:alert(1))'))).not.toContain('"link"');
  });

  it('reads nested lists with code and several paragraphs', () => {
    const [list] = blocks('- one\n  - deep\n\n    more\n- two\n  ```js\n  a()\n  ```');
    expect(list?.type).toBe('bulletList');
    expect(list?.content?.map((item) => item.content?.map((block) => block.type))).toEqual([
      ['paragraph', 'bulletList'],
      ['paragraph', 'codeBlock'],
    ]);
    expect(list?.content?.[1]?.content?.[1]).toEqual({ type: 'codeBlock', attrs: { language: 'javascript' }, content: [t('a()')] });
  });

  it('keeps the number that a list starts with', () => {
    expect(blocks('3. c\n4. d')[0]).toMatchObject({ type: 'orderedList', attrs: { order: 3 }, content: [{}, {}] });
  });

  it('reads tasks', () => {
    expect(blocks('- [x] done\n- [ ] open')[0]).toMatchObject({ type: 'taskList', content: [{ type: 'taskItem', attrs: { state: 'DONE' } }, { type: 'taskItem', attrs: { state: 'TODO' } }] });
  });

  it('reads tables with pipes that are escaped', () => {
    const [table] = blocks('| a | b |\n|---|:-:|\n| 1 | `x \\| y` |\n| 2 |');
    expect(table?.content?.map((row) => row.content?.map((cell) => cell.type))).toEqual([['tableHeader', 'tableHeader'], ['tableCell', 'tableCell'], ['tableCell', 'tableCell']]);
    expect(table?.content?.[1]?.content?.[1]?.content?.[0]?.content).toEqual([t('x | y', 'code')]);
  });

  it('reads quotes and fences', () => {
    expect(blocks('> said\n> twice\n\n```\n# no heading\n```')).toEqual([
      { type: 'blockquote', content: [{ type: 'paragraph', content: [t('said'), { type: 'hardBreak' }, t('twice')] }] },
      { type: 'codeBlock', content: [t('# no heading')] },
    ]);
  });

  it('tells Markdown from plain words', () => {
    for (const text of ['# Title', 'see `x`', '- a\n- b', '1. a\n2. b', '| a | b |\n|---|---|', '```\nx\n```', '**b**']) expect(looksLikeMarkdown(text), text).toBe(true);
    for (const text of ['Hello there.', 'a - b', '3 * 4 * 5', '1. January is cold', 'C# and F#', 'snake_case_name', 'a | b']) expect(looksLikeMarkdown(text), text).toBe(false);
  });

  it('gives the editor nothing that it must keep whole', () => {
    const piece = fc.constantFrom('# h', '- a', '  - b', '1. c', '> q', '```js', 'x **y** `z`', '| a | b |', '|---|---|', '', '- [ ] t', '---', '<br>', '    code', '[l](https://x.example)', '* * *', '***');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (lines) => {
        const read = fromAdf(markdownToAdf(lines.join('\n')));
        read.check();
        expect(JSON.stringify(toAdf(read) ?? {})).not.toContain('opaque');
        read.descendants((node) => expect(node.type.name).not.toMatch(/^opaque/) === undefined);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps the lines of plain words', () => {
    expect(plainToAdf('a\nb\n\nc').content).toEqual([{ type: 'paragraph', content: [t('a'), { type: 'hardBreak' }, t('b')] }, { type: 'paragraph', content: [t('c')] }]);
  });
});
