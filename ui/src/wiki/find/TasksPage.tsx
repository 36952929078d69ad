import { useInfiniteQuery, useMutation, useQueryClient, type InfiniteData } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Avatar, Breadcrumb, Button, Checkbox, dateText, EmptyState, ErrorState, SelectField, SkeletonRows, Tabs } from '../../kit';
import { Page } from '../../shell';
import { refused } from '../parts/say';
import { pageTo } from '../paths';
import { pagePath, tasksQuery, type TaskFilter } from '../queries';
import { keys } from '../stale';
import type { WikiTask } from '../wire';
import css from './Find.module.css';

/** Tasks on all pages, to be ticked where they stand. */
export function TasksPage(): ReactElement {
  const [filter, setFilter] = useState<TaskFilter>({ assignee: 'me', status: 'incomplete' });
  const queries = useQueryClient();
  const tasks = useInfiniteQuery(tasksQuery(filter));
  const items = tasks.data?.pages.flatMap((page) => page.tasks ?? []) ?? [];
  const [now] = useState(() => Date.now());
  const tick = useMutation({
    meta: { quiet: true },
    mutationFn: ({ task, done }: { task: WikiTask; done: boolean }) => api.put(`${pagePath(task.pageId)}/tasks/${encodeURIComponent(task.localId)}`, { done }),
    onMutate: ({ task, done }) => {
      const { queryKey } = tasksQuery(filter);
      queries.setQueryData<InfiniteData<{ tasks: WikiTask[] | null; next?: string }, string>>(queryKey, (data) => data && { ...data, pages: data.pages.map((page) => ({ ...page, tasks: (page.tasks ?? []).map((each) => (each.id === task.id ? { ...each, done } : each)) })) });
    },
    onError: (error) => refused('The task', error),
    onSettled: (_answer, _error, { task }) => Promise.all([queries.invalidateQueries({ queryKey: keys.tasks }), queries.invalidateQueries({ queryKey: keys.page(task.pageId) })]),
  });
  return (
    <Page title="Tasks" head={<Breadcrumb>{['Tasks']}</Breadcrumb>}>
      <div className={css['bar']}>
        <Tabs<'me' | ''>
          label="Whose tasks"
          value={filter.assignee}
          onChange={(assignee) => setFilter({ ...filter, assignee })}
          tabs={[
            { value: 'me', label: 'Mine' },
            { value: '', label: 'All' },
          ]}
        />
        <span className={css['spring']} />
        <SelectField
          label="State"
          value={filter.status}
          options={[
            { value: 'incomplete', label: 'Not done' },
            { value: 'complete', label: 'Done' },
            { value: '', label: 'All' },
          ]}
          onChange={(status) => setFilter({ ...filter, status: status as TaskFilter['status'] })}
        />
      </div>
      <div className={css['scroll']}>
        {tasks.isPending ? (
          <SkeletonRows rows={8} height={48} />
        ) : tasks.isError ? (
          <ErrorState what="load the tasks" error={tasks.error} onRetry={() => void tasks.refetch()} />
        ) : items.length === 0 ? (
          <EmptyState icon="check" title={filter.assignee === 'me' ? 'Nothing waits for you' : 'No tasks'}>
            Write “[]” at the beginning of a line of a page for a task, and mention somebody in it to give it to them.
          </EmptyState>
        ) : (
          <ul className={css['tasks']} aria-label="Tasks">
            {items.map((task) => {
              const late = !task.done && task.dueAt !== undefined && Date.parse(task.dueAt) < now;
              return (
                <li key={task.id} data-done={task.done}>
                  <Checkbox quiet label={task.text || 'Task'} checked={task.done} onChange={(event) => tick.mutate({ task, done: event.currentTarget.checked })} />
                  <span className={css['words']}>
                    <span className={css['taskText']}>{task.text}</span>
                    <small>
                      <Link {...pageTo({ id: task.pageId, spaceKey: task.spaceKey, title: task.pageTitle })}>{task.pageTitle}</Link>
                    </small>
                  </span>
                  {task.dueAt && (
                    <span className={css['due']} data-late={late || undefined}>
                      {late ? 'was due ' : 'due '}
                      {dateText(Date.parse(task.dueAt))}
                    </span>
                  )}
                  {task.assignee && <Avatar person={task.assignee} size={22} named />}
                </li>
              );
            })}
          </ul>
        )}
        {tasks.hasNextPage && (
          <div className={css['more']}>
            <Button busy={tasks.isFetchingNextPage} onClick={() => void tasks.fetchNextPage()}>
              Show more
            </Button>
          </div>
        )}
      </div>
    </Page>
  );
}
