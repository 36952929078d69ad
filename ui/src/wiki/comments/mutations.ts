import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api';
import { toast } from '../../kit';
import { refused } from '../parts/say';
import { pagePath, rest } from '../queries';
import { keys } from '../stale';
import type { CommentInput, WikiComment } from '../wire';

const path = (id: string) => `${rest}/comments/${encodeURIComponent(id)}`;

/** What can be done with the comments of a page. Each promise says whether it was done. */
export function useCommentActions(pageId: string) {
  const queries = useQueryClient();
  const { mutateAsync } = useMutation({
    meta: { quiet: true },
    mutationFn: ({ run }: { what: string; run: () => Promise<unknown> }) => run(),
    onError: (error, { what }) => refused(what, error),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.page(pageId) }),
  });
  const done = (what: string, run: () => Promise<unknown>): Promise<boolean> =>
    mutateAsync({ what, run }).then(
      () => true,
      () => false,
    );
  const add = (input: CommentInput) => done('The comment', () => api.post<WikiComment>(`${pagePath(pageId)}/comments`, input));
  const change = (what: string, id: string, input: CommentInput) => done(what, () => api.put<WikiComment>(path(id), input));
  return {
    add,
    edit: (comment: WikiComment, body: NonNullable<CommentInput['body']>) => change('The comment', comment.id, { body, version: comment.version }),
    resolve: async (comment: WikiComment, resolved: boolean) => {
      const ok = await change(resolved ? 'Resolving' : 'Reopening', comment.id, { resolved });
      if (ok && resolved) toast({ title: 'Comment resolved', undo: () => void change('Reopening', comment.id, { resolved: false }) });
      return ok;
    },
    like: (comment: WikiComment) => done('Your like', () => api.put(`${path(comment.id)}/like`, { on: !comment.likes.mine })),
    remove: async (comment: WikiComment) => {
      const ok = await done('Deleting the comment', () => api.delete(path(comment.id)));
      if (ok) toast({ title: 'Comment deleted' });
      return ok;
    },
  };
}

export type CommentActions = ReturnType<typeof useCommentActions>;
