import type { AdfDoc, AdfNode } from '../api';
import { plainText, text } from './adf';

export interface DocHeading {
  level: number;
  /** How deep it stands, from 1, without the levels that were skipped: what readers of the screen are told. */
  depth: number;
  text: string;
  /** Unique in the document, for links to it. */
  id: string;
  node: AdfNode;
}

/** All headings of a document in order, for an outline and for links: "Getting started" has the id "Getting-started". */
export function docHeadings(doc: AdfDoc | AdfNode | null | undefined): DocHeading[] {
  const found: DocHeading[] = [];
  const used = new Map<string, number>();
  let above: number[] = [];
  const visit = (node: AdfNode) => {
    if (node.type === 'heading') {
      const words = plainText(node);
      const base = words.trim().replace(/\s+/g, '-') || 'heading';
      const times = used.get(base) ?? 0;
      used.set(base, times + 1);
      const level = Math.min(6, Math.max(1, Number(text(node.attrs?.['level'])) || 1));
      above = [...above.filter((other) => other < level), level];
      found.push({ level, depth: above.length, text: words, id: times === 0 ? base : `${base}.${times}`, node });
    } else for (const child of node.content ?? []) visit(child);
  };
  if (doc) visit(doc as AdfNode);
  return found;
}
