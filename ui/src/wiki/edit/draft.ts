import type { AdfDoc } from '../../api';
import type { Draft } from '../wire';

/** What somebody writes, as this browser keeps it until the server has it. */
export interface LocalDraft {
  base: number;
  title: string;
  body: AdfDoc | null;
  /** Milliseconds, of this browser's clock. */
  at: number;
  /** The server has it: it is only kept for the time between a crash and the next start. */
  synced: boolean;
}

export interface Start {
  base: number;
  title: string;
  body: AdfDoc | null;
  /** Where it comes from, to be told. */
  from: 'page' | 'draft' | 'browser';
}

/**
 * What the editor begins with. What this browser alone has comes first: nobody else can
 * bring it back. Then the draft that the server keeps, then the page.
 */
export function startOf(page: { version: number; title: string; body: AdfDoc | null } | null, draft: Draft | null | undefined, local: LocalDraft | null): Start {
  if (local && !local.synced) return { base: local.base, title: local.title, body: local.body, from: 'browser' };
  if (draft) return { base: draft.baseVersion, title: draft.title, body: draft.body, from: draft.new ? 'page' : 'draft' };
  return { base: page?.version ?? 0, title: page?.title ?? '', body: page?.body ?? null, from: 'page' };
}

export type SaveState = 'clean' | 'saving' | 'saved' | 'offline' | 'failed';

export const saveWords: Readonly<Record<SaveState, string>> = {
  clean: '',
  saving: 'Saving…',
  saved: 'Draft saved',
  offline: 'Offline: kept in this browser',
  failed: 'Not saved yet: kept in this browser',
};

/** What stands in the way of publishing; undefined when nothing does. */
export function publishProblem(title: string): string | undefined {
  if (title.trim() === '') return 'Give the page a title first.';
  return title.trim().length > 255 ? 'A title has at most 255 characters.' : undefined;
}
