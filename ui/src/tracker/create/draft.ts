import { readLocal, writeLocal, type AdfDoc } from '../../api';

/** What somebody has written so far about an issue that does not exist yet. */
export interface Draft {
  project: string;
  type: string;
  summary: string;
  description: AdfDoc | null;
  /** Other fields by id, in the form the API takes. */
  fields: Record<string, unknown>;
}

export const emptyDraft: Draft = { project: '', type: '', summary: '', description: null, fields: {} };

/** One draft for each person, so that two who share a computer do not read each other's. */
const name = (accountId: string) => `draft.${accountId}`;

export function loadDraft(accountId: string): Draft {
  return { ...emptyDraft, ...readLocal<Partial<Draft>>(name(accountId), {}) };
}

export function saveDraft(accountId: string, draft: Draft): void {
  writeLocal(name(accountId), draft);
}

/** Whether there is anything that somebody would miss. */
export function hasContent(draft: Draft): boolean {
  return draft.summary.trim() !== '' || hasText(draft.description) || Object.keys(draft.fields).length > 0;
}

function hasText(node: { text?: string; type?: string; content?: readonly unknown[] } | null): boolean {
  if (!node) return false;
  if (node.text?.trim() || node.type === 'mention' || node.type === 'media') return true;
  return (node.content ?? []).some((child) => hasText(child as { text?: string; content?: unknown[] }));
}

/** The body for POST /rest/api/3/issue. `priority` and the like come from `fields`. */
export function issueBody(draft: Draft): { fields: Record<string, unknown> } {
  return {
    fields: {
      ...Object.fromEntries(Object.entries(draft.fields).filter(([, value]) => value !== null && value !== undefined && value !== '')),
      project: { key: draft.project },
      issuetype: { id: draft.type },
      summary: draft.summary.trim(),
      ...(hasText(draft.description) ? { description: draft.description } : {}),
    },
  };
}

/** Plain text as a document, one paragraph a line. */
export function docOf(text: string): AdfDoc | null {
  if (text.trim() === '') return null;
  return {
    version: 1,
    type: 'doc',
    content: text.split(/\n/).map((line) => ({ type: 'paragraph', ...(line === '' ? {} : { content: [{ type: 'text', text: line }] }) })),
  };
}
