import { useEffect, useState, useSyncExternalStore, type ReactElement } from 'react';
import { Button, IconButton } from './Button';
import { Icon } from './icons';
import css from './Toast.module.css';

export interface ToastOptions {
  title: string;
  detail?: string;
  tone?: 'neutral' | 'success' | 'error';
  /** Offers to take the act back. The toast then stays longer. */
  undo?: () => void;
  action?: { label: string; run: () => void };
}

interface ToastEntry extends ToastOptions {
  id: number;
}

let entries: readonly ToastEntry[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function publish(next: readonly ToastEntry[]): void {
  entries = next;
  for (const listener of listeners) listener();
}

/** Says what happened, below the page. At most three at once. Returns how to take it away. */
export function toast(options: ToastOptions): () => void {
  const id = nextId++;
  publish([...entries, { ...options, id }].slice(-3));
  return () => dismiss(id);
}

function dismiss(id: number): void {
  publish(entries.filter((entry) => entry.id !== id));
}

const shortStay = 6_000;
/** Long enough for who reads slowly, or with a screen reader, to take an act back. */
const longStay = 20_000;

function ToastView({ entry }: { entry: ToastEntry }): ReactElement {
  const [held, setHeld] = useState(false);
  const stay = entry.undo || entry.action || entry.tone === 'error' ? longStay : shortStay;
  useEffect(() => {
    if (held) return undefined;
    const timer = setTimeout(() => dismiss(entry.id), stay);
    return () => clearTimeout(timer);
  }, [entry.id, held, stay]);
  const tone = entry.tone ?? 'neutral';
  const then = (run: () => void) => () => {
    dismiss(entry.id);
    run();
  };
  return (
    <li
      className={css['toast']}
      data-tone={tone}
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span className={css['mark']}>
        <Icon name={tone === 'error' ? 'warning' : tone === 'success' ? 'check' : 'info'} />
      </span>
      <div className={css['text']}>
        <div className={css['title']}>{entry.title}</div>
        {entry.detail && <div className={css['detail']}>{entry.detail}</div>}
      </div>
      {entry.undo && (
        <Button size="s" variant="subtle" onClick={then(entry.undo)}>
          Undo
        </Button>
      )}
      {entry.action && (
        <Button size="s" variant="subtle" onClick={then(entry.action.run)}>
          {entry.action.label}
        </Button>
      )}
      <IconButton icon="close" label="Dismiss" size="s" onClick={() => dismiss(entry.id)} />
    </li>
  );
}

export function ToastRegion(): ReactElement {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => entries,
  );
  return (
    <section aria-label="Notifications" className={css['region']}>
      <div role="status" aria-live="polite">
        <ol>
          {shown.map((entry) => (
            <ToastView key={entry.id} entry={entry} />
          ))}
        </ol>
      </div>
    </section>
  );
}
