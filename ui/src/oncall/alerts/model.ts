import type { InfiniteData } from '@tanstack/react-query';
import type { Alert, AlertPage, Counts, Priority } from '../wire';
import { priorities } from '../wire';

export type AlertState = 'unacknowledged' | 'acknowledged' | 'snoozed' | 'closed';

export function stateOf(alert: Pick<Alert, 'status' | 'acknowledged' | 'snoozed'>): AlertState {
  if (alert.status === 'closed') return 'closed';
  if (alert.acknowledged) return 'acknowledged';
  return alert.snoozed ? 'snoozed' : 'unacknowledged';
}

export const stateWords: Readonly<Record<AlertState, string>> = { unacknowledged: 'Open', acknowledged: 'Acknowledged', snoozed: 'Snoozed', closed: 'Closed' };

export type BulkAction = 'acknowledge' | 'unacknowledge' | 'close';

/** What an alert looks like once the action has reached it; the same alert when the action says nothing to it. */
export function after(alert: Alert, action: BulkAction, me: string): Alert {
  if (alert.status === 'closed') return alert;
  if (action === 'close') return { ...alert, status: 'closed', snoozed: false };
  if (action === 'acknowledge') return { ...alert, acknowledged: true, snoozed: false, owner: alert.owner || me };
  return { ...alert, acknowledged: false };
}

/** Those that an action would change. */
export const changedBy = (alerts: readonly Alert[], action: BulkAction): Alert[] =>
  alerts.filter((alert) => alert.status === 'open' && (action === 'close' || alert.acknowledged === (action === 'unacknowledge')));

type Pages = InfiniteData<AlertPage, unknown>;

/** A list with some of its alerts changed; the same object when none is in it. */
export function patched(data: Pages | undefined, ids: ReadonlySet<string>, change: (alert: Alert) => Alert): Pages | undefined {
  if (!data?.pages.some((page) => page.alerts.some(({ id }) => ids.has(id)))) return data;
  return { ...data, pages: data.pages.map((page) => ({ ...page, alerts: page.alerts.map((alert) => (ids.has(alert.id) ? change(alert) : alert)) })) };
}

/** Alerts of all loaded pages, each once: while new ones arrive, pages overlap. */
export function alertsOf(data: Pages | undefined): Alert[] {
  const seen = new Set<string>();
  return (data?.pages ?? []).flatMap((page) => page.alerts).filter(({ id }) => !seen.has(id) && seen.add(id));
}

export interface Shelf {
  label: string;
  query: string;
  count?: number | undefined;
  priority?: Priority;
}

export const openQuery = 'status: open';

/** What every team looks at, with how much of it there is. */
export function shelves(counts: Counts | undefined): Shelf[] {
  return [
    { label: 'Open', query: openQuery, count: counts?.open },
    { label: 'Unacknowledged', query: 'status: open AND acknowledged: false AND snoozed: false', count: counts?.unacknowledged },
    { label: 'Acknowledged', query: 'status: open AND acknowledged: true', count: counts?.acknowledged },
    { label: 'Snoozed', query: 'status: open AND snoozed: true', count: counts?.snoozed },
    { label: 'Closed', query: 'status: closed' },
    { label: 'All', query: '' },
  ];
}

export const priorityShelves = (counts: Counts | undefined): Shelf[] =>
  priorities.map((priority) => ({ label: priority, query: `status: open AND priority: ${priority}`, count: counts?.byPriority[priority] ?? 0, priority }));

const plain = (text: string) => text.trim().replace(/\s+/g, ' ').toLowerCase();
export const sameQuery = (a: string, b: string): boolean => plain(a) === plain(b);

const units: readonly [string, number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
];

/** An age in one or two letters: "now", "12m", "3h", "5d". */
export function age(at: string, now: number): string {
  const since = Math.max(0, now - Date.parse(at));
  const [letter, size] = units.find(([, ms]) => since >= ms) ?? ['', 0];
  return size === 0 ? 'now' : `${Math.floor(since / size)}${letter}`;
}

export interface SnoozeChoice {
  label: string;
  until: (now: number) => number;
}

const minutes = (n: number) => (now: number) => now + n * 60_000;
export const anHour = minutes(60);

function tomorrowMorning(now: number): number {
  const morning = new Date(now);
  morning.setDate(morning.getDate() + 1);
  morning.setHours(9, 0, 0, 0);
  return morning.getTime();
}

/** How long one may want to be left alone; tomorrow morning by the reader's own clock. */
export const snoozeChoices: readonly SnoozeChoice[] = [
  { label: '30 minutes', until: minutes(30) },
  { label: '1 hour', until: anHour },
  { label: '4 hours', until: minutes(240) },
  { label: 'Tomorrow at 9:00', until: tomorrowMorning },
];

/** Lists of at most `size`, for an operation that takes no more at once. */
export function batches<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
