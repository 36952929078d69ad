import type { ReactNode } from 'react';
import { useLocal, type Issue } from '../../api';
import { Avatar, dateText, IssueTypeIcon, PriorityIcon, RelativeTime, StatusLozenge } from '../../kit';
import css from './List.module.css';

export interface Column {
  id: string;
  title: string;
  /** What is asked of the server. */
  field: string;
  /** The name that ORDER BY knows; none, when it cannot be sorted. */
  sort?: string;
  width: number;
  draw: (issue: Issue) => ReactNode;
}

const person = (user: Issue['fields']['assignee']) =>
  user ? (
    <span className={css['person']}>
      <Avatar person={user} />
      <span className={css['cut']}>{user.displayName}</span>
    </span>
  ) : null;

const names = (list: { name: string }[] | undefined) => <span className={css['cut']}>{list?.map((item) => item.name).join(', ')}</span>;

export const columns: readonly Column[] = [
  { id: 'type', title: 'Type', field: 'issuetype', sort: 'issuetype', width: 60, draw: (i) => <IssueTypeIcon name={i.fields.issuetype.name} /> },
  { id: 'key', title: 'Key', field: 'summary', sort: 'key', width: 100, draw: (i) => <span className={css['key']}>{i.key}</span> },
  { id: 'summary', title: 'Summary', field: 'summary', sort: 'summary', width: 0, draw: (i) => i.fields.summary },
  {
    id: 'status',
    title: 'Status',
    field: 'status',
    sort: 'status',
    width: 140,
    draw: (i) => <StatusLozenge name={i.fields.status.name} category={i.fields.status.statusCategory.key} />,
  },
  {
    id: 'priority',
    title: 'Priority',
    field: 'priority',
    sort: 'priority',
    width: 104,
    draw: (i) =>
      i.fields.priority && (
        <span className={css['person']}>
          <PriorityIcon name={i.fields.priority.name} />
          <span className={css['cut']}>{i.fields.priority.name}</span>
        </span>
      ),
  },
  { id: 'assignee', title: 'Assignee', field: 'assignee', sort: 'assignee', width: 152, draw: (i) => person(i.fields.assignee) },
  { id: 'reporter', title: 'Reporter', field: 'reporter', sort: 'reporter', width: 152, draw: (i) => person(i.fields.reporter) },
  {
    id: 'labels',
    title: 'Labels',
    field: 'labels',
    width: 160,
    draw: (i) => (
      <span className={css['labels']}>
        {i.fields.labels?.map((label) => (
          <span key={label} className={css['tag']}>
            {label}
          </span>
        ))}
      </span>
    ),
  },
  { id: 'components', title: 'Components', field: 'components', width: 140, draw: (i) => names(i.fields.components) },
  { id: 'fixVersions', title: 'Fix versions', field: 'fixVersions', sort: 'fixVersion', width: 120, draw: (i) => names(i.fields.fixVersions) },
  { id: 'duedate', title: 'Due', field: 'duedate', sort: 'due', width: 88, draw: (i) => i.fields.duedate && dateText(Date.parse(i.fields.duedate)) },
  { id: 'created', title: 'Created', field: 'created', sort: 'created', width: 120, draw: (i) => i.fields.created && <RelativeTime at={i.fields.created} /> },
  { id: 'updated', title: 'Updated', field: 'updated', sort: 'updated', width: 120, draw: (i) => i.fields.updated && <RelativeTime at={i.fields.updated} /> },
  { id: 'resolution', title: 'Resolution', field: 'resolution', sort: 'resolution', width: 120, draw: (i) => i.fields.resolution?.name },
];

const standard = ['type', 'key', 'summary', 'status', 'priority', 'assignee', 'updated'];
/** What stays when an issue stands open beside the list. */
const beside = new Set(['type', 'key', 'summary', 'status']);
const noWidths: Record<string, number> = {};

export interface ColumnChoice {
  shown: Column[];
  ids: string[];
  widthOf: (column: Column) => number;
  toggle: (id: string) => void;
  resize: (id: string, width: number) => void;
  template: string;
  minWidth: number;
}

/** Which columns this browser shows, and how wide. The summary always shows; `narrow` leaves only the main ones. */
export function useColumns(narrow: boolean): ColumnChoice {
  const [ids, setIds] = useLocal('list-columns', standard);
  const [widths, setWidths] = useLocal('list-widths', noWidths);
  const shown = columns.filter((column) => column.id === 'summary' || (ids.includes(column.id) && (!narrow || beside.has(column.id))));
  const widthOf = (column: Column) => widths[column.id] ?? column.width;
  const fixed = shown.reduce((sum, column) => sum + (column.id === 'summary' ? 240 : widthOf(column)), 0);
  return {
    shown,
    ids,
    widthOf,
    toggle: (id) => setIds(ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id]),
    resize: (id, width) => setWidths({ ...widths, [id]: Math.round(Math.min(480, Math.max(44, width))) }),
    template: `36px ${shown.map((column) => (column.id === 'summary' ? 'minmax(240px, 1fr)' : `${widthOf(column)}px`)).join(' ')} 12px`,
    minWidth: fixed + 48,
  };
}
