import { expect, it } from 'vitest';
import { docOf, emptyDraft, hasContent, issueBody, loadDraft, saveDraft } from './draft';

it('keeps a draft for each person', () => {
  saveDraft('ana', { ...emptyDraft, summary: 'Half a thought' });
  expect(loadDraft('ana').summary).toBe('Half a thought');
  expect(loadDraft('bob')).toEqual(emptyDraft);
});

it('knows whether anything would be missed', () => {
  expect(hasContent(emptyDraft)).toBe(false);
  expect(hasContent({ ...emptyDraft, project: 'A', type: '1', summary: '  ' })).toBe(false);
  expect(hasContent({ ...emptyDraft, description: docOf('x') })).toBe(true);
  expect(hasContent({ ...emptyDraft, description: { version: 1, type: 'doc', content: [{ type: 'paragraph' }] } })).toBe(false);
});

it('sends only what was filled in', () => {
  const body = issueBody({ project: 'A', type: '7', summary: ' Pay ', description: null, fields: { labels: ['x'], duedate: '' } });
  expect(body).toEqual({ fields: { project: { key: 'A' }, issuetype: { id: '7' }, summary: 'Pay', labels: ['x'] } });
});
