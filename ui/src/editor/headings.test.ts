import { expect, it } from 'vitest';
import type { AdfDoc } from '../api';
import { docHeadings } from './headings';

const heading = (level: number, text: string) => ({ type: 'heading', attrs: { level }, content: [{ type: 'text', text }] });
const doc = (...content: AdfDoc['content']): AdfDoc => ({ version: 1, type: 'doc', content });

it('gives every heading an id of its own, wherever it stands', () => {
  const found = docHeadings(doc(heading(1, 'Getting started'), { type: 'layoutSection', content: [{ type: 'layoutColumn', content: [heading(2, 'Getting  started')] }] }, heading(2, '')));
  expect(found.map(({ id }) => id)).toEqual(['Getting-started', 'Getting-started.1', 'heading']);
});

it('closes the gaps between levels', () => {
  const found = docHeadings(doc(heading(3, 'a'), heading(5, 'b'), heading(6, 'c'), heading(4, 'd'), heading(1, 'e'), heading(2, 'f')));
  expect(found.map(({ depth }) => depth)).toEqual([1, 2, 3, 2, 1, 2]);
});
