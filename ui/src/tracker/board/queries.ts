import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, errorMessage, type Board, type Transition } from '../../api';
import { toast } from '../../kit';
import { applyMove, planMove, spotOf, type Move } from './model';
import { keys } from '../stale';

export const boardQuery = (projectKey: string) =>
  queryOptions({
    queryKey: keys.board(projectKey),
    queryFn: ({ signal }) => api.get<Board>(`/api/board/${encodeURIComponent(projectKey)}`, { signal }),
  });

/** Finds the transition that leads into the column; the workflow may offer none. */
async function transitionInto(move: Move): Promise<string> {
  const path = `/rest/api/3/issue/${encodeURIComponent(move.card.key)}/transitions`;
  const { transitions } = await api.get<{ transitions: Transition[] }>(path);
  const found = transitions.find((transition) => move.toColumn?.statuses.includes(transition.to.id));
  if (!found) throw new Error(`The workflow does not let ${move.card.key} go to ${move.toColumn?.name ?? 'this column'} from here.`);
  return found.id;
}

async function perform(move: Move): Promise<void> {
  const { card, toColumn, rank } = move;
  if (toColumn && !toColumn.statuses.includes(card.statusId)) {
    const id = await transitionInto(move);
    await api.post(`/rest/api/3/issue/${encodeURIComponent(card.key)}/transitions`, { transition: { id } });
  }
  if (!rank) return;
  const anchor = 'before' in rank ? { rankBeforeIssue: rank.before } : { rankAfterIssue: rank.after };
  await api.put('/rest/agile/1.0/issue/rank', { issues: [card.key], ...anchor });
}

/** Moves a card: painted at once, taken back with the reason when it is refused, undone from the toast. */
export function useMoveCard(projectKey: string) {
  const queries = useQueryClient();
  const queryKey = keys.board(projectKey);
  const mutation = useMutation({
    mutationKey: ['move', projectKey],
    meta: { quiet: true },
    mutationFn: ({ move }: { move: Move; undoing: boolean }) => perform(move),
    onMutate: async ({ move, undoing }) => {
      await queries.cancelQueries({ queryKey });
      const before = queries.getQueryData<Board>(queryKey);
      if (before) queries.setQueryData(queryKey, applyMove(before, move));
      const from = before && spotOf(before.columns, move.card.key);
      return { before, from: undoing ? null : from };
    },
    onError: (error, { move }, context) => {
      if (context?.before) queries.setQueryData(queryKey, context.before);
      toast({ title: `${move.card.key} stays where it was`, detail: errorMessage(error), tone: 'error' });
    },
    onSuccess: (_data, { move }, context) => {
      const from = context.from;
      if (!move.toColumn || !from) return;
      toast({
        title: `${move.card.key} moved to ${move.toColumn.name}`,
        undo: () => {
          const now = queries.getQueryData<Board>(queryKey);
          const back = now && planMove(now.columns, move.card.key, from);
          if (back) mutation.mutate({ move: back, undoing: true });
        },
      });
    },
    onSettled: () => {
      // Several moves may be under way; only the last one may read the board again.
      if (queries.isMutating({ mutationKey: ['move', projectKey] }) > 1) return undefined;
      return queries.invalidateQueries({ queryKey });
    },
  });
  return mutation;
}
