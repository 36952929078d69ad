import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query';
import { api, ApiError, type QueryKeyPrefix } from '../api';
import { toast } from '../kit';
import { segment } from './queries';

interface Accepted {
  requestId: string;
}

interface Outcome {
  data: { success: boolean; status: string };
}

/** How an alert is acted on: the server accepts first and tells the outcome to who asks, so that a refusal is asked for here. */
async function outcomeOf({ requestId }: Accepted): Promise<void> {
  const { data } = await api.get<Outcome>(`/v2/alerts/requests/${segment(requestId)}`);
  if (!data.success) throw new ApiError(data.status, 409, requestId);
}

/** `path` as in "snooze"; rejects with the reason when the alert does not allow it. */
export async function actOnAlert(id: string, path: string, body: unknown = {}, method: 'POST' | 'PUT' | 'DELETE' = 'POST'): Promise<void> {
  const address = `/v2/alerts/${segment(id)}${path === '' ? '' : `/${path}`}`;
  const send = { POST: () => api.post<Accepted>(address, body), PUT: () => api.put<Accepted>(address, body), DELETE: () => api.delete<Accepted>(address) };
  await outcomeOf(await send[method]());
}

export async function createAlert(body: unknown): Promise<string> {
  const accepted = await api.post<Accepted>('/v2/alerts', body);
  const { data } = await api.get<{ data: { success: boolean; status: string; alertId: string } }>(`/v2/alerts/requests/${segment(accepted.requestId)}`);
  if (!data.success) throw new ApiError(data.status, 409, accepted.requestId);
  return data.alertId;
}

export interface ChangeOptions<T> {
  /** What to renew afterwards. */
  stale: readonly QueryKeyPrefix[];
  /** Shows its error where it happened. */
  quiet?: boolean;
  done?: string | ((input: T) => string);
  onDone?: (answer: unknown, input: T) => void;
}

/** A change of the server that renews what it made stale and says when it is done. */
export function useChange<T = void>(run: (input: T) => Promise<unknown>, { stale, quiet = false, done, onDone }: ChangeOptions<T>): UseMutationResult<unknown, Error, T> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: run,
    meta: { quiet },
    onSuccess: (answer, input) => {
      if (done !== undefined) toast({ title: typeof done === 'string' ? done : done(input), tone: 'success' });
      onDone?.(answer, input);
    },
    onSettled: () => Promise.all(stale.map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
}

/** The error of an input of a form, when the server named it. */
export function fieldError(error: unknown, ...names: string[]): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  for (const name of names) if (error.fields[name]) return error.fields[name];
  return undefined;
}
