import { keepPreviousData, queryOptions, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api, type RequestOptions } from '../api';
import { EventParser } from '../api/sse';
import type { Caps, Contact, Freeze, History, LedgerPage, Me, Operator, Overview, Plan, PlanRow, Restore, Run, SiteFull, SitePage, TargetPage, Finding } from './wire';

const root = '/platform/v1';
let csrf = '';

const signed = () => ({ headers: { 'X-CSRF-Token': csrf } });

/** The way to the platform API. Paths are relative to /platform/v1. */
export const platform = {
  url: (path: string): string => root + path,
  get: <T>(path: string, options?: RequestOptions): Promise<T> => api.get<T>(root + path, options),
  post: <T>(path: string, body: unknown = {}): Promise<T> => api.post<T>(root + path, body, signed()),
  put: <T>(path: string, body: unknown): Promise<T> => api.put<T>(root + path, body, signed()),
};

export async function signInOperator(token: string): Promise<Me> {
  const me = await platform.post<Me>('/session', { token });
  csrf = me.csrf_token ?? '';
  return me;
}

export async function signOutOperator(): Promise<void> {
  await api.delete(`${root}/session`, signed());
  csrf = '';
}

const page = 100;

/** Queries of the console, under keys that begin with "console" so that no commit of a site makes them stale. */
export const ask = {
  me: queryOptions({
    queryKey: ['console', 'me'],
    staleTime: 5 * 60_000,
    queryFn: async ({ signal }) => {
      const me = await platform.get<Me>('/me', { signal });
      csrf = me.csrf_token ?? '';
      return me;
    },
  }),
  overview: queryOptions({ queryKey: ['console', 'overview'], refetchInterval: 3_000, queryFn: ({ signal }) => platform.get<Overview>('/overview', { signal }) }),
  sites: (q: string, state: string, health: string) => ({
    queryKey: ['console', 'sites', q, state, health],
    initialPageParam: '',
    refetchInterval: 15_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal, pageParam }: { signal: AbortSignal; pageParam: string }) => platform.get<SitePage>('/sites', { signal, query: { q, state, health, limit: page, cursor: pageParam } }),
    getNextPageParam: (last: SitePage) => last.next,
  }),
  site: (id: string) => queryOptions({ queryKey: ['console', 'site', id], refetchInterval: 5_000, queryFn: ({ signal }) => platform.get<SiteFull>(`/sites/${id}`, { signal }) }),
  timeline: (id: string) => ledgerPages(['console', 'site', id, 'timeline'], `/sites/${id}/timeline`),
  ledger: () => ledgerPages(['console', 'ledger'], '/ledger'),
  restores: (id: string) =>
    queryOptions({
      queryKey: ['console', 'site', id, 'restores'],
      queryFn: ({ signal }) => platform.get<{ restores: Restore[] }>(`/sites/${id}/restores`, { signal }),
      refetchInterval: (query) => (query.state.data?.restores.some((r) => r.step) ? 400 : 5_000),
    }),
  history: (id: string) => queryOptions({ queryKey: ['console', 'site', id, 'history'], queryFn: ({ signal }) => platform.get<History>(`/sites/${id}/history`, { signal }) }),
  plans: () => ({
    queryKey: ['console', 'plans'],
    initialPageParam: '',
    refetchInterval: 5_000,
    queryFn: ({ signal, pageParam }: { signal: AbortSignal; pageParam: string }) => platform.get<{ plans: PlanRow[]; next?: string }>('/plans', { signal, query: { cursor: pageParam } }),
    getNextPageParam: (last: { next?: string }) => last.next,
  }),
  plan: (id: string) =>
    queryOptions({
      queryKey: ['console', 'plan', id],
      queryFn: ({ signal }) => platform.get<Plan>(`/plans/${id}`, { signal }),
      refetchInterval: (query) => (query.state.data?.run?.running ? 1_000 : 5_000),
    }),
  targets: (id: string, state: string) => ({
    queryKey: ['console', 'plan', id, 'targets', state],
    initialPageParam: '',
    queryFn: ({ signal, pageParam }: { signal: AbortSignal; pageParam: string }) => platform.get<TargetPage>(`/plans/${id}/targets`, { signal, query: { state, limit: page, cursor: pageParam } }),
    getNextPageParam: (last: TargetPage) => last.next,
  }),
  contacts: () => ({
    queryKey: ['console', 'contacts'],
    initialPageParam: '',
    queryFn: ({ signal, pageParam }: { signal: AbortSignal; pageParam: string }) => platform.get<{ contacts: Contact[]; next?: string }>('/contacts', { signal, query: { cursor: pageParam } }),
    getNextPageParam: (last: { next?: string }) => last.next,
  }),
  operators: queryOptions({ queryKey: ['console', 'operators'], queryFn: ({ signal }) => platform.get<{ operators: (Operator & { active: boolean; created: string })[] }>('/operators', { signal }) }),
  caps: queryOptions({ queryKey: ['console', 'caps'], queryFn: ({ signal }) => platform.get<Caps>('/caps', { signal }) }),
  freeze: queryOptions({ queryKey: ['console', 'freeze'], refetchInterval: 3_000, queryFn: ({ signal }) => platform.get<Freeze>('/freeze', { signal }) }),
  findings: queryOptions({ queryKey: ['console', 'findings'], refetchInterval: 5_000, queryFn: ({ signal }) => platform.get<{ watching: boolean; findings: Finding[] }>('/findings', { signal }) }),
};

function ledgerPages(queryKey: readonly string[], path: string) {
  return {
    queryKey,
    initialPageParam: '',
    queryFn: ({ signal, pageParam }: { signal: AbortSignal; pageParam: string }) => platform.get<LedgerPage>(path, { signal, query: { cursor: pageParam } }),
    getNextPageParam: (last: LedgerPage) => last.next,
  };
}

/** While a run goes on, its progress is streamed into the plan; when it ends, everything of the plan is read anew. */
export function useRunProgress(id: string, running: boolean): void {
  const queries = useQueryClient();
  useEffect(() => {
    if (!running) return undefined;
    const stop = new AbortController();
    void listen(id, stop.signal, (run) => queries.setQueryData<Plan>(['console', 'plan', id], (plan) => plan && { ...plan, run }))
      .catch(() => undefined)
      .then(async () => {
        if (!stop.signal.aborted) await queries.invalidateQueries({ queryKey: ['console', 'plan', id] });
      });
    return () => stop.abort();
  }, [id, running, queries]);
}

async function listen(id: string, signal: AbortSignal, onProgress: (run: Run) => void): Promise<void> {
  const stream = await api.stream(`${root}/plans/${id}/stream`, { signal });
  const reader = stream.pipeThrough(new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>).getReader();
  const parser = new EventParser();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    for (const event of parser.push(value)) {
      if (event.event === 'end') return;
      onProgress(JSON.parse(event.data) as Run);
    }
  }
}
