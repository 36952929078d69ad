import { useLayoutEffect, useRef, type KeyboardEvent, type ReactElement, type ReactNode } from 'react';
import css from './navigation.module.css';
import { Icon } from './icons';

export interface TabsProps<T extends string> {
  tabs: readonly { value: T; label: string; count?: number }[];
  value: T;
  onChange: (value: T) => void;
  label: string;
}

/** Tabs that switch a part of the page. Arrow keys move between them. */
export function Tabs<T extends string>({ tabs, value, onChange, label }: TabsProps<T>): ReactElement {
  const list = useRef<HTMLDivElement>(null);
  // Where there are more than fit, the chosen one is among those in sight.
  useLayoutEffect(() => {
    const [box, chosen] = [list.current, list.current?.querySelector<HTMLElement>('[aria-selected="true"]')];
    if (!box || !chosen || box.scrollWidth <= box.clientWidth) return;
    const [from, to] = [chosen.offsetLeft, chosen.offsetLeft + chosen.offsetWidth];
    if (from < box.scrollLeft) box.scrollLeft = from - 24;
    else if (to > box.scrollLeft + box.clientWidth) box.scrollLeft = to - box.clientWidth + 24;
  }, [value]);
  const keyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const at = tabs.findIndex((tab) => tab.value === value);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    if (!next) return;
    onChange(next.value);
    const buttons = event.currentTarget.querySelectorAll<HTMLButtonElement>('[role="tab"]');
    buttons[tabs.indexOf(next)]?.focus();
  };
  return (
    <div ref={list} role="tablist" aria-label={label} className={css['tabs']} onKeyDown={keyDown}>
      {tabs.map((tab) => (
        <button
          key={tab.value}
          type="button"
          role="tab"
          aria-selected={tab.value === value}
          tabIndex={tab.value === value ? 0 : -1}
          className={css['tab']}
          onClick={() => onChange(tab.value)}
        >
          {tab.label}
          {tab.count !== undefined && <span className={css['count']}>{tab.count.toLocaleString()}</span>}
        </button>
      ))}
    </div>
  );
}

/** Where this page stands. The last part is the page itself, and its heading unless the page has another. */
export function Breadcrumb({ children, heading = true }: { children: readonly ReactNode[]; heading?: boolean }): ReactElement {
  return (
    <nav aria-label="Breadcrumb" className={css['crumbs']}>
      <ol>
        {children.map((part, i) => (
          <li key={i} aria-current={i === children.length - 1 ? 'page' : undefined}>
            {i > 0 && <Icon name="chevronRight" size={12} className={css['between']} />}
            {i === children.length - 1 && heading ? <h1 className={css['here']}>{part}</h1> : part}
          </li>
        ))}
      </ol>
    </nav>
  );
}
