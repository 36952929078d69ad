import { useSyncExternalStore } from 'react';
import { holdKeys } from '../kit';

/** What lies over the page: at most one of these at a time. */
export type Overlay =
  | { kind: 'none' }
  | { kind: 'palette' }
  | { kind: 'keys' }
  /** `what` is the id of a product's CreateEntry; without it, the first of the product one looks at. */
  | { kind: 'create'; what?: string; preset?: Readonly<Record<string, string>> };

let current: Overlay = { kind: 'none' };
const listeners = new Set<() => void>();

let releaseKeys: (() => void) | undefined;

export function openOverlay(next: Overlay): void {
  releaseKeys?.();
  // Its code may have to come first.
  releaseKeys = next.kind === 'none' ? undefined : holdKeys(closeOverlay);
  current = next;
  for (const listener of listeners) listener();
}

export function closeOverlay(): void {
  openOverlay({ kind: 'none' });
}

export function useOverlay(): Overlay {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
