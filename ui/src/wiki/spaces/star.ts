import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { api } from '../../api';
import { toast } from '../../kit';
import { refused } from '../parts/say';
import { spacePath } from '../queries';
import { keys } from '../stale';
import type { Space } from '../wire';

/** Watches a space or no longer: who watches is told of new pages and changes. */
export function useWatchSpace(): (space: Pick<Space, 'key' | 'watching'>) => void {
  const queries = useQueryClient();
  const { mutate } = useMutation({
    meta: { quiet: true },
    mutationFn: ({ key, on }: { key: string; on: boolean }) => api.put(`${spacePath(key)}/watch`, { on }),
    onMutate: ({ key, on }) => queries.setQueryData<Space>(keys.space(key), (space) => space && { ...space, watching: on }),
    onSuccess: (_answer, { on }) => toast({ title: on ? 'You watch this space' : 'You no longer watch this space' }),
    onError: (error) => refused('Watching', error),
    onSettled: () => queries.invalidateQueries({ queryKey: ['wiki', 'space'] }),
  });
  return useCallback((space) => mutate({ key: space.key, on: !space.watching }), [mutate]);
}

/** Stars a space or takes the star away; painted at once. */
export function useStarSpace(): (space: Pick<Space, 'key' | 'favourite'>) => void {
  const queries = useQueryClient();
  const { mutate } = useMutation({
    meta: { quiet: true },
    mutationFn: ({ key, on }: { key: string; on: boolean }) => api.put(`${spacePath(key)}/favourite`, { on }),
    onMutate: ({ key, on }) => {
      const paint = (space: Space): Space => (space.key === key ? { ...space, favourite: on } : space);
      queries.setQueriesData<{ spaces: Space[] | null }>({ queryKey: keys.spaces }, (data) => data && { spaces: (data.spaces ?? []).map(paint) });
      queries.setQueryData<Space>(keys.space(key), (space) => space && paint(space));
    },
    onError: (error) => refused('The star', error),
    onSettled: () => Promise.all([queries.invalidateQueries({ queryKey: keys.spaces }), queries.invalidateQueries({ queryKey: keys.lists }), queries.invalidateQueries({ queryKey: ['wiki', 'space'] })]),
  });
  return useCallback((space) => mutate({ key: space.key, on: !space.favourite }), [mutate]);
}
