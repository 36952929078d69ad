import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api';
import { toast } from '../../kit';
import { refused } from '../parts/say';
import { pagePath } from '../queries';
import { keys } from '../stale';

interface Change {
  id: string;
  title: string;
  on: boolean;
}

/** Takes a page out of the tree, lists and search, or puts it back; whoever has its address reads it still. */
export function useArchive() {
  const queries = useQueryClient();
  const archive = useMutation({
    meta: { quiet: true },
    mutationFn: ({ id, on }: Change) => api.put(`${pagePath(id)}/archive`, { on }),
    onSuccess: (_answer, { id, title, on }) => toast({ title: on ? `${title} is archived` : `${title} is back in the tree`, tone: 'success', undo: () => archive.mutate({ id, title, on: !on }) }),
    onError: (error, { title, on }) => refused(`${on ? 'Archiving' : 'Bringing back'} ${title}`, error),
    onSettled: (_answer, _error, { id }) => Promise.all([keys.page(id), keys.trees, keys.lists].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
  return archive;
}
