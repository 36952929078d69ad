import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactElement, type ReactNode } from 'react';
import { Icon } from './icons';
import css from './Picker.module.css';
import { Popover } from './Popover';

export interface PickerOption {
  value: string;
  label: string;
  /** Drawn before the label: a face, a shape. */
  mark?: ReactNode;
  /** A quieter word after the label. */
  note?: string | undefined;
}

export interface PickerListProps {
  options: readonly PickerOption[];
  selected: readonly string[];
  onPick: (value: string) => void;
  /** Typed text goes here when the server does the searching. */
  onQuery?: ((query: string) => void) | undefined;
  loading?: boolean | undefined;
  placeholder?: string | undefined;
  /** Offers to take the typed text as a new value. */
  onCreate?: ((text: string) => void) | undefined;
  multiple?: boolean | undefined;
}

const fold = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** A search box over a list of choices; arrows move, Enter picks. */
export function PickerList({ options, selected, onPick, onQuery, loading, placeholder, onCreate, multiple }: PickerListProps): ReactElement {
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const shown = useMemo(() => {
    const wanted = fold(query.trim());
    if (onQuery || wanted === '') return options;
    return options.filter((option) => fold(`${option.label} ${option.note ?? ''}`).includes(wanted));
  }, [options, query, onQuery]);
  const creatable = onCreate && query.trim() !== '' && !shown.some((o) => fold(o.label) === fold(query.trim()));
  const count = shown.length + (creatable ? 1 : 0);
  const current = Math.min(active, Math.max(0, count - 1));

  useEffect(() => {
    list.current?.querySelector('[data-active="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [current]);

  const pick = (index: number) => {
    const option = shown[index];
    if (option) onPick(option.value);
    else if (creatable) {
      onCreate(query.trim());
      setQuery('');
    }
  };
  const keyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setActive(count === 0 ? 0 : (current + 1) % count);
    else if (event.key === 'ArrowUp') setActive(count === 0 ? 0 : (current - 1 + count) % count);
    else if (event.key === 'Home' && event.ctrlKey) setActive(0);
    else if (event.key === 'End' && event.ctrlKey) setActive(count - 1);
    else if (event.key === 'Enter') pick(current);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className={css['picker']}>
      <input
        data-autofocus
        // Escape closes the list and not the dialog around it.
        data-mantine-stop-propagation="true"
        className={css['query']}
        role="combobox"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={count > 0 ? `${id}-${current}` : undefined}
        aria-label={placeholder ?? 'Search'}
        placeholder={placeholder ?? 'Search…'}
        value={query}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setActive(0);
          onQuery?.(event.currentTarget.value);
        }}
        onKeyDown={keyDown}
      />
      <ul ref={list} id={id} role="listbox" aria-label={placeholder ?? 'Choices'} aria-multiselectable={multiple || undefined} className={css['list']}>
        {shown.map((option, i) => {
          const chosen = selected.includes(option.value);
          return (
            <li
              key={option.value}
              id={`${id}-${i}`}
              role="option"
              aria-selected={chosen}
              data-active={i === current}
              className={css['option']}
              onMouseMove={() => setActive(i)}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => pick(i)}
            >
              {multiple && (
                <span className={css['box']} data-checked={chosen}>
                  {chosen && <Icon name="check" size={12} />}
                </span>
              )}
              {option.mark}
              <span className={css['label']}>{option.label}</span>
              {option.note && <span className={css['note']}>{option.note}</span>}
              {!multiple && chosen && <Icon name="check" />}
            </li>
          );
        })}
        {creatable && (
          <li
            id={`${id}-${shown.length}`}
            role="option"
            aria-selected="false"
            data-active={current === shown.length}
            className={css['option']}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => pick(shown.length)}
          >
            <Icon name="plus" /> <span className={css['label']}>Add “{query.trim()}”</span>
          </li>
        )}
      </ul>
      {count === 0 && <div className={css['none']}>{loading ? 'Searching…' : 'Nothing matches.'}</div>}
    </div>
  );
}

export interface PickerProps extends Omit<PickerListProps, 'onPick'> {
  trigger: (state: { open: () => void; opened: boolean }) => ReactElement;
  onPick: (value: string) => void;
  width?: number;
  position?: 'bottom-start' | 'bottom-end';
  /** Controls the opening from outside, e.g. from a shortcut. */
  opened?: boolean;
  onOpenedChange?: (opened: boolean) => void;
}

/** A list of choices behind a button. Picking closes it, unless several may be picked. */
export function Picker({ trigger, width = 260, position = 'bottom-start', opened, onOpenedChange, onPick, ...list }: PickerProps): ReactElement {
  const [own, setOwn] = useState(false);
  const isOpen = opened ?? own;
  const change = (next: boolean) => {
    setOwn(next);
    onOpenedChange?.(next);
  };
  return (
    <Popover
      opened={isOpen}
      onChange={change}
      width={width}
      position={position}
      trigger={trigger({ open: () => change(!isOpen), opened: isOpen })}
    >
      <PickerList
        {...list}
        onPick={(value) => {
          onPick(value);
          if (!list.multiple) change(false);
        }}
      />
    </Popover>
  );
}
