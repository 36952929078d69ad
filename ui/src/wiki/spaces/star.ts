import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { api } from '../../api';
import { refused } from '../parts/say';
import { spacePath } from '../queries';
import { keys } from '../stale';
import type { Space } from '../wire';

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
