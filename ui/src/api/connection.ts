import { useSyncExternalStore } from 'react';

/** Whether the server can be reached, as far as the last requests tell. */
export type Connection = 'online' | 'offline';

let state: Connection = navigator.onLine === false ? 'offline' : 'online';
const listeners = new Set<() => void>();

function set(next: Connection): void {
  if (next === state) return;
  state = next;
  for (const listener of listeners) listener();
}

export const connection = {
  get: (): Connection => state,
  reached: (): void => set('online'),
  lost: (): void => set('offline'),
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

window.addEventListener('offline', () => set('offline'));
window.addEventListener('online', () => set('online'));

export function useConnection(): Connection {
  return useSyncExternalStore(connection.subscribe, connection.get);
}
