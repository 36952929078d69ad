import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { api, ApiError, readLocal, writeLocal, type AdfDoc } from '../../api';
import { Autosave } from '../../editor/autosave';
import { draftQuery, rest } from '../queries';
import { keys } from '../stale';
import type { Draft, WikiPage } from '../wire';
import { startOf, type LocalDraft, type SaveState, type Start } from './draft';

export interface Writing {
  start: Start;
  title: string;
  setTitle: (title: string) => void;
  setBody: (body: AdfDoc | null) => void;
  /** What stands there now. */
  now: () => { title: string; body: AdfDoc | null };
  base: number;
  state: SaveState;
  /** Saves at once what waits. */
  flush: () => Promise<void>;
  /** Waits for a save under way and lets none begin: a draft must not arrive after the page it became. */
  hold: () => Promise<void>;
  /** Goes on saving, with what was held back. */
  resume: () => void;
  /** Nothing is kept any longer, here and on the server. */
  forget: (alsoOnServer: boolean) => Promise<void>;
}

/** How long until a save that failed is tried again. */
const again = 8_000;

/** A draft while it is written: in this browser with every letter, on the server whenever the hand rests. */
export function useDraft(id: string, account: string, page: WikiPage | null, draft: Draft | null): Writing {
  const queries = useQueryClient();
  const slot = `wiki.draft.${account}.${id}`;
  const [start] = useState(() => startOf(page, draft, readLocal<LocalDraft | null>(slot, null)));
  const [title, setTitleState] = useState(start.title);
  const [state, setState] = useState<SaveState>(start.from === 'draft' ? 'saved' : 'clean');
  const now = useRef({ title: start.title, body: start.body });
  const ended = useRef(false);
  const held = useRef(false);
  const underWay = useRef<Promise<unknown>>(Promise.resolve());
  const keepHere = useCallback(
    (synced: boolean) => {
      if (!ended.current) writeLocal(slot, { base: start.base, title: now.current.title, body: now.current.body, at: Date.now(), synced } satisfies LocalDraft);
    },
    [slot, start.base],
  );
  const [saver] = useState(
    () =>
      new Autosave(() => ({
        rest: 700,
        longest: 4_000,
        save: async () => {
          if (ended.current || held.current) return;
          setState('saving');
          const sent = now.current;
          try {
            const request = api.put<Draft>(`${rest}/drafts/${encodeURIComponent(id)}`, { baseVersion: start.base, title: sent.title, body: sent.body ?? { version: 1, type: 'doc', content: [] } });
            underWay.current = request.catch(() => undefined);
            const saved = await request;
            if (ended.current) return;
            keepHere(now.current === sent);
            setState('saved');
            queries.setQueryData<Draft>(draftQuery(id).queryKey, (known) => ({ ...known, ...saved, title: sent.title, body: sent.body }));
          } catch (error) {
            setState(error instanceof ApiError && error.offline ? 'offline' : 'failed');
            throw error;
          }
        },
      })),
  );
  const changed = (next: { title: string; body: AdfDoc | null }) => {
    now.current = next;
    keepHere(false);
    saver.changed(next.body);
  };
  useEffect(() => {
    // What this browser kept through a crash goes to the server first of all.
    if (start.from === 'browser') saver.changed(now.current.body);
    const flush = () => void saver.flush();
    const timer = setInterval(flush, again);
    window.addEventListener('online', flush);
    window.addEventListener('pagehide', flush);
    return () => {
      clearInterval(timer);
      window.removeEventListener('online', flush);
      window.removeEventListener('pagehide', flush);
      flush();
    };
  }, [saver, start.from]);
  return {
    start,
    title,
    setTitle: (next) => {
      setTitleState(next);
      changed({ ...now.current, title: next });
    },
    setBody: (body) => changed({ ...now.current, body }),
    now: () => now.current,
    base: start.base,
    state,
    flush: () => saver.flush(),
    hold: async () => {
      held.current = true;
      await underWay.current;
    },
    resume: () => {
      held.current = false;
      saver.changed(now.current.body);
    },
    forget: async (alsoOnServer) => {
      ended.current = true;
      await underWay.current;
      writeLocal(slot, undefined);
      queries.removeQueries({ queryKey: draftQuery(id).queryKey });
      if (alsoOnServer) await api.delete(`${rest}/drafts/${encodeURIComponent(id)}`);
      await queries.invalidateQueries({ queryKey: keys.drafts, refetchType: 'none' });
    },
  };
}
