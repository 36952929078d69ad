import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api';
import { announce } from '../../kit';
import { refused } from '../parts/say';
import { pagePath } from '../queries';
import { keys } from '../stale';
import type { Label, WikiPage } from '../wire';
import { withTask } from './body';

interface Change {
  /** What it is called when it is refused. */
  what: string;
  send: () => Promise<unknown>;
  paint: (page: WikiPage) => WikiPage;
}

/** Small changes of a page: painted at once, taken back with the reason when refused. */
export function usePageActions(page: Pick<WikiPage, 'id'>) {
  const { id } = page;
  const queries = useQueryClient();
  const { mutate } = useMutation({
    meta: { quiet: true },
    mutationFn: ({ send }: Change) => send(),
    onMutate: async ({ paint }) => {
      await queries.cancelQueries({ queryKey: keys.page(id), exact: true });
      const before = queries.getQueryData<WikiPage>(keys.page(id));
      queries.setQueryData<WikiPage>(keys.page(id), (now) => now && paint(now));
      return { before };
    },
    onError: (error, { what }, context) => {
      if (context?.before) queries.setQueryData(keys.page(id), context.before);
      refused(what, error);
    },
    onSettled: () => Promise.all([queries.invalidateQueries({ queryKey: keys.page(id) }), queries.invalidateQueries({ queryKey: [...keys.lists, 'home'] })]),
  });
  const put = (part: string, body: unknown) => () => api.put(`${pagePath(id)}/${part}`, body);
  return {
    like: (on: boolean) => mutate({ what: 'Your like', send: put('like', { on }), paint: (now) => ({ ...now, likes: { mine: on, count: Math.max(0, now.likes.count + (on ? 1 : -1)) } }) }),
    watch: (on: boolean) => {
      announce(on ? 'You watch this page' : 'You no longer watch this page');
      mutate({ what: 'Watching', send: put('watch', { on }), paint: (now) => ({ ...now, watch: { ...now.watch, page: on } }) });
    },
    star: (on: boolean) => mutate({ what: 'The star', send: put('favourite', { on }), paint: (now) => ({ ...now, favourite: on }) }),
    layout: (layout: { emoji: string; fullWidth: boolean }) => mutate({ what: 'The layout', send: put('layout', layout), paint: (now) => ({ ...now, ...layout }) }),
    labels: (labels: Label[]) => mutate({ what: 'The labels', send: put('labels', { labels: labels.map(labelText) }), paint: (now) => ({ ...now, labels }) }),
    task: (localId: string, done: boolean) =>
      mutate({ what: 'The task', send: put(`tasks/${encodeURIComponent(localId)}`, { done }), paint: (now) => ({ ...now, body: withTask(now.body, localId, done) }) }),
  };
}

export const labelText = ({ prefix, name }: Pick<Label, 'prefix' | 'name'>): string => (prefix === '' || prefix === 'global' ? name : `${prefix}:${name}`);
