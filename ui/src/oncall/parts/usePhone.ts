import { useSyncExternalStore } from 'react';

const query = '(max-width: 760px)';

function subscribe(listener: () => void): () => void {
  const media = window.matchMedia?.(query);
  media?.addEventListener('change', listener);
  return () => media?.removeEventListener('change', listener);
}

/** Whether the page is as narrow as a phone, where rows are drawn differently and not only smaller. */
export function usePhone(): boolean {
  return useSyncExternalStore(subscribe, () => window.matchMedia?.(query).matches ?? false);
}
