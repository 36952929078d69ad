import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Fragment, useRef, useState, type ButtonHTMLAttributes, type ReactElement, type ReactNode, type Ref } from 'react';
import type { FieldMeta, User } from '../../api';
import { safeHref } from '../../editor';
import { Avatar, Icon, Picker, PriorityIcon, RelativeTime, type PickerOption } from '../../kit';
import { useSignedIn } from '../../shell';
import { assignableQuery, labelsQuery } from '../queries';
import { useIssue } from './context';
import css from './Properties.module.css';
import { isEmptyValue, jiraInstant, kindOf, localInput, wordsOf } from './model';

export function Row({ name, children }: { name: string; children: ReactNode }): ReactElement {
  return (
    <div className={css['row']}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface ValueProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  name: string;
  /** The value in words, for readers of the screen; left out where what is shown says it. */
  words?: string;
  keys?: string | undefined;
  ref?: Ref<HTMLButtonElement>;
}

/** A value that reads like text and opens on a click. */
export function Value({ name, words, keys, children, className = '', ...rest }: ValueProps): ReactElement {
  return (
    <button type="button" className={`${css['value']} ${className}`} aria-label={words === undefined ? undefined : `${name}: ${words}`} title={keys ? `${name} (${keys})` : undefined} {...rest}>
      {words === undefined && <span className="visually-hidden">{name}: </span>}
      {children}
    </button>
  );
}

export const None = ({ children = 'None' }: { children?: ReactNode }): ReactElement => <span className={css['none']}>{children}</span>;

/** Opens and closes a field by clicks, and by keys through the page. */
export function useOpened(field: string): [boolean, (opened: boolean) => void] {
  const { active, setActive } = useIssue();
  return [active === field, (opened) => setActive(opened ? field : null)];
}

interface FieldProps {
  field: string;
  meta: FieldMeta;
  value: unknown;
}

/** One field, shown and edited by its kind. */
export function FieldValue(props: FieldProps): ReactElement {
  switch (kindOf(props.meta)) {
    case 'person':
      return <PersonValue {...props} />;
    case 'people':
      return <PersonValue {...props} multiple />;
    case 'labels':
      return <LabelsValue {...props} />;
    case 'choice':
      return <ChoiceValue {...props} />;
    case 'choices':
      return <ChoiceValue {...props} multiple />;
    case 'date':
    case 'datetime':
    case 'number':
    case 'url':
    case 'text':
      return <TypedValue {...props} />;
    default:
      return <span className={css['fixed']}>{isEmptyValue(props.value) ? <None /> : wordsOf(props.value)}</span>;
  }
}

export function Person({ user }: { user: User | null | undefined }): ReactElement {
  return user ? (
    <span className={css['person']}>
      <Avatar person={user} />
      <span className={css['clip']}>{user.displayName}</span>
    </span>
  ) : (
    <span className={css['person']}>
      <Avatar person={null} />
      <None>Nobody</None>
    </span>
  );
}

export function PersonValue({ field, meta, value, multiple = false, keys, empty = 'Nobody' }: FieldProps & { multiple?: boolean; keys?: string; empty?: string }): ReactElement {
  const { project, edit } = useIssue();
  const { account } = useSignedIn();
  const [opened, setOpened] = useOpened(field);
  const [query, setQuery] = useState('');
  const found = useQuery({ ...assignableQuery(project, query), placeholderData: keepPreviousData, enabled: opened });
  const chosen = (Array.isArray(value) ? value : value ? [value] : []) as User[];
  const people = found.data ?? [];
  const me = people.find((user) => user.accountId === account.accountId);
  const listed = query === '' && me ? [me, ...people.filter((user) => user !== me)] : people;
  const options: PickerOption[] = [
    ...(!multiple && !meta.required && query === '' ? [{ value: '', label: empty, mark: <Avatar person={null} /> }] : []),
    ...listed.map((user) => ({ value: user.accountId, label: user.displayName, mark: <Avatar person={user} />, note: user.accountId === account.accountId ? 'you' : undefined })),
  ];
  const pick = (accountId: string) => {
    const user = people.find((each) => each.accountId === accountId) ?? chosen.find((each) => each.accountId === accountId);
    if (!multiple) return void edit({ field, name: meta.name, value: user ? { accountId } : null, shown: user ?? null });
    const next = chosen.some((each) => each.accountId === accountId) ? chosen.filter((each) => each.accountId !== accountId) : user ? [...chosen, user] : chosen;
    void edit({ field, name: meta.name, value: next.map((each) => ({ accountId: each.accountId })), shown: next, quiet: true });
  };
  return (
    <Picker
      opened={opened}
      onOpenedChange={setOpened}
      position="bottom-end"
      placeholder={meta.name}
      multiple={multiple}
      options={options}
      loading={found.isFetching}
      selected={chosen.length > 0 ? chosen.map((user) => user.accountId) : ['']}
      onQuery={setQuery}
      onPick={pick}
      trigger={({ open, opened: isOpen }) => (
        <Value name={meta.name} words={chosen.length > 0 ? chosen.map((user) => user.displayName).join(', ') : empty} keys={keys} aria-expanded={isOpen} onClick={open}>
          {chosen.length > 1 || multiple ? <span className={css['many']}>{chosen.length === 0 ? <None /> : chosen.map((user) => <Person key={user.accountId} user={user} />)}</span> : <Person user={chosen[0]} />}
        </Value>
      )}
    />
  );
}

export function LabelsValue({ field, meta, value, keys }: FieldProps & { keys?: string }): ReactElement {
  const { edit } = useIssue();
  const [opened, setOpened] = useOpened(field);
  const { data } = useQuery({ ...labelsQuery, enabled: opened });
  const labels = Array.isArray(value) ? (value as string[]) : [];
  const set = (next: string[]) => void edit({ field, name: meta.name, value: next, quiet: true });
  return (
    <Picker
      opened={opened}
      onOpenedChange={setOpened}
      position="bottom-end"
      multiple
      placeholder={`${meta.name}: find or add`}
      options={[...new Set([...labels, ...(data ?? [])])].map((label) => ({ value: label, label }))}
      selected={labels}
      onPick={(label) => set(labels.includes(label) ? labels.filter((other) => other !== label) : [...labels, label])}
      // A label is one word.
      onCreate={(text) => set([...labels, text.trim().replace(/\s+/g, '-')])}
      trigger={({ open, opened: isOpen }) => (
        <Value name={meta.name} words={wordsOf(labels)} keys={keys} aria-expanded={isOpen} onClick={open}>
          {labels.length === 0 ? <None /> : <Chips words={labels} />}
        </Value>
      )}
    />
  );
}

function Chips({ words }: { words: readonly string[] }): ReactElement {
  return (
    <span className={css['chips']}>
      {words.map((word, i) => (
        // The space tells readers where one word ends.
        <Fragment key={i}>
          {i > 0 && ' '}
          <span className={css['chip']}>{word}</span>
        </Fragment>
      ))}
    </span>
  );
}

interface Choice {
  id: string;
  name?: string;
  value?: string;
}

export function ChoiceValue({ field, meta, value, multiple = false, keys }: FieldProps & { multiple?: boolean; keys?: string }): ReactElement {
  const { edit } = useIssue();
  const [opened, setOpened] = useOpened(field);
  const choices: readonly Choice[] = meta.allowedValues ?? [];
  const chosen = (Array.isArray(value) ? value : value ? [value] : []) as Choice[];
  const label = (choice: Choice) => choice.name ?? choice.value ?? choice.id;
  const mark = (choice: Choice) => (meta.schema.type === 'priority' ? <PriorityIcon name={label(choice)} /> : undefined);
  const clearable = !multiple && !meta.required && field !== 'priority';
  const pick = (id: string) => {
    const choice = choices.find((each) => each.id === id);
    if (!multiple) return void edit({ field, name: meta.name, value: choice ? { id } : null, shown: choice ?? null });
    const next = chosen.some((each) => each.id === id) ? chosen.filter((each) => each.id !== id) : choice ? [...chosen, choice] : chosen;
    void edit({ field, name: meta.name, value: next.map((each) => ({ id: each.id })), shown: next, quiet: true });
  };
  return (
    <Picker
      opened={opened}
      onOpenedChange={setOpened}
      position="bottom-end"
      multiple={multiple}
      placeholder={meta.name}
      options={[...(clearable ? [{ value: '', label: 'None' }] : []), ...choices.map((choice) => ({ value: choice.id, label: label(choice), mark: mark(choice) }))]}
      selected={chosen.map((choice) => choice.id)}
      onPick={pick}
      trigger={({ open, opened: isOpen }) => (
        <Value name={meta.name} words={wordsOf(chosen)} keys={keys} aria-expanded={isOpen} onClick={open}>
          {chosen.length === 0 ? (
            <None />
          ) : multiple ? (
            <Chips words={chosen.map(label)} />
          ) : (
            chosen.map((choice) => (
              <span key={choice.id} className={css['person']}>
                {mark(choice)}
                <span className={css['clip']}>{label(choice)}</span>
              </span>
            ))
          )}
        </Value>
      )}
    />
  );
}

const inputTypes: Readonly<Record<string, string>> = { date: 'date', datetime: 'datetime-local', number: 'number', url: 'url', text: 'text' };

/** A value that is typed: the field takes the place of the text while it is open. */
export function TypedValue({ field, meta, value, tone }: FieldProps & { tone?: 'late' | undefined }): ReactElement {
  const { edit } = useIssue();
  const [opened, setOpened] = useOpened(field);
  const kind = kindOf(meta);
  const typed = useRef(false);
  const given = value === null || value === undefined ? '' : kind === 'datetime' ? localInput(Date.parse(String(value).replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))) : String(value);
  const save = (text: string) => {
    if (!typed.current) return;
    typed.current = false;
    setOpened(false);
    const trimmed = text.trim();
    if (trimmed === given) return;
    const next = trimmed === '' ? null : kind === 'number' ? Number(trimmed) : kind === 'datetime' ? jiraInstant(trimmed) : trimmed;
    void edit({ field, name: meta.name, value: next });
  };
  if (opened) {
    return (
      <input
        autoFocus
        className={css['input']}
        type={inputTypes[kind] ?? 'text'}
        step={kind === 'number' ? 'any' : undefined}
        aria-label={meta.name}
        defaultValue={given}
        onFocus={() => {
          typed.current = true;
        }}
        onBlur={(event) => save(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') typed.current = false;
          if (event.key !== 'Escape' && event.key !== 'Enter') return;
          event.preventDefault();
          event.stopPropagation();
          if (event.key === 'Enter') save(event.currentTarget.value);
          else setOpened(false);
        }}
      />
    );
  }
  const address = kind === 'url' ? safeHref(given) : null;
  return (
    <span className={css['typed']}>
      <Value name={meta.name} onClick={() => setOpened(true)} data-tone={tone}>
        {given === '' ? <None /> : kind === 'date' ? <Day day={given} /> : kind === 'datetime' ? <RelativeTime at={String(value)} /> : <span className={css['clip']}>{given}</span>}
      </Value>
      {address && (
        <a href={address} target="_blank" rel="noopener noreferrer" aria-label={`Open ${given}`} className={css['follow']}>
          <Icon name="external" size={14} />
        </a>
      )}
    </span>
  );
}

export function Day({ day }: { day: string }): ReactElement {
  const at = new Date(`${day}T00:00:00`);
  const sameYear = at.getFullYear() === new Date().getFullYear();
  return (
    <time dateTime={day} title={at.toLocaleDateString(undefined, { dateStyle: 'full' })}>
      {at.toLocaleDateString(undefined, { day: 'numeric', month: 'short', ...(sameYear ? {} : { year: 'numeric' }) })}
    </time>
  );
}
