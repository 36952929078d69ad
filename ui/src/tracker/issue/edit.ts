import { useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { api, ApiError, errorMessage, type Transition } from '../../api';
import { toast } from '../../kit';
import { wireValue, wordsOf } from './model';
import { issuePath, issueQuery } from './queries';
import type { FullIssue } from './wire';
import { keys } from '../stale';

export interface Edit {
  field: string;
  /** As people call the field. */
  name: string;
  /** As the API takes it. */
  value: unknown;
  /** As the API gives it, painted at once. */
  shown?: unknown;
  /** Says nothing when it worked. */
  quiet?: boolean;
}

/** Everything that shows the issue asks again. */
export async function refresh(queries: QueryClient, key: string): Promise<void> {
  const project = key.replace(/-\d+$/, '');
  await Promise.all([keys.issue(key), keys.issues, keys.board(project)].map((queryKey) => queries.invalidateQueries({ queryKey })));
}

/** Says what was refused and why; what was painted ahead has been taken back. */
export function refused(what: string, error: unknown): void {
  const id = error instanceof ApiError && error.requestId ? ` Request ${error.requestId}.` : '';
  toast({ title: `${what} was not saved`, detail: errorMessage(error) + id, tone: 'error' });
}

function paint(queries: QueryClient, key: string, field: string, shown: unknown): void {
  queries.setQueryData<FullIssue>(issueQuery(key).queryKey, (issue) => issue && { ...issue, fields: { ...issue.fields, [field]: shown } });
}

/** Changes one field: painted at once, taken back with the reason if refused, undone from the toast. */
export function useEdit(key: string): (edit: Edit) => Promise<boolean> {
  const queries = useQueryClient();
  const { mutateAsync } = useMutation({
    meta: { quiet: true },
    mutationFn: ({ field, value }: Edit) => api.put(issuePath(key), { fields: { [field]: value } }),
    onMutate: async ({ field, shown, value }) => {
      await queries.cancelQueries({ queryKey: issueQuery(key).queryKey });
      const before = queries.getQueryData<FullIssue>(issueQuery(key).queryKey)?.fields[field];
      paint(queries, key, field, shown === undefined ? value : shown);
      return { before };
    },
    onError: (error, { field, name }, context) => {
      paint(queries, key, field, context?.before);
      refused(name, error);
    },
    onSettled: () => refresh(queries, key),
  });
  return useCallback(
    async (edit) => {
      const before = queries.getQueryData<FullIssue>(issueQuery(key).queryKey)?.fields[edit.field];
      const done = await mutateAsync(edit).then(
        () => true,
        () => false,
      );
      if (done && !edit.quiet) {
        const rich = [before, edit.value].some((value) => (value as { type?: unknown } | null | undefined)?.type === 'doc');
        const long = rich || edit.field === 'description' || edit.field === 'summary' || edit.field === 'timetracking';
        toast({
          title: long ? `${edit.name} changed` : `${edit.name}: ${wordsOf(edit.shown === undefined ? edit.value : edit.shown)}`,
          undo: () => void mutateAsync({ ...edit, value: wireValue(before), shown: before ?? null }).catch(() => undefined),
        });
      }
      return done;
    },
    [queries, key, mutateAsync],
  );
}

/** Moves the issue along its workflow. The way back is taken if the workflow has one. */
export function useTransition(key: string): (transition: Transition) => Promise<void> {
  const queries = useQueryClient();
  const path = `${issuePath(key)}/transitions`;
  const { mutateAsync } = useMutation({
    meta: { quiet: true },
    mutationFn: (transition: Transition) => api.post(path, { transition: { id: transition.id } }),
    onMutate: async (transition) => {
      await queries.cancelQueries({ queryKey: issueQuery(key).queryKey });
      const before = queries.getQueryData<FullIssue>(issueQuery(key).queryKey)?.fields.status;
      paint(queries, key, 'status', transition.to);
      return { before };
    },
    onError: (error, transition, context) => {
      paint(queries, key, 'status', context?.before);
      refused(`“${transition.name}”`, error);
    },
    onSettled: () => refresh(queries, key),
  });
  return useCallback(
    async (transition) => {
      const before = queries.getQueryData<FullIssue>(issueQuery(key).queryKey)?.fields.status;
      const done = await mutateAsync(transition).then(
        () => true,
        () => false,
      );
      if (!done || !before) return;
      const { transitions } = await api.get<{ transitions: Transition[] }>(path).catch(() => ({ transitions: [] as Transition[] }));
      const back = transitions.find((each) => each.to.id === before.id);
      toast({ title: `${key} is ${transition.to.name}`, ...(back ? { undo: () => void mutateAsync(back).catch(() => undefined) } : {}) });
    },
    [queries, key, path, mutateAsync],
  );
}
