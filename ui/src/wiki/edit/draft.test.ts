import { expect, it } from 'vitest';
import type { Draft } from '../wire';
import { publishProblem, startOf, type LocalDraft } from './draft';

const body = (text: string) => ({ version: 1 as const, type: 'doc' as const, content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] });
const page = { version: 4, title: 'Page', body: body('page') };
const draft: Draft = { pageId: '1', spaceId: '2', type: 'page', baseVersion: 3, currentVersion: 4, title: 'Draft', body: body('draft'), updatedAt: '', new: false };
const local: LocalDraft = { base: 2, title: 'Local', body: body('local'), at: 5, synced: false };

it('begins with what only this browser has', () => {
  expect(startOf(page, draft, local)).toMatchObject({ base: 2, title: 'Local', from: 'browser' });
});

it('begins with the draft when the server has all of it, else with the page', () => {
  expect(startOf(page, draft, { ...local, synced: true })).toMatchObject({ base: 3, title: 'Draft', from: 'draft' });
  expect(startOf(page, null, null)).toMatchObject({ base: 4, title: 'Page', from: 'page' });
  expect(startOf(null, { ...draft, new: true, baseVersion: 0 }, null)).toMatchObject({ base: 0, from: 'page' });
});

it('asks for a title of a length that fits', () => {
  expect(publishProblem('  ')).toBeDefined();
  expect(publishProblem('x'.repeat(256))).toBeDefined();
  expect(publishProblem('Fine')).toBeUndefined();
});
