import { expect, it } from 'vitest';
import type { AdfDoc, AdfNode } from '../../api';
import { anchorOf, blockTexts, markersOf, readingMinutes, resolvedBody, withTask } from './body';

const t = (text: string, ...marks: NonNullable<AdfNode['marks']>): AdfNode => ({ type: 'text', text, ...(marks.length > 0 ? { marks } : {}) });
const doc = (...content: AdfNode[]): AdfDoc => ({ version: 1, type: 'doc', content });
const p = (...content: AdfNode[]): AdfNode => ({ type: 'paragraph', content });

it('turns references into addresses and leaves other links alone', () => {
  const link = (href: string) => ({ type: 'link', attrs: { href } });
  const body = doc(p(t('a', link('wiki:page/DOC/A')), t('b', link('https://example.org'))));
  const resolved = resolvedBody(body, [{ href: 'wiki:page/DOC/A', url: '/wiki/spaces/DOC/pages/1', title: 'A' }]);
  expect(resolved?.content[0]?.content?.map((node) => node.marks?.[0]?.attrs?.['href'])).toEqual(['/wiki/spaces/DOC/pages/1', 'https://example.org']);
});

it('says which occurrence of the words was selected', () => {
  const body = doc(p(t('the barn and the '), t('barn', { type: 'strong' })), { type: 'bulletList', content: [{ type: 'listItem', content: [p(t('a barn'))] }, { type: 'listItem', content: [p(t('a barn'))] }] });
  expect(blockTexts(body)).toEqual(['the barn and the barn', 'a barn', 'a barn']);
  expect(anchorOf(body, 'barn', 'the barn and the barn', 'the barn and the ', 0)).toEqual({ anchorText: 'barn', matchCount: 4, matchIndex: 1 });
  expect(anchorOf(body, ' barn', 'a barn', 'a', 1)).toEqual({ anchorText: 'barn', matchCount: 4, matchIndex: 3 });
  expect(anchorOf(body, 'barn a', 'the barn', '', 0)).toBeNull();
});

it('finds the markers of comments in order, each once', () => {
  const note = (id: string) => ({ type: 'annotation', attrs: { id, annotationType: 'inlineComment' } });
  expect(markersOf(doc(p(t('a', note('2')), t('b', note('2'), { type: 'em' }), t('c', note('1')))))).toEqual(['2', '1']);
});

it('ticks one task', () => {
  const task = (localId: string): AdfNode => ({ type: 'taskItem', attrs: { localId, state: 'TODO' }, content: [] });
  const ticked = withTask(doc({ type: 'taskList', content: [task('1'), task('2')] }), '2', true);
  expect(ticked?.content[0]?.content?.map((each) => each.attrs?.['state'])).toEqual(['TODO', 'DONE']);
});

it('says how long a page is to read', () => {
  expect(readingMinutes(doc())).toBe(1);
  expect(readingMinutes(doc(p(t('word '.repeat(660)))))).toBe(3);
});
