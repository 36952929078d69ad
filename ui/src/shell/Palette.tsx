import { keepPreviousData, useQueries } from '@tanstack/react-query';
import { useNavigate, useRouterState, type NavigateOptions } from '@tanstack/react-router';
import { useDeferredValue, useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactElement, type ReactNode } from 'react';
import { keys } from '../api';
import { Dialog, Icon, Kbd, type IconName } from '../kit';
import { activeCommands, type Command } from './commands';
import { closeOverlay } from './overlays';
import css from './Palette.module.css';
import { productAt, useProducts } from './product';
import { best, matches } from './ranking';

interface Entry {
  id: string;
  group: string;
  label: string;
  code?: string;
  note?: string;
  mark: ReactNode;
  keys?: string | undefined;
  run: () => void;
}


/** Every product looks for itself, so that a slow one holds back nobody; first come those of the product one looks at. */
function useRecords(query: string): { entries: Entry[]; searching: boolean } {
  const navigate = useNavigate();
  const products = useProducts();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const here = productAt(products, path);
  const searching = [...products].sort((a, b) => Number(b === here) - Number(a === here)).flatMap(({ name, suggest }) => (suggest ? [{ name, suggest }] : []));
  const found = useQueries({
    queries: searching.map(({ name, suggest }) => ({
      queryKey: [...keys.suggest, name, query],
      queryFn: ({ signal }: { signal: AbortSignal }) => suggest(query, signal),
      placeholderData: keepPreviousData,
      staleTime: 10_000,
    })),
  });
  // What was found for fewer letters stays only where it fits: Enter must not open what nobody asked for.
  const fitting = found.flatMap(({ data, isPlaceholderData }) => (data ?? []).filter(({ label, code }) => !isPlaceholderData || matches(`${code ?? ''} ${label}`, query)));
  const entries = fitting.map<Entry>(({ link, ...suggestion }) => ({ ...suggestion, run: () => void navigate(link as NavigateOptions) }));
  return { entries, searching: found.some((each) => each.isFetching) };
}

function toEntry(command: Command): Entry {
  return {
    id: `command:${command.id}`,
    group: command.group ?? 'This page',
    label: command.label,
    mark: <Icon name={command.icon ?? ('command' satisfies IconName)} />,
    keys: command.keys?.split('|')[0],
    run: command.run,
  };
}

/** Everything that can be done here and every record, behind one key. */
export function Palette(): ReactElement {
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const entered = useRef(false);
  // The palette is a layer of its own: ask for what the page below it offers.
  const [commands] = useState(() => activeCommands(0).filter((c) => !c.quiet && c.id !== 'palette').map(toEntry));
  const deferred = useDeferredValue(query.trim());
  const records = useRecords(deferred);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();

  const entries = useMemo(() => {
    const found = deferred === '' ? commands : commands.filter((entry) => matches(`${entry.label} ${entry.group}`, deferred));
    const all = deferred === '' ? [...found, ...best(records.entries, deferred, 6)] : [...best(records.entries, deferred, 14), ...found];
    const order = new Map(all.map(({ group }) => [group, all.findIndex((entry) => entry.group === group)]));
    return all.sort((a, b) => (order.get(a.group) ?? 0) - (order.get(b.group) ?? 0));
  }, [commands, deferred, records.entries]);
  const current = Math.min(active, Math.max(0, entries.length - 1));

  useEffect(() => {
    list.current?.querySelector('[data-active="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [current, entries]);

  const choose = (entry: Entry | undefined) => {
    if (!entry) return;
    closeOverlay();
    // The page takes the keys back before the command runs: it may open a dialog of its own.
    setTimeout(entry.run, 0);
  };
  // Who types fast presses Enter before the list is the one of these letters: Enter then waits for it.
  const settled = deferred === query.trim() && !records.searching;
  const choosing = () => {
    if (!entered.current || !settled) return;
    entered.current = false;
    choose(entries[current]);
  };
  useEffect(choosing);
  const keyDown = (event: KeyboardEvent) => {
    const count = entries.length;
    if (event.key === 'ArrowDown') setActive(count ? (current + 1) % count : 0);
    else if (event.key === 'ArrowUp') setActive(count ? (current - 1 + count) % count : 0);
    else if (event.key === 'Enter') {
      entered.current = true;
      choosing();
    } else return;
    event.preventDefault();
  };

  return (
    <Dialog title="Command palette" onClose={closeOverlay} width={600} bare>
      <div className={css['palette']} data-own-keys>
        <input
          data-autofocus
          className={css['query']}
          role="combobox"
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={entries.length > 0 ? `${id}-${current}` : undefined}
          aria-label="Search records and commands"
          placeholder="Search or type a command…"
          value={query}
          onChange={(event) => {
            setQuery(event.currentTarget.value);
            setActive(0);
            entered.current = false;
          }}
          onKeyDown={keyDown}
        />
        <div ref={list} id={id} role="listbox" aria-label="Results" className={css['list']}>
          {entries.map((entry, i) => (
            <div key={entry.id} role="presentation">
              {entry.group !== entries[i - 1]?.group && (
                <div role="presentation" className={css['group']}>
                  {entry.group}
                </div>
              )}
              <div
                id={`${id}-${i}`}
                role="option"
                aria-selected={i === current}
                data-active={i === current}
                className={css['entry']}
                onMouseMove={() => setActive(i)}
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => choose(entry)}
              >
                <span className={css['mark']}>{entry.mark}</span>
                {entry.code && <span className={css['key']}>{entry.code}</span>}
                <span className={css['label']}>{entry.label}</span>
                {entry.note && <span className={css['note']}>{entry.note}</span>}
                {entry.keys && <Kbd keys={entry.keys} />}
              </div>
            </div>
          ))}
        </div>
        {entries.length === 0 && (
          <div className={css['none']}>{records.searching ? 'Searching…' : `Nothing found for “${query}”.`}</div>
        )}
      </div>
    </Dialog>
  );
}
