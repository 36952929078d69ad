import type { WikiComment } from '../wire';

export const isResolved = (thread: WikiComment): boolean => thread.resolution === 'resolved';

/** Threads in the order of the text; those whose words are gone come last. */
export function inTextOrder(threads: readonly WikiComment[], markers: readonly string[]): WikiComment[] {
  const place = (thread: WikiComment) => {
    const at = markers.indexOf(thread.marker ?? '');
    return at < 0 ? markers.length : at;
  };
  return [...threads].sort((a, b) => place(a) - place(b) || a.createdAt.localeCompare(b.createdAt));
}

/**
 * Where cards stand in the margin: each beside its words, none over another. The one that
 * is pinned stands exactly beside its words and pushes the others away.
 */
export function stack(wanted: readonly number[], heights: readonly number[], gap: number, pinned: number): number[] {
  const tops = [...wanted];
  const height = (i: number) => (heights[i] ?? 0) + gap;
  const push = (from: number) => {
    for (let i = from; i < tops.length; i++) if (i > 0) tops[i] = Math.max(tops[i] ?? 0, (tops[i - 1] ?? 0) + height(i - 1));
  };
  if (pinned < 0 || pinned >= tops.length) {
    push(0);
    return tops;
  }
  for (let i = pinned - 1; i >= 0; i--) tops[i] = Math.min(tops[i] ?? 0, (tops[i + 1] ?? 0) - height(i));
  for (let i = 1; i < pinned; i++) tops[i] = Math.min(Math.max(tops[i] ?? 0, (tops[i - 1] ?? 0) + height(i - 1)), (tops[i + 1] ?? 0) - height(i));
  push(pinned + 1);
  const over = Math.max(0, -(tops[0] ?? 0));
  return over > 0 ? tops.map((top) => top + over) : tops;
}
