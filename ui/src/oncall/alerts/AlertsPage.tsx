import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo, useRef, type ReactElement } from 'react';
import { api, ApiError } from '../../api';
import { Breadcrumb, Button, EmptyState, ErrorState, SkeletonRows, toast } from '../../kit';
import { openOverlay, Page, useCommands } from '../../shell';
import { useChange } from '../act';
import { alertsQuery, segment } from '../queries';
import { keys } from '../stale';
import type { Alert, SavedSearch } from '../wire';
import { AlertBulkBar } from './AlertBulkBar';
import css from './Alerts.module.css';
import { AlertTable } from './AlertTable';
import { alertsOf, anHour, openQuery, sameQuery, type BulkAction } from './model';
import { QueryBar } from './QueryBar';
import { Shelves } from './Shelves';
import { useAlertActions } from './useAlertActions';
import { useSelection } from './useSelection';

export function AlertsPage(): ReactElement {
  const { query = openQuery } = useSearch({ from: '/inside/oncall/oncall/alerts' });
  const navigate = useNavigate({ from: '/oncall/alerts' });
  const inside = useNavigate();
  const list = useInfiniteQuery({ ...alertsQuery(query), placeholderData: keepPreviousData });
  const alerts = useMemo(() => alertsOf(list.data), [list.data]);
  const ids = useMemo(() => alerts.map(({ id }) => id), [alerts]);
  const first = list.data?.pages[0];
  const selection = useSelection(ids, query);
  const actions = useAlertActions();
  const input = useRef<HTMLInputElement>(null);
  const badQuery = list.error instanceof ApiError && list.error.status === 400 ? list.error.message : null;

  const onQuery = useCallback((next: string) => void navigate({ search: { query: sameQuery(next, openQuery) ? undefined : next } }), [navigate]);
  const open = useCallback((alert: Alert) => void inside({ to: '/oncall/alerts/$id', params: { id: alert.id } }), [inside]);
  const act = useCallback((alert: Alert, action: BulkAction) => void actions.bulk([alert], action), [actions]);
  const snooze = useCallback((alert: Alert, until: number) => void actions.snooze([alert], until), [actions]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  const forget = useChange(({ id }: SavedSearch) => api.delete(`/v2/alerts/saved-searches/${segment(id)}`), {
    stale: [keys.alerts],
    onDone: (_, { name, query: text }) =>
      toast({ title: `Search “${name}” deleted`, undo: () => void api.post('/v2/alerts/saved-searches', { name, query: text }).catch(() => toast({ title: 'Could not bring it back', tone: 'error' })) }),
  });

  const current = alerts[selection.active];
  const meant = selection.ids.size > 0 ? alerts.filter(({ id }) => selection.ids.has(id)) : current ? [current] : [];
  const move = (by: number) => selection.setActive(Math.max(0, Math.min(alerts.length - 1, selection.active + by)));
  const group = 'Alerts';
  useCommands([
    { id: 'next', label: 'Next alert', keys: 'j|arrowdown', group, quiet: true, run: () => move(1) },
    { id: 'previous', label: 'Previous alert', keys: 'k|arrowup', group, quiet: true, run: () => move(-1) },
    { id: 'open', label: 'Open the alert', keys: 'o|enter', group, icon: 'open', disabled: !current, run: () => current && open(current) },
    { id: 'select', label: 'Select the alert', keys: 'x', group, disabled: !current, run: () => current && selection.toggle(current.id, false) },
    { id: 'select-all', label: 'Select every loaded alert', keys: 'mod+a', group, run: selection.toggleAll },
    { id: 'acknowledge', label: 'Acknowledge', keys: 'a', group, icon: 'check', disabled: meant.length === 0, run: () => void actions.bulk(meant, 'acknowledge') },
    { id: 'unacknowledge', label: 'Unacknowledge', keys: 'u', group, disabled: meant.length === 0, run: () => void actions.bulk(meant, 'unacknowledge') },
    { id: 'snooze', label: 'Snooze for an hour', keys: 's', group, icon: 'pause', disabled: meant.length === 0, run: () => void actions.snooze(meant, anHour(Date.now())) },
    { id: 'close', label: 'Close the alert', keys: 'shift+c', group, icon: 'close', disabled: meant.length === 0, run: () => void actions.bulk(meant, 'close') },
    { id: 'search-here', label: 'Search in the alerts', keys: 'f', group, icon: 'search', run: () => input.current?.focus() },
    { id: 'clear', label: 'Clear the selection', keys: 'escape', group, quiet: true, run: selection.clear },
  ]);

  return (
    <Page
      title="Alerts"
      head={
        <Breadcrumb>
          {[
            <span key="alerts">
              Alerts
              {first && !badQuery && <span className={css['total']}>{first.total.toLocaleString()}</span>}
            </span>,
          ]}
        </Breadcrumb>
      }
      actions={
        <Button variant="primary" icon="plus" onClick={() => openOverlay({ kind: 'create', what: 'alert' })}>
          Create alert
        </Button>
      }
    >
      <div className={css['page']}>
        <Shelves counts={first?.counts} searches={first?.savedSearches ?? []} query={query} onQuery={onQuery} onDelete={(search) => forget.mutate(search)} />
        <div className={css['list']}>
          <QueryBar query={query} onQuery={onQuery} error={badQuery} inputRef={input} />
          {list.isPending ? (
            <SkeletonRows rows={14} />
          ) : badQuery ? (
            <EmptyState icon="search" title="The query could not be read">
              {badQuery}
            </EmptyState>
          ) : list.isError && alerts.length === 0 ? (
            <ErrorState what="load the alerts" error={list.error} onRetry={() => void list.refetch()} />
          ) : alerts.length === 0 ? (
            <NoAlerts query={query} />
          ) : (
            <div className={css['grid']} aria-busy={list.isPlaceholderData || undefined}>
              <AlertTable
                alerts={alerts}
                active={selection.active}
                onActive={selection.setActive}
                onOpen={open}
                selected={selection.ids}
                onSelect={selection.toggle}
                onSelectAll={selection.toggleAll}
                onEnd={more}
                onAct={act}
                onSnooze={snooze}
              />
            </div>
          )}
          {selection.ids.size > 0 && <AlertBulkBar alerts={alerts.filter(({ id }) => selection.ids.has(id))} actions={actions} onClear={selection.clear} />}
        </div>
      </div>
    </Page>
  );
}

function NoAlerts({ query }: { query: string }): ReactElement {
  if (sameQuery(query, openQuery)) {
    return (
      <EmptyState icon="check" title="All quiet" action={<Button onClick={() => openOverlay({ kind: 'create', what: 'alert' })}>Create an alert</Button>}>
        No alert is open. Those that monitoring sends appear here by themselves.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon="search" title="No alert matches">
      Take a condition away, or look for other words.
    </EmptyState>
  );
}
