import { useSyncExternalStore, type ReactElement } from 'react';

const tick = 30_000;
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, tick);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** Milliseconds now, renewed every half minute for everyone who shows an age. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'long' });
const steps: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
];

/** "3 hours ago"; after thirty days the date itself says more. */
export function relativeText(at: number, from: number): string {
  const distance = at - from;
  const size = Math.abs(distance);
  if (size < 45_000) return 'just now';
  if (size > 30 * 86_400_000) return dateText(at, from);
  const [unit, length] = steps.findLast(([, ms]) => size >= ms * 0.95) ?? ['minute', 60_000];
  return relative.format(Math.round(distance / length), unit);
}

export function dateText(at: number, from: number = Date.now()): string {
  const sameYear = new Date(at).getFullYear() === new Date(from).getFullYear();
  return new Date(at).toLocaleDateString(undefined, {
    day: 'numeric',
    month: 'short',
    ...(sameYear ? {} : { year: 'numeric' }),
  });
}

export function exactText(at: number): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'long' });
}

function parse(value: string | number): number {
  return typeof value === 'number' ? value : Date.parse(value.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
}

/** A time as distance, with the exact instant on hover. Takes RFC 3339, Jira's form or milliseconds. */
export function RelativeTime({ at }: { at: string | number }): ReactElement | null {
  const current = useNow();
  const instant = parse(at);
  if (Number.isNaN(instant)) return null;
  return (
    <time dateTime={new Date(instant).toISOString()} title={exactText(instant)}>
      {relativeText(instant, Math.max(current, now))}
    </time>
  );
}
