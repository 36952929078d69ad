import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactElement, type ReactNode } from 'react';
import { api, ApiError, useLocal, type Issue } from '../../api';
import { Breadcrumb, Button, EmptyState, ErrorState, IconButton, Picker, SkeletonRows, toast } from '../../kit';
import { openOverlay, Page, useCommands, useSignedIn } from '../../shell';
import { visitProject } from '../recent';
import { IssuePanel } from '../IssueSlot';
import { emptyQuery, fromJql, orderOf, toJql, withOrder, type BasicQuery, type ChipField } from '../jql/basic';
import { ProjectTabs } from '../parts/ProjectTabs';
import { countQuery, projectQuery, searchQuery } from '../queries';
import { BasicBar } from './BasicBar';
import { BulkBar } from './BulkBar';
import { columns, useColumns } from './columns';
import { IssueTable } from './IssueTable';
import { JqlBar } from './JqlBar';
import css from './List.module.css';
import { SavedFilters } from './SavedFilters';
import { keys } from '../stale';

const newest = { field: 'created', descending: true };

export function AllIssuesPage(): ReactElement {
  const search = useSearch({ from: '/inside/tracker/issues' });
  const navigate = useNavigate({ from: '/issues' });
  return (
    <IssueList
      jql={search.jql ?? toJql({ ...emptyQuery, order: [newest] })}
      selected={search.selected}
      onJql={(jql) => void navigate({ search: (before) => ({ ...before, jql }) })}
      onSelected={(selected) => void navigate({ search: (before) => ({ ...before, selected }), replace: true })}
      head={['Issues']}
      title="Issues"
    />
  );
}

export function ProjectIssuesPage(): ReactElement {
  const { key } = useParams({ from: '/inside/tracker/projects/$key/issues' });
  const search = useSearch({ from: '/inside/tracker/projects/$key/issues' });
  const navigate = useNavigate({ from: '/projects/$key/issues' });
  const { data: project } = useQuery(projectQuery(key));
  useEffect(() => {
    if (project) visitProject({ key: project.key, name: project.name });
  }, [project]);
  const name = project?.name ?? key;
  return (
    <IssueList
      key={key}
      jql={search.jql ?? toJql({ chips: { project: [key] }, text: '', order: [newest] })}
      project={key}
      selected={search.selected}
      onJql={(jql) => void navigate({ search: (before) => ({ ...before, jql }) })}
      onSelected={(selected) => void navigate({ search: (before) => ({ ...before, selected }), replace: true })}
      head={[
        <Link key="project" to="/projects/$key" params={{ key }}>
          {name}
        </Link>,
        'Issues',
      ]}
      tabs={<ProjectTabs projectKey={key} />}
      title={`Issues of ${name}`}
    />
  );
}

interface IssueListProps {
  jql: string;
  project?: string;
  selected: string | undefined;
  onJql: (jql: string) => void;
  onSelected: (key: string | undefined) => void;
  head: readonly ReactNode[];
  tabs?: ReactNode;
  title: string;
}

function IssueList({ jql, project, selected, onJql, onSelected, head, tabs, title }: IssueListProps): ReactElement {
  const choice = useColumns(selected !== undefined);
  const fields = useMemo(() => {
    const wanted = columns.filter((column) => choice.ids.includes(column.id)).map((column) => column.field);
    return [...new Set(['summary', 'status', 'issuetype', ...wanted])].sort();
  }, [choice.ids]);
  const search = useInfiniteQuery({ ...searchQuery(jql, fields), placeholderData: keepPreviousData });
  const count = useQuery({ ...countQuery(jql), enabled: !search.isError });
  const issues = useMemo(() => search.data?.pages.flatMap((page) => page.issues) ?? [], [search.data]);
  const selection = useSelection(issues, jql);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = search;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const badQuery = search.error instanceof ApiError && search.error.status === 400 ? search.error.message : null;
  const open = useCallback((issue: Issue) => onSelected(issue.key), [onSelected]);

  const sort = (field: string) => {
    const first = orderOf(jql)[0];
    const same = first?.field.toLowerCase() === field.toLowerCase();
    onJql(withOrder(jql, [{ field, descending: same ? !first.descending : false }]));
  };

  return (
    <Page
      title={title}
      head={
        <Breadcrumb>
          {[
            ...head.slice(0, -1),
            <span key="last">
              {head.at(-1)}
              {count.data !== undefined && !badQuery && <span className={css['count']}>{count.data.toLocaleString()}</span>}
            </span>,
          ]}
        </Breadcrumb>
      }
      actions={tabs}
    >
      <div className={css['page']}>
        <div className={css['list']}>
          <QueryBar jql={jql} onJql={onJql} error={badQuery} hidden={project ? ['project'] : []} columns={choice} />
          {search.isPending ? (
            <SkeletonRows rows={14} />
          ) : search.isError && !badQuery ? (
            <ErrorState what="search" error={search.error} onRetry={() => void search.refetch()} />
          ) : issues.length === 0 ? (
            <NoIssues failed={badQuery} plain={fromJql(jql)?.text === '' && Object.keys(fromJql(jql)?.chips ?? {}).length <= (project ? 1 : 0)} project={project} />
          ) : (
            <IssueTable
              label={title}
              issues={issues}
              choice={choice}
              order={orderOf(jql)}
              onSort={sort}
              active={selection.active}
              onActive={selection.setActive}
              open={selected}
              onOpen={open}
              selected={selection.keys}
              onSelect={selection.toggle}
              onSelectAll={selection.toggleAll}
              onEnd={more}
            />
          )}
          {selection.keys.size > 0 && <BulkBar issues={issues.filter((issue) => selection.keys.has(issue.key))} onClear={selection.clear} />}
        </div>
        {selected && <IssuePanel issueKey={selected} onClose={() => onSelected(undefined)} />}
        <ListKeys issues={issues} selection={selection} selected={selected} onSelected={onSelected} />
      </div>
    </Page>
  );
}

function NoIssues({ failed, plain, project }: { failed: string | null; plain: boolean; project: string | undefined }): ReactElement {
  if (failed) {
    return (
      <EmptyState icon="search" title="The query could not be read">
        {failed}
      </EmptyState>
    );
  }
  if (!plain) return <EmptyState icon="search" title="No issue matches">Take a filter away, or look for other words.</EmptyState>;
  return (
    <EmptyState
      title="No issues yet"
      action={
        <Button variant="primary" icon="plus" onClick={() => openOverlay({ kind: 'create', what: 'issue', preset: project ? { project } : {} })}>
          Create the first issue
        </Button>
      }
    >
      An issue is one piece of work: a task, a bug, an idea. Press C anywhere to write one down.
    </EmptyState>
  );
}

interface Selection {
  active: number;
  setActive: (index: number) => void;
  keys: ReadonlySet<string>;
  toggle: (key: string, range: boolean) => void;
  toggleAll: () => void;
  clear: () => void;
}

function useSelection(issues: readonly Issue[], jql: string): Selection {
  const [active, setActive] = useState(-1);
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set());
  const [seen, setSeen] = useState(jql);
  const last = useRef<string | null>(null);
  const list = useRef(issues);
  useEffect(() => {
    list.current = issues;
  });
  if (seen !== jql) {
    setSeen(jql);
    setActive(-1);
    setKeys(new Set());
  }
  const toggle = useCallback((key: string, range: boolean) => {
    const order = list.current.map((issue) => issue.key);
    const from = last.current === null ? -1 : order.indexOf(last.current);
    const to = order.indexOf(key);
    last.current = key;
    setKeys((before) => {
      const next = new Set(before);
      if (range && from >= 0) for (const each of order.slice(Math.min(from, to), Math.max(from, to) + 1)) next.add(each);
      else if (!next.delete(key)) next.add(key);
      return next;
    });
  }, []);
  const toggleAll = useCallback(
    () => setKeys((before) => (before.size === list.current.length ? new Set() : new Set(list.current.map((issue) => issue.key)))),
    [],
  );
  const clear = useCallback(() => setKeys(new Set()), []);
  return { active: Math.min(active, issues.length - 1), setActive, keys, toggle, toggleAll, clear };
}

/** Takes an issue, with the way back in the toast. */
function useAssignToMe(): (issue: Issue) => void {
  const { account } = useSignedIn();
  const queries = useQueryClient();
  const { mutate } = useMutation({
    mutationFn: ({ key, accountId }: { key: string; accountId: string | null }) =>
      api.put(`/rest/api/3/issue/${encodeURIComponent(key)}/assignee`, { accountId }),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.issues }),
  });
  return (issue) => {
    const before = issue.fields.assignee?.accountId ?? null;
    mutate(
      { key: issue.key, accountId: account.accountId },
      { onSuccess: () => toast({ title: `${issue.key} is yours`, undo: () => mutate({ key: issue.key, accountId: before }) }) },
    );
  };
}

interface ListKeysProps {
  issues: readonly Issue[];
  selection: Selection;
  selected: string | undefined;
  onSelected: (key: string | undefined) => void;
}

function ListKeys({ issues, selection, selected, onSelected }: ListKeysProps): null {
  const navigate = useNavigate();
  const assignToMe = useAssignToMe();
  const current = issues[selection.active];
  const move = (by: number) => {
    const to = Math.max(0, Math.min(issues.length - 1, selection.active + by));
    selection.setActive(to);
    const issue = issues[to];
    if (selected && issue) onSelected(issue.key);
  };
  const group = 'List';
  useCommands([
    { id: 'next', label: 'Next issue', keys: 'j|arrowdown', group, quiet: true, run: () => move(1) },
    { id: 'previous', label: 'Previous issue', keys: 'k|arrowup', group, quiet: true, run: () => move(-1) },
    {
      id: 'open',
      label: 'Open issue',
      keys: 'o|enter',
      group,
      icon: 'open',
      disabled: !current,
      run: () => current && void navigate({ to: '/browse/$key', params: { key: current.key } }),
    },
    { id: 'peek', label: 'Show beside the list', keys: 'space', group, disabled: !current, run: () => onSelected(selected === current?.key ? undefined : current?.key) },
    { id: 'assign-me', label: 'Assign to me', keys: 'i', group, icon: 'user', disabled: !current, run: () => current && assignToMe(current) },
    { id: 'select', label: 'Select issue', keys: 'x', group, disabled: !current, run: () => current && selection.toggle(current.key, false) },
    { id: 'select-all', label: 'Select every loaded issue', keys: 'mod+a', group, run: selection.toggleAll },
    {
      id: 'copy-key',
      label: 'Copy the issue key',
      keys: 'mod+shift+,',
      group,
      icon: 'copy',
      disabled: !current,
      run: () => current && void navigator.clipboard.writeText(current.key).then(() => toast({ title: `${current.key} copied` })),
    },
    {
      id: 'close',
      label: 'Close, or clear the selection',
      keys: 'escape',
      group,
      quiet: true,
      run: () => (selected ? onSelected(undefined) : selection.clear()),
    },
  ]);
  return null;
}

interface QueryBarProps {
  jql: string;
  onJql: (jql: string) => void;
  error: string | null;
  hidden: readonly ChipField[];
  columns: ReturnType<typeof useColumns>;
}

function QueryBar({ jql, onJql, error, hidden, columns: choice }: QueryBarProps): ReactElement {
  const [mode, setMode] = useLocal<'basic' | 'jql'>('list-mode', 'basic');
  const basic = useMemo(() => fromJql(jql), [jql]);
  const shownMode = basic && !error ? mode : 'jql';
  const textRef = useRef<HTMLInputElement>(null);
  const jqlRef = useRef<HTMLTextAreaElement>(null);
  const change = useCallback((query: BasicQuery) => onJql(toJql(query)), [onJql]);
  useCommands([
    {
      id: 'search-here',
      label: 'Search in this list',
      keys: 'f',
      group: 'List',
      icon: 'search',
      run: () => (shownMode === 'basic' ? textRef.current?.focus() : jqlRef.current?.focus()),
    },
    {
      id: 'query-mode',
      label: shownMode === 'basic' ? 'Write the query as JQL' : 'Show the query as filters',
      group: 'List',
      icon: 'filter',
      disabled: !basic,
      run: () => setMode(shownMode === 'basic' ? 'jql' : 'basic'),
    },
  ]);
  return (
    <div className={css['bar']}>
      {shownMode === 'basic' && basic ? (
        <BasicBar query={basic} onChange={change} hidden={hidden} searchRef={textRef} />
      ) : (
        <JqlBar value={jql} onRun={onJql} error={error} inputRef={jqlRef} />
      )}
      <div className={css['tools']}>
        <Button
          size="s"
          variant="subtle"
          disabled={shownMode === 'jql' && !basic}
          title={shownMode === 'jql' && !basic ? 'This query says more than filters can show.' : undefined}
          onClick={() => setMode(shownMode === 'basic' ? 'jql' : 'basic')}
        >
          {shownMode === 'basic' ? 'JQL' : 'Basic'}
        </Button>
        <SavedFilters jql={jql} onOpen={(filter) => onJql(filter.jql)} />
        <Picker
          multiple
          position="bottom-end"
          placeholder="Columns"
          width={220}
          options={columns.filter((column) => column.id !== 'summary').map((column) => ({ value: column.id, label: column.title }))}
          selected={choice.ids}
          onPick={choice.toggle}
          trigger={({ open }) => <IconButton icon="columns" label="Columns" size="s" onClick={open} />}
        />
      </div>
    </div>
  );
}
