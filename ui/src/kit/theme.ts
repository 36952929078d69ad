import { useSyncExternalStore } from 'react';

export type ThemeChoice = 'system' | 'light' | 'dark';

const storageKey = 'holdfast.theme';
const darkQuery = window.matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

function read(): ThemeChoice {
  try {
    const stored = localStorage.getItem(storageKey);
    return stored === 'light' || stored === 'dark' ? stored : 'system';
  } catch {
    return 'system';
  }
}

let choice: ThemeChoice = read();

function resolve(): 'light' | 'dark' {
  if (choice !== 'system') return choice;
  return darkQuery.matches ? 'dark' : 'light';
}

function apply(): void {
  document.documentElement.setAttribute('data-theme', resolve());
  for (const listener of listeners) listener();
}

darkQuery.addEventListener('change', apply);
window.addEventListener('storage', (event) => {
  if (event.key !== storageKey) return;
  choice = read();
  apply();
});

/** Keeps the choice for this browser and paints it at once, in every tab. */
export function setTheme(next: ThemeChoice): void {
  choice = next;
  try {
    if (next === 'system') localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, next);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  apply();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useTheme(): { choice: ThemeChoice; resolved: 'light' | 'dark' } {
  const resolved = useSyncExternalStore(subscribe, resolve);
  const chosen = useSyncExternalStore(subscribe, () => choice);
  return { choice: chosen, resolved };
}
