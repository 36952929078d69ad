import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { platform } from '../platform';
import type { AssuranceSettings, DrillRun, Ending, Incident, KeptReport, Many, ManyRow, Proof, ProofPage, ProofTest, Purge, RootsInfo } from './wire';

type Paged = { signal: AbortSignal; pageParam: string };

/** Queries about backups, reports and what customers are told, under keys that begin with "console". */
export const about = {
  proofs: (q: string, state: string, sort: string) => ({
    queryKey: ['console', 'proofs', q, state, sort],
    initialPageParam: '',
    refetchInterval: 15_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal, pageParam }: Paged) => platform.get<ProofPage>('/proofs', { signal, query: { q, state, sort, limit: 100, cursor: pageParam } }),
    getNextPageParam: (last: ProofPage) => last.next,
  }),
  proof: (site: string) =>
    queryOptions({
      queryKey: ['console', 'site', site, 'proof'],
      queryFn: ({ signal }) => platform.get<{ proof: Proof | null; tests: ProofTest[] }>(`/sites/${site}/proof`, { signal }),
      refetchInterval: (query) => (query.state.data?.proof?.testing ? 500 : 15_000),
    }),
  settings: queryOptions({ queryKey: ['console', 'assurance'], queryFn: ({ signal }) => platform.get<AssuranceSettings>('/assurance', { signal }) }),
  drills: queryOptions({ queryKey: ['console', 'drills'], refetchInterval: 30_000, queryFn: ({ signal }) => platform.get<{ drills: DrillRun[]; next?: string }>('/drills', { signal, query: { limit: 200 } }) }),
  reports: (site = '') => ({
    queryKey: ['console', 'reports', site],
    initialPageParam: '',
    refetchInterval: 15_000,
    queryFn: ({ signal, pageParam }: Paged) => platform.get<{ reports: KeptReport[]; next?: string }>('/reports', { signal, query: { site, cursor: pageParam } }),
    getNextPageParam: (last: { next?: string }) => last.next,
  }),
  roots: (site: string) => queryOptions({ queryKey: ['console', 'site', site, 'roots'], refetchInterval: 10_000, queryFn: ({ signal }) => platform.get<RootsInfo>(`/sites/${site}/roots`, { signal }) }),
  manies: () => ({
    queryKey: ['console', 'many'],
    initialPageParam: '',
    refetchInterval: 2_000,
    queryFn: ({ signal, pageParam }: Paged) => platform.get<{ restores: ManyRow[]; next?: string }>('/restores', { signal, query: { cursor: pageParam } }),
    getNextPageParam: (last: { next?: string }) => last.next,
  }),
  many: (id: string) =>
    queryOptions({
      queryKey: ['console', 'many', id],
      queryFn: ({ signal }) => platform.get<Many>(`/restores/${id}`, { signal }),
      refetchInterval: (query) => (query.state.data?.running || query.state.data?.sites.some((site) => site.state === 'running') ? 600 : 3_000),
    }),
  endings: queryOptions({ queryKey: ['console', 'endings'], refetchInterval: 10_000, queryFn: ({ signal }) => platform.get<{ endings: Ending[] }>('/endings', { signal }) }),
  purges: queryOptions({ queryKey: ['console', 'purges'], refetchInterval: 15_000, queryFn: ({ signal }) => platform.get<{ purges: Purge[] }>('/purges', { signal, query: { limit: 100 } }) }),
  incidents: queryOptions({ queryKey: ['console', 'incidents'], refetchInterval: 5_000, queryFn: ({ signal }) => platform.get<{ incidents: Incident[]; mail: boolean }>('/incidents', { signal }) }),
};
