import { useCallback, useEffect, useRef, useState } from 'react';

export interface Selection {
  active: number;
  setActive: (index: number) => void;
  ids: ReadonlySet<string>;
  toggle: (id: string, range: boolean) => void;
  toggleAll: () => void;
  clear: () => void;
}

/** Which rows are chosen, and where the keyboard stands. Another list begins anew. */
export function useSelection(order: readonly string[], list: string): Selection {
  const [active, setActive] = useState(-1);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [seen, setSeen] = useState(list);
  const last = useRef<string | null>(null);
  const current = useRef(order);
  useEffect(() => {
    current.current = order;
  });
  if (seen !== list) {
    setSeen(list);
    setActive(-1);
    setChosen(new Set());
  }
  const toggle = useCallback((id: string, range: boolean) => {
    const rows = current.current;
    const from = last.current === null ? -1 : rows.indexOf(last.current);
    const to = rows.indexOf(id);
    last.current = id;
    setChosen((before) => {
      const next = new Set(before);
      if (range && from >= 0) for (const each of rows.slice(Math.min(from, to), Math.max(from, to) + 1)) next.add(each);
      else if (!next.delete(id)) next.add(id);
      return next;
    });
  }, []);
  const toggleAll = useCallback(() => setChosen((before) => (before.size === current.current.length ? new Set() : new Set(current.current))), []);
  const clear = useCallback(() => setChosen(new Set()), []);
  return { active: Math.min(active, order.length - 1), setActive, ids: chosen, toggle, toggleAll, clear };
}
