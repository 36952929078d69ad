import { useCallback, useSyncExternalStore } from 'react';
import { boot } from './boot';

const listeners = new Set<() => void>();
const cache = new Map<string, { text: string | null; value: unknown }>();

/** Keys carry the site, so that two sites on one host do not mix. */
const fullKey = (key: string) => `holdfast${boot.basePath}.${key}`;

export function readLocal<T>(key: string, fallback: T): T {
  const name = fullKey(key);
  let text: string | null = null;
  try {
    text = localStorage.getItem(name);
  } catch {
    return fallback;
  }
  const known = cache.get(name);
  if (known && known.text === text) return known.value as T;
  let value: unknown = fallback;
  try {
    if (text !== null) value = JSON.parse(text);
  } catch {
    // A value that cannot be read is as good as none.
  }
  cache.set(name, { text, value });
  return value as T;
}

export function writeLocal(key: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(fullKey(key));
    else localStorage.setItem(fullKey(key), JSON.stringify(value));
  } catch {
    // Full or refused storage costs a preference, not the work.
  }
  for (const listener of listeners) listener();
}

window.addEventListener('storage', () => {
  for (const listener of listeners) listener();
});

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A value that this browser remembers for this site. `fallback` must be a constant. */
export function useLocal<T>(key: string, fallback: T): [T, (next: T) => void] {
  const value = useSyncExternalStore(subscribe, () => readLocal(key, fallback));
  const set = useCallback((next: T) => writeLocal(key, next), [key]);
  return [value, set];
}
