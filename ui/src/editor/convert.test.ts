import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { AdfDoc, AdfNode } from '../api';
import { fromAdf, toAdf } from './convert';

/** Differences that say nothing: order of marks, empty attributes and contents, text that is cut in pieces. */
function canonical(node: AdfNode): AdfNode {
  const content: AdfNode[] = [];
  for (const child of (node.content ?? []).map(canonical)) {
    const last = content.at(-1);
    if (child.type === 'text' && child.text === '') continue;
    if (last?.type === 'text' && child.type === 'text' && JSON.stringify(last.marks) === JSON.stringify(child.marks)) last.text = (last.text ?? '') + (child.text ?? '');
    else content.push(child);
  }
  const marks = (node.marks ?? []).map((mark) => (Object.keys(mark.attrs ?? {}).length > 0 ? { type: mark.type, attrs: sorted(mark.attrs) as Record<string, unknown> } : { type: mark.type }));
  return {
    type: node.type,
    ...(node.text === undefined ? {} : { text: node.text }),
    ...(Object.keys(node.attrs ?? {}).length > 0 ? { attrs: sorted(node.attrs) as Record<string, unknown> } : {}),
    ...(content.length > 0 ? { content } : {}),
    ...(marks.length > 0 ? { marks: marks.sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))) } : {}),
  };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a.localeCompare(b)).map(([key, each]) => [key, sorted(each)]));
}

const doc = (...content: AdfNode[]): AdfDoc => ({ version: 1, type: 'doc', content });
const p = (...content: AdfNode[]): AdfNode => ({ type: 'paragraph', content });
const t = (text: string, ...marks: AdfNode['marks'] & object): AdfNode => (marks.length > 0 ? { type: 'text', text, marks } : { type: 'text', text });

function expectKept(before: AdfDoc): void {
  const read = fromAdf(before);
  read.check();
  const after = toAdf(read);
  expect(after && canonical(after as AdfNode)).toEqual(canonical(before as AdfNode));
}

describe('a document survives the editor', () => {
  it.each<[string, AdfDoc]>([
    ['words and marks', doc(p(t('a '), t('b', { type: 'strong' }, { type: 'em' }), t('c', { type: 'link', attrs: { href: 'https://x.example', title: 'kept' } }), t('2', { type: 'subsup', attrs: { type: 'sup' } }), t('r', { type: 'textColor', attrs: { color: '#bf2600' } })))],
    ['marks of a later day', doc(p(t('x', { type: 'annotation', attrs: { id: '1', annotationType: 'inlineComment' } }, { type: 'annotation', attrs: { id: '2', annotationType: 'inlineComment' } }, { type: 'sparkle' })))],
    ['code that is also strong', doc(p(t('x', { type: 'code' }, { type: 'strong' })))],
    ['a list that starts at 4', doc({ type: 'orderedList', attrs: { order: 4 }, content: [{ type: 'listItem', content: [p(t('four')), { type: 'bulletList', content: [{ type: 'listItem', content: [p(t('deep'))] }] }] }] })],
    ['an explicit usual value', doc({ type: 'orderedList', attrs: { order: 1 }, content: [{ type: 'listItem', content: [p(t('one'))] }] })],
    ['tasks and decisions', doc({ type: 'taskList', attrs: { localId: 'l' }, content: [{ type: 'taskItem', attrs: { localId: 'a', state: 'DONE' }, content: [t('done')] }, { type: 'taskList', attrs: { localId: 'm' }, content: [{ type: 'taskItem', attrs: { localId: 'b', state: 'TODO' } }] }] }, { type: 'decisionList', attrs: { localId: 'd' }, content: [{ type: 'decisionItem', attrs: { localId: 'e', state: 'DECIDED' }, content: [t('yes')] }] })],
    ['a table with all its attributes', doc({ type: 'table', attrs: { layout: 'wide', isNumberColumnEnabled: true, localId: 'x', width: 760 }, content: [{ type: 'tableRow', content: [{ type: 'tableHeader', attrs: { colspan: 2, colwidth: [120, 200], background: '#deebff' }, content: [p(t('head'))] }] }, { type: 'tableRow', content: [{ type: 'tableCell', attrs: {}, content: [p()] }, { type: 'tableCell', content: [p(t('b')), { type: 'nestedExpand', attrs: { title: 'more' }, content: [p(t('in'))] }] }] }] })],
    ['things in a line', doc(p({ type: 'mention', attrs: { id: '5b1', text: '@Ana', accessLevel: '' } }, t(' '), { type: 'emoji', attrs: { shortName: ':wave:', id: '1f44b', text: '👋' } }, { type: 'date', attrs: { timestamp: '1760000000000' } }, { type: 'status', attrs: { text: 'OK', color: 'green', localId: 's', style: '' } }, { type: 'inlineCard', attrs: { url: 'https://x.example/1' } }, { type: 'hardBreak', attrs: { text: '\n' } }, t('end')))],
    ['a smart link with data instead of an address', doc(p({ type: 'inlineCard', attrs: { data: { '@type': 'Object', name: 'n' } } }))],
    ['pictures with captions and marks', doc({ type: 'mediaSingle', attrs: { layout: 'center', width: 80, widthType: 'percentage' }, content: [{ type: 'media', attrs: { type: 'file', id: 'f', collection: 'c', width: 10, height: 5, __fileName: 'a.png' }, marks: [{ type: 'border', attrs: { size: 1, color: '#091e4224' } }] }, { type: 'caption', content: [t('words')] }] }, { type: 'mediaGroup', content: [{ type: 'media', attrs: { type: 'file', id: 'g', collection: '' } }] })],
    ['panels, expands, quotes, code, rules', doc({ type: 'panel', attrs: { panelType: 'custom', panelIcon: ':x:', panelColor: '#fff' }, content: [p(t('p'))] }, { type: 'expand', attrs: { title: 'T' }, content: [p(t('e'))], marks: [{ type: 'breakout', attrs: { mode: 'wide' } }] }, { type: 'blockquote', content: [p(t('q'))] }, { type: 'codeBlock', attrs: { language: 'go', uniqueId: 'u' }, content: [t('a\n\tb')] }, { type: 'rule' })],
    ['aligned and indented blocks', doc({ type: 'paragraph', content: [t('c')], marks: [{ type: 'alignment', attrs: { align: 'center' } }] }, { type: 'heading', attrs: { level: 3 }, content: [t('h')], marks: [{ type: 'indentation', attrs: { level: 2 } }] })],
    ['nodes of a later day', doc({ type: 'hologram', attrs: { deep: { er: [1, 2] } }, content: [{ type: 'beam' }] }, p(t('a'), { type: 'hologramInline', attrs: { x: 1 } }, t('b')), { type: 'extension', attrs: { extensionKey: 'toc', extensionType: 'x', parameters: { a: 1 } } })],
    ['a block where the format has no place for it', doc({ type: 'blockquote', content: [{ type: 'table', content: [{ type: 'tableRow', content: [{ type: 'tableCell', content: [p(t('x'))] }] }] }] }, { type: 'bulletList', content: [p(t('no item'))] }, { type: 'heading', attrs: { level: 9 }, content: [t('nine')] })],
    ['macros with and without a body', doc({ type: 'extension', attrs: { extensionKey: 'toc', extensionType: 'com.atlassian.confluence.macro.core', layout: 'default', localId: 'x', parameters: { macroParams: { maxLevel: { value: '3' } }, macroMetadata: { title: 'Table of Contents' } } }, marks: [{ type: 'fragment', attrs: { localId: 'f', name: 'n' } }] }, { type: 'bodiedExtension', attrs: { extensionKey: 'excerpt', extensionType: 'com.atlassian.confluence.macro.core', parameters: {}, text: 't' }, content: [p(t('kept')), { type: 'table', content: [{ type: 'tableRow', content: [{ type: 'tableCell', content: [p(t('in'))] }] }] }] }, p(t('see '), { type: 'inlineExtension', attrs: { extensionKey: 'jira', extensionType: 'com.atlassian.confluence.macro.core', parameters: { key: 'A-1' } } }))],
    ['link cards', doc({ type: 'blockCard', attrs: { url: 'https://x.example/1' } }, { type: 'blockCard', attrs: { data: { '@type': 'Object', url: 'https://x.example/2' } } }, { type: 'blockCard', attrs: { datasource: { id: 'd', parameters: { jql: 'a' }, views: [{ type: 'table' }] }, layout: 'wide', width: 700 } }, { type: 'embedCard', attrs: { url: 'https://x.example/3', layout: 'center', width: 80, originalHeight: 10 } })],
    ['columns with expands, extensions and a breakout', doc({ type: 'layoutSection', content: [{ type: 'layoutColumn', attrs: { width: 33.33 }, content: [{ type: 'expand', attrs: { title: 'T' }, content: [p(t('e'))] }] }, { type: 'layoutColumn', attrs: { width: 66.66 }, content: [{ type: 'bodiedExtension', attrs: { extensionKey: 'k', extensionType: 'e' }, content: [p(t('b'))] }] }], marks: [{ type: 'breakout', attrs: { mode: 'wide' } }] })],
    ['columns, expands and macros where the format has no place for them', doc({ type: 'layoutSection', content: [{ type: 'layoutColumn', attrs: { width: 100 }, content: [{ type: 'layoutSection', content: [{ type: 'layoutColumn', attrs: { width: 100 }, content: [p(t('deep'))] }] }] }] }, { type: 'bodiedExtension', attrs: { extensionKey: 'k', extensionType: 'e' }, content: [{ type: 'expand', attrs: { title: '' }, content: [p(t('x'))] }] }, { type: 'extension', attrs: { extensionKey: 7 } })],
    ['columns', doc({ type: 'layoutSection', content: [{ type: 'layoutColumn', attrs: { width: 50 }, content: [p(t('l'))] }, { type: 'layoutColumn', attrs: { width: 50 }, content: [p(t('r'))] }] })],
  ])('%s', (_name, before) => expectKept(before));

  it('is nothing when nothing is in it', () => {
    expect(toAdf(fromAdf(null))).toBeNull();
    expect(toAdf(fromAdf(doc(p())))).toBeNull();
    expect(toAdf(fromAdf(doc()))).toBeNull();
  });

  it('repairs a cell that holds nothing', () => {
    const bare = doc({ type: 'table', content: [{ type: 'tableRow', content: [{ type: 'tableCell', content: [] }] }] });
    expect(toAdf(fromAdf(bare))?.content[0]?.content?.[0]?.content?.[0]?.content).toEqual([{ type: 'paragraph' }]);
  });
});

/** Documents of real sites, where a checkout has them beside it. */
const data = join(import.meta.dirname, '../../../../shared/data/confluence');
const pages = join(data, 'querypie-cloud-pages.jsonl.gz');
const fixtures = join(data, 'adf-schema-and-fixtures.tar.gz');

describe.skipIf(!existsSync(pages))('real pages survive the editor', () => {
  it('all of them', () => {
    const lines = gunzipSync(readFileSync(pages)).toString().trim().split('\n');
    for (const line of lines) {
      const { adf } = JSON.parse(line) as { adf: AdfDoc };
      expectKept(withCells(adf as AdfNode) as unknown as AdfDoc);
    }
  });
});

describe.skipIf(!existsSync(fixtures))('published fixtures survive the editor', () => {
  it('all of them', () => {
    const names = execFileSync('tar', ['tzf', fixtures]).toString().split('\n').filter((name) => /\.adf$|md\.json$|unsupported-content\.json$/.test(name));
    for (const name of names) {
      const text = execFileSync('tar', ['xzOf', fixtures, name]).toString();
      const parsed = JSON.parse(text) as AdfDoc;
      if (parsed.type === 'doc') expectKept(withCells(parsed as AdfNode) as unknown as AdfDoc);
    }
  });
});

/** Empty containers get the paragraph that the format wants. */
function withCells(node: AdfNode): AdfNode {
  const wants = ['tableCell', 'tableHeader', 'listItem', 'blockquote', 'panel', 'expand', 'nestedExpand', 'layoutColumn', 'bodiedExtension'];
  if (wants.includes(node.type) && (node.content ?? []).length === 0) return { ...node, content: [{ type: 'paragraph' }] };
  return node.content ? { ...node, content: node.content.map(withCells) } : node;
}
