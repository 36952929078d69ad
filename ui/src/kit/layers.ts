import { createContext, useContext, useLayoutEffect, useState, useSyncExternalStore } from 'react';

/**
 * Dialogs lie over the page in layers. Shortcuts act only in the top layer, so
 * that "c" typed at a dialog does not open another one behind it.
 */
export const LayerContext = createContext(0);

let open: number[] = [];
let nextLayer = 1;
const listeners = new Set<() => void>();

function notify(): void {
  for (const listener of listeners) listener();
}

export function topLayer(): number {
  return open.at(-1) ?? 0;
}

export function useLayer(): number {
  return useContext(LayerContext);
}

export function useTopLayer(): number {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, topLayer);
}

/** Claims a layer for as long as the component is mounted. */
export function useNewLayer(): number {
  const [layer] = useState(() => nextLayer++);
  useLayoutEffect(() => {
    open = [...open, layer];
    notify();
    return () => {
      open = open.filter((other) => other !== layer);
      notify();
    };
  }, [layer]);
  return layer;
}
