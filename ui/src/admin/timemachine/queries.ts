import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, keys, type CommitPage, type Restore, type RestorePreview, type VolumeKind } from '../../api';
import { isRunning, type Target } from './model';

export interface CommitFilter {
  /** Account id. */
  actor: string;
  /** Empty for all. */
  volume: VolumeKind | '';
  /** RFC 3339, or empty. */
  from: string;
  to: string;
}

export const commitsQuery = (filter: CommitFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.timeMachine, 'commits', filter],
    queryFn: ({ pageParam, signal }) =>
      api.get<CommitPage>('/api/timemachine/commits', { query: { ...filter, before: pageParam, limit: 50 }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });

export const previewQuery = (target: Target) =>
  queryOptions({
    queryKey: [...keys.timeMachine, 'preview', target],
    queryFn: ({ signal }) => api.post<RestorePreview>('/api/timemachine/preview', target, { signal }),
  });

export const restoresQuery = queryOptions({
  queryKey: [...keys.timeMachine, 'restores'],
  queryFn: ({ signal }) => api.get<{ restores: Restore[] }>('/api/timemachine/restores', { signal }),
  // Progress is not a commit: while a restore runs, look every second.
  refetchInterval: (query) => (query.state.data?.restores.some((restore) => isRunning(restore.state)) ? 1_000 : false),
});

export function useStartRestore() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (request: Target & { reason: string }) => api.post<{ id: string }>('/api/timemachine/restore', request),
    meta: { quiet: true },
    onSuccess: () => queries.invalidateQueries({ queryKey: restoresQuery.queryKey }),
  });
}

export function useUndoRestore() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.post<{ id: string }>(`/api/timemachine/restores/${encodeURIComponent(id)}/undo`),
    onSuccess: () => queries.invalidateQueries({ queryKey: restoresQuery.queryKey }),
  });
}
