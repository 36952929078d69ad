import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AdfDoc, AdfNode } from '../../api';
import { diffDocs, mergeDocs } from './diff';

const p = (text: string): AdfNode => ({ type: 'paragraph', content: text === '' ? [] : [{ type: 'text', text }] });
const doc = (...content: AdfNode[]): AdfDoc => ({ version: 1, type: 'doc', content });
const list = (...items: string[]): AdfNode => ({ type: 'bulletList', content: items.map((item) => ({ type: 'listItem', content: [p(item)] })) });

/** The words of a diff as one side had them. */
function side(nodes: readonly AdfNode[], gone: string): string {
  return nodes
    .map((node) => (node.content ? side(node.content, gone) : node.marks?.some((mark) => mark.type === gone) ? '' : (node.text ?? '')))
    .join('');
}

describe('diffDocs', () => {
  it('marks words inside a paragraph that was changed', () => {
    const { segments, added, removed } = diffDocs(doc(p('The old barn is red.'), p('Stays.')), doc(p('The new barn is red.'), p('Stays.')));
    expect(segments.map((each) => each.op)).toEqual(['change', 'same']);
    const [changed] = segments[0]?.nodes ?? [];
    expect(side([changed as AdfNode], 'strike')).toBe('The new barn is red.');
    expect(side([changed as AdfNode], 'underline')).toBe('The old barn is red.');
    expect([added, removed]).toEqual([1, 1]);
  });

  it('tells what came and what went', () => {
    const { segments } = diffDocs(doc(p('one'), p('two')), doc(p('two'), { type: 'rule' }));
    expect(segments.map((each) => each.op)).toEqual(['remove', 'same', 'add']);
  });

  it('looks into lists and leaves names given by editors out', () => {
    const task = (localId: string): AdfNode => ({ type: 'taskList', attrs: { localId }, content: [{ type: 'taskItem', attrs: { localId, state: 'TODO' }, content: [{ type: 'text', text: 'x' }] }] });
    const { segments } = diffDocs(doc(list('apples', 'pears'), task('1')), doc(list('apples', 'plums', 'pears'), task('2')));
    expect(segments.map((each) => each.op)).toEqual(['change', 'same']);
    expect(segments[0]?.nodes[0]?.content).toHaveLength(3);
  });

  it('does not take a comment for a change of the text', () => {
    const commented: AdfNode = { type: 'paragraph', content: [{ type: 'text', text: 'The ' }, { type: 'text', text: 'barn', marks: [{ type: 'annotation', attrs: { id: '1' } }] }, { type: 'text', text: ' is red.' }] };
    expect(diffDocs(doc(p('The barn is red.')), doc(commented)).segments.map((each) => each.op)).toEqual(['same']);
    expect(mergeDocs(doc(p('a'), p('b')), doc(p('a'), p('B')), doc(commented, p('b')))).toEqual(doc(commented, p('B')));
  });

  it('shows code as whole blocks, and anything as new or gone when there is no other side', () => {
    const code = (text: string): AdfNode => ({ type: 'codeBlock', content: [{ type: 'text', text }] });
    expect(diffDocs(doc(code('a = 1')), doc(code('a = 2'))).segments.map((each) => each.op).sort()).toEqual(['add', 'remove']);
    expect(diffDocs(null, doc(p('x'))).segments.map((each) => each.op)).toEqual(['add']);
  });

  it('keeps every word of both sides', () => {
    const text = fc.array(fc.constantFrom('red', 'barn', 'old', 'new', 'hay'), { maxLength: 6 }).map((all) => all.join(' '));
    const docs = fc.array(text.map(p), { maxLength: 6 }).map((all) => doc(...all));
    fc.assert(
      fc.property(docs, docs, (before, after) => {
        const { segments } = diffDocs(before, after);
        const from = (ops: string[], gone: string) => segments.filter((each) => ops.includes(each.op)).map((each) => side(each.nodes, gone)).join('|');
        const plain = (side_: AdfDoc) => side_.content.map((node) => side([node], 'none')).join('');
        expect(from(['same', 'add', 'change'], 'strike').replaceAll('|', '')).toBe(plain(after));
        expect(from(['same', 'remove', 'change'], 'underline').replaceAll('|', '')).toBe(plain(before));
      }),
    );
  });
});

describe('mergeDocs', () => {
  const base = doc(p('a'), p('b'), p('c'), p('d'));
  it('puts changes of different places together', () => {
    expect(mergeDocs(base, doc(p('A'), p('b'), p('c'), p('d')), doc(p('a'), p('b'), p('c'), p('d'), p('e')))).toEqual(doc(p('A'), p('b'), p('c'), p('d'), p('e')));
    expect(mergeDocs(base, doc(p('b'), p('c'), p('d')), doc(p('a'), p('b'), p('C'), p('d')))).toEqual(doc(p('b'), p('C'), p('d')));
    expect(mergeDocs(base, base, doc(p('x')))).toEqual(doc(p('x')));
  });
  it('takes a change that both made once', () => {
    expect(mergeDocs(base, doc(p('A'), p('b'), p('c'), p('d')), doc(p('A'), p('b'), p('c'), p('D')))).toEqual(doc(p('A'), p('b'), p('c'), p('D')));
  });
  it('gives up where both changed the same', () => {
    expect(mergeDocs(base, doc(p('A'), p('b'), p('c'), p('d')), doc(p('B'), p('b'), p('c'), p('d')))).toBeNull();
    expect(mergeDocs(base, doc(p('x'), p('a'), p('b'), p('c'), p('d')), doc(p('y'), p('a'), p('b'), p('c'), p('d')))).toBeNull();
  });
});
