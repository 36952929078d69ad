import type { AdfDoc, AdfNode } from '../../api';
import { plainText } from '../../editor';
import type { WikiPage } from '../wire';

/** The body with its links to pages, files and people of the wiki turned into addresses. Where a target is gone, the words stay and say so. */
export function resolvedBody(body: AdfDoc | null, references: WikiPage['references']): AdfDoc | null {
  if (!body || !references || references.length === 0) return body;
  const byHref = new Map(references.map((each) => [each.href, each.url]));
  const visit = (node: AdfNode): AdfNode => {
    const marks = node.marks?.map((mark) => {
      const href = mark.type === 'link' ? byHref.get(String(mark.attrs?.['href'])) : undefined;
      return href === undefined ? mark : { ...mark, attrs: { ...mark.attrs, href } };
    });
    const url = node.attrs?.['url'];
    const known = typeof url === 'string' ? byHref.get(url) : undefined;
    return { ...node, ...(marks ? { marks } : {}), ...(known === undefined ? {} : { attrs: { ...node.attrs, url: known } }), ...(node.content ? { content: node.content.map(visit) } : {}) };
  };
  return { ...body, content: body.content.map(visit) };
}

/** Minutes to read, at the pace of most people. */
export function readingMinutes(body: AdfDoc | null): number {
  const words = body ? (plainText(body).match(/[\p{L}\p{N}]+/gu)?.length ?? 0) : 0;
  return Math.max(1, Math.round(words / 220));
}

const textBlocks = new Set(['paragraph', 'heading', 'taskItem', 'decisionItem', 'caption', 'codeBlock']);

/** The texts of a document, one for each block of words, as a reader selects in them. */
export function blockTexts(body: AdfDoc | null): string[] {
  const found: string[] = [];
  const visit = (node: AdfNode | AdfDoc) => {
    if (textBlocks.has(node.type)) found.push((node.content ?? []).map((child) => child.text ?? (child.type === 'hardBreak' ? '\n' : '')).join(''));
    else for (const child of node.content ?? []) visit(child);
  };
  if (body) visit(body);
  return found;
}

const occurrences = (text: string, wanted: string): number => {
  let count = 0;
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) count++;
  return count;
};

/**
 * Which of all occurrences of the selected words in the document is meant: the one that has
 * `before` in front of it in a block that says `block`. Null when the words do not stand in one block.
 */
export function anchorOf(body: AdfDoc | null, selected: string, block: string, before: string, blockIndex: number): { anchorText: string; matchCount: number; matchIndex: number } | null {
  const wanted = selected.trim();
  if (wanted === '' || !block.includes(wanted)) return null;
  const texts = blockTexts(body);
  const same = texts.flatMap((text, i) => (text === block ? [i] : []));
  const at = same[blockIndex];
  if (at === undefined) return null;
  const earlier = texts.slice(0, at).reduce((sum, text) => sum + occurrences(text, wanted), 0);
  const offset = before.length + (selected.length - selected.trimStart().length);
  const matchIndex = earlier + occurrences(block.slice(0, offset), wanted);
  return { anchorText: wanted, matchCount: texts.reduce((sum, text) => sum + occurrences(text, wanted), 0), matchIndex };
}

/** The markers of inline comments in the order of the text. */
export function markersOf(body: AdfDoc | null): string[] {
  const found: string[] = [];
  const visit = (node: AdfNode | AdfDoc) => {
    if ('marks' in node) for (const mark of node.marks ?? []) if (mark.type === 'annotation' && !found.includes(String(mark.attrs?.['id']))) found.push(String(mark.attrs?.['id']));
    for (const child of node.content ?? []) visit(child);
  };
  if (body) visit(body);
  return found;
}

/** A tick painted ahead of the server. */
export function withTask(doc: AdfDoc | null, localId: string, done: boolean): AdfDoc | null {
  const visit = (node: AdfNode): AdfNode =>
    node.type.endsWith('askItem') && node.attrs?.['localId'] === localId ? { ...node, attrs: { ...node.attrs, state: done ? 'DONE' : 'TODO' } } : node.content ? { ...node, content: node.content.map(visit) } : node;
  return doc && { ...doc, content: doc.content.map(visit) };
}
