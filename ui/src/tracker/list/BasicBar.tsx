import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState, type ReactElement } from 'react';
import { Avatar, Button, Icon, IssueTypeIcon, Picker, PriorityIcon, SearchInput, StatusMark, type PickerOption } from '../../kit';
import { emptyValue, type BasicQuery, type ChipField } from '../jql/basic';
import { issueTypesQuery, labelsQuery, prioritiesQuery, projectsQuery, statusesQuery, usersQuery } from '../queries';
import css from './BasicBar.module.css';

const titles: Readonly<Record<ChipField, string>> = {
  project: 'Project',
  type: 'Type',
  status: 'Status',
  assignee: 'Assignee',
  priority: 'Priority',
  labels: 'Label',
  reporter: 'Reporter',
  fixVersion: 'Fix version',
  component: 'Component',
};
const always: readonly ChipField[] = ['project', 'type', 'status', 'assignee'];
const more: readonly ChipField[] = ['priority', 'labels', 'reporter'];

const unique = (options: PickerOption[]) => [...new Map(options.map((option) => [option.value.toLowerCase(), option])).values()];

interface Choices {
  options: PickerOption[];
  onQuery?: (text: string) => void;
}

/** What can be chosen for a chip; asked for when the chip is first opened. */
function useChoices(field: ChipField, enabled: boolean): Choices {
  const [query, setQuery] = useState('');
  const people = field === 'assignee' || field === 'reporter';
  const projects = useQuery({ ...projectsQuery(), enabled: enabled && field === 'project' });
  const types = useQuery({ ...issueTypesQuery, enabled: enabled && field === 'type' });
  const statuses = useQuery({ ...statusesQuery, enabled: enabled && field === 'status' });
  const priorities = useQuery({ ...prioritiesQuery, enabled: enabled && field === 'priority' });
  const labels = useQuery({ ...labelsQuery, enabled: enabled && field === 'labels' });
  const users = useQuery({ ...usersQuery(query), enabled: enabled && people, placeholderData: keepPreviousData });
  const none = (label: string): PickerOption => ({ value: emptyValue, label });
  switch (field) {
    case 'project':
      return { options: projects.data?.values.map((p) => ({ value: p.key, label: p.name, note: p.key })) ?? [] };
    case 'type':
      return { options: unique(types.data?.map((t) => ({ value: t.name, label: t.name, mark: <IssueTypeIcon name={t.name} /> })) ?? []) };
    case 'status':
      return {
        options: unique(statuses.data?.map((s) => ({ value: s.name, label: s.name, mark: <StatusMark category={s.statusCategory.key} /> })) ?? []),
      };
    case 'priority':
      return { options: priorities.data?.map((p) => ({ value: p.name, label: p.name, mark: <PriorityIcon name={p.name} /> })) ?? [] };
    case 'labels':
      return { options: [none('No label'), ...(labels.data?.map((label) => ({ value: label, label })) ?? [])] };
    case 'assignee':
    case 'reporter':
      return {
        options: [
          ...(query === '' ? [{ value: 'currentUser()', label: 'Me', mark: <Icon name="user" /> }] : []),
          ...(query === '' && field === 'assignee' ? [{ ...none('Unassigned'), mark: <Avatar person={null} /> }] : []),
          ...(users.data?.map((u) => ({ value: u.accountId, label: u.displayName, mark: <Avatar person={u} /> })) ?? []),
        ],
        onQuery: setQuery,
      };
    default:
      return { options: [] };
  }
}

interface ChipProps {
  field: ChipField;
  values: readonly string[];
  onChange: (values: string[]) => void;
  startOpen?: boolean;
}

function Chip({ field, values, onChange, startOpen = false }: ChipProps): ReactElement {
  const [opened, setOpened] = useState(startOpen);
  const { options, onQuery } = useChoices(field, opened || values.length > 0);
  const nameOf = (value: string) => options.find((option) => option.value === value)?.label ?? (value === emptyValue ? 'none' : value);
  const first = values[0];
  return (
    <Picker
      multiple
      opened={opened}
      onOpenedChange={setOpened}
      options={options}
      onQuery={onQuery}
      selected={values}
      placeholder={titles[field]}
      onPick={(value) => onChange(values.includes(value) ? values.filter((other) => other !== value) : [...values, value])}
      trigger={({ open }) => (
        <Button size="s" className={values.length > 0 ? (css['set'] ?? '') : ''} iconEnd="chevronDown" aria-expanded={opened} onClick={open}>
          {first === undefined ? (
            titles[field]
          ) : (
            <>
              {titles[field]}: <b>{nameOf(first)}</b>
              {values.length > 1 && ` +${values.length - 1}`}
            </>
          )}
        </Button>
      )}
    />
  );
}

interface BasicBarProps {
  query: BasicQuery;
  onChange: (query: BasicQuery) => void;
  /** Chips that the page already decides, e.g. the project of a project's list. */
  hidden?: readonly ChipField[];
  searchRef: React.RefObject<HTMLInputElement | null>;
}

/** The query as chips. */
export function BasicBar({ query, onChange, hidden = [], searchRef }: BasicBarProps): ReactElement {
  const [extra, setExtra] = useState<ChipField[]>([]);
  const [text, setText] = useState(query.text);
  const [seen, setSeen] = useState(query.text);
  if (seen !== query.text) {
    setSeen(query.text);
    setText(query.text);
  }
  useEffect(() => {
    if (text === query.text) return undefined;
    const timer = setTimeout(() => onChange({ ...query, text }), 250);
    return () => clearTimeout(timer);
  }, [text, query, onChange]);
  const used = (field: ChipField) => (query.chips[field]?.length ?? 0) > 0;
  const shown = [...always, ...(Object.keys(titles) as ChipField[]).filter((field) => !always.includes(field) && (used(field) || extra.includes(field)))].filter(
    (field) => !hidden.includes(field),
  );
  const addable = more.filter((field) => !shown.includes(field));
  const set = (field: ChipField, values: string[]) => {
    const chips = { ...query.chips, [field]: values };
    if (values.length === 0) delete chips[field];
    onChange({ ...query, chips });
  };
  const any = query.text !== '' || shown.some(used);
  return (
    <div className={css['bar']}>
      <SearchInput ref={searchRef} label="Search text" value={text} onChange={setText} width={200} />
      {shown.map((field) => (
        <Chip key={field} field={field} values={query.chips[field] ?? []} onChange={(values) => set(field, values)} startOpen={extra.at(-1) === field} />
      ))}
      {addable.length > 0 && (
        <Picker
          options={addable.map((field) => ({ value: field, label: titles[field] }))}
          selected={[]}
          placeholder="Filter by"
          onPick={(field) => setExtra([...extra, field as ChipField])}
          trigger={({ open, opened }) => (
            <Button size="s" variant="subtle" icon="plus" aria-expanded={opened} onClick={open}>
              More
            </Button>
          )}
        />
      )}
      {any && (
        <Button
          size="s"
          variant="subtle"
          onClick={() => {
            setText('');
            setExtra([]);
            onChange({ ...query, text: '', chips: Object.fromEntries(Object.entries(query.chips).filter(([f]) => hidden.includes(f as ChipField))) });
          }}
        >
          Clear
        </Button>
      )}
    </div>
  );
}
