import { useQueryClient, type InfiniteData } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { api, errorMessage } from '../../api';
import { toast } from '../../kit';
import { useSignedIn } from '../../shell';
import { actOnAlert } from '../act';
import { rest } from '../queries';
import { keys } from '../stale';
import type { Alert, AlertPage, AlertView, Target } from '../wire';
import { after, batches, changedBy, patched, type BulkAction } from './model';

const counted = (n: number, words: string) => `${n === 1 ? 'Alert' : `${n} alerts`} ${words}`;
const done: Readonly<Record<BulkAction, string>> = { acknowledge: 'acknowledged', unacknowledge: 'open again', close: 'closed' };
const most = 100;
const lanes = 4;

export interface AlertActions {
  bulk: (alerts: readonly Alert[], action: BulkAction, note?: string) => Promise<void>;
  snooze: (alerts: readonly Alert[], until: number) => Promise<void>;
  assign: (alerts: readonly Alert[], to: Target & { name: string }) => Promise<void>;
  /** Anything else that the API does to an alert, one by one. */
  each: (alerts: readonly Alert[], words: string, run: (alert: Alert) => Promise<void>) => Promise<void>;
}

/** What can be done to one alert or many: painted at once, told when it was refused, with the way back where there is one. */
export function useAlertActions(): AlertActions {
  const queries = useQueryClient();
  const { account } = useSignedIn();

  const paint = useCallback(
    async (ids: ReadonlySet<string>, change: (alert: Alert) => Alert) => {
      await Promise.all([queries.cancelQueries({ queryKey: keys.alerts }), queries.cancelQueries({ queryKey: keys.anyAlert })]);
      queries.setQueriesData<InfiniteData<AlertPage>>({ queryKey: keys.alerts }, (data) => patched(data, ids, change));
      queries.setQueriesData<AlertView>({ queryKey: keys.anyAlert }, (view) => {
        // Under the same first word lie the deliveries of an alert, which are no page of one.
        if (!view || !('alert' in view) || !ids.has(view.alert.id)) return view;
        return { ...view, alert: { ...view.alert, ...change(view.alert) } };
      });
    },
    [queries],
  );

  const renew = useCallback(() => Promise.all([queries.invalidateQueries({ queryKey: keys.alerts }), queries.invalidateQueries({ queryKey: keys.anyAlert })]), [queries]);

  const send = useCallback(
    async (ids: readonly string[], action: BulkAction, note?: string) => {
      const refused: string[] = [];
      for (const batch of batches(ids, most)) {
        const { results } = await api.post<{ results: { id: string; error?: string }[] }>(`${rest}/alerts/bulk`, { action, ids: batch, ...(note ? { note } : {}) });
        for (const { error } of results) if (error) refused.push(error);
      }
      return refused;
    },
    [],
  );

  return useMemo<AlertActions>(() => {
    const bulk: AlertActions['bulk'] = async (alerts, action, note) => {
      const meant = changedBy(alerts, action);
      if (meant.length === 0) {
        toast({ title: action === 'close' ? 'Closed already' : action === 'acknowledge' ? 'Acknowledged or closed already' : 'Nobody has acknowledged this' });
        return;
      }
      const ids = meant.map(({ id }) => id);
      await paint(new Set(ids), (alert) => after(alert, action, account.emailAddress));
      try {
        const refused = await send(ids, action, note);
        const back: BulkAction | null = action === 'acknowledge' ? 'unacknowledge' : action === 'unacknowledge' ? 'acknowledge' : null;
        toast({
          title: counted(meant.length - refused.length, done[action]),
          ...(refused[0] ? { detail: `${refused.length} refused: ${refused[0]}`, tone: 'error' as const } : {}),
          ...(back && refused.length < meant.length
            ? {
                undo: () => {
                  void paint(new Set(ids), (alert) => after(alert, back, account.emailAddress))
                    .then(() => send(ids, back))
                    .catch((error: unknown) => toast({ title: 'Could not take it back', detail: errorMessage(error), tone: 'error' }))
                    .finally(() => void renew());
                },
              }
            : {}),
        });
      } catch (error) {
        toast({ title: 'That did not work', detail: errorMessage(error), tone: 'error' });
      } finally {
        await renew();
      }
    };

    const each: AlertActions['each'] = async (alerts, words, run) => {
      const refused: string[] = [];
      const queue = [...alerts];
      const lane = async () => {
        for (let alert = queue.shift(); alert; alert = queue.shift()) await run(alert).catch((error: unknown) => refused.push(errorMessage(error)));
      };
      await Promise.all(Array.from({ length: lanes }, lane));
      await renew();
      const worked = alerts.length - refused.length;
      toast({
        title: worked > 0 ? counted(worked, words) : 'That did not work',
        ...(refused[0] ? { detail: worked > 0 ? `${refused.length} refused: ${refused[0]}` : refused[0], tone: 'error' as const } : {}),
      });
    };

    return {
      bulk,
      each,
      snooze: async (alerts, until) => {
        const endTime = new Date(until).toISOString();
        await paint(new Set(alerts.map(({ id }) => id)), (alert) => ({ ...alert, snoozed: alert.status === 'open', snoozedUntil: endTime }));
        const clock = new Date(until).toLocaleString(undefined, { weekday: 'short', hour: '2-digit', minute: '2-digit' });
        await each(alerts, `snoozed until ${clock}`, ({ id }) => actOnAlert(id, 'snooze', { endTime }));
      },
      assign: (alerts, { name, ...owner }) => each(alerts, `assigned to ${name}`, ({ id }) => actOnAlert(id, 'assign', { owner })),
    };
  }, [account.emailAddress, paint, renew, send]);
}
