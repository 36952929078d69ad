import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useDeferredValue, useRef, useState, type ReactElement } from 'react';
import { Button, EmptyState, ErrorState, IconButton, Menu, RelativeTime, SearchInput, SkeletonRows, Tabs, useNow } from '../../kit';
import { useCommands } from '../../shell';
import { StatusFrame } from '../parts/Frame';
import { ImpactTag, IncidentTag } from '../parts/Mark';
import { allIncidentsQuery, openQuery, templatesQuery } from '../queries';
import { inZone, lengthWords } from '../say';
import type { Incident, StatusPage } from '../wire';
import css from './Incidents.module.css';
import { isOver, spanOf, type Kind } from './model';
import { Templates } from './Templates';

export type Tab = 'open' | 'maintenance' | 'past' | 'templates';

/** Everything that was, is and will be said on the page. */
export function IncidentsPage(): ReactElement {
  return (
    <StatusFrame title="Incidents" crumbs={['Incidents']} actions={() => <NewButton />}>
      {(page) => <Body page={page} />}
    </StatusFrame>
  );
}

function useNew() {
  const navigate = useNavigate();
  return (kind: Kind) => void navigate({ to: '/statuspages/incidents/new', search: kind === 'incident' ? {} : { kind } });
}

function NewButton(): ReactElement {
  const begin = useNew();
  useCommands([
    { id: 'status-incident', label: 'Open an incident', icon: 'megaphone', group: 'Status page', run: () => begin('incident') },
    { id: 'status-maintenance', label: 'Schedule maintenance', icon: 'calendar', group: 'Status page', run: () => begin('maintenance') },
    { id: 'status-past', label: 'Write down a past incident', icon: 'history', group: 'Status page', run: () => begin('past') },
  ]);
  return (
    <>
      <Button variant="primary" icon="plus" className={css['mainAct'] ?? ''} onClick={() => begin('incident')}>
        New incident
      </Button>
      <Menu
        trigger={<IconButton icon="more" label="More to write" />}
        items={[
          { label: 'Schedule maintenance…', icon: 'calendar', onSelect: () => begin('maintenance') },
          { label: 'Write down a past incident…', icon: 'history', onSelect: () => begin('past') },
        ]}
      />
    </>
  );
}

function Body({ page }: { page: StatusPage }): ReactElement {
  const { tab = 'open' } = useSearch({ strict: false }) as { tab?: Tab };
  const navigate = useNavigate();
  const [query, setQuery] = useState('');
  const search = useRef<HTMLInputElement>(null);
  const templates = useQuery(templatesQuery(page.id));
  useCommands(tab === 'past' ? [{ id: 'find', label: 'Find an incident', keys: 'f', icon: 'search', group: 'Status page', run: () => search.current?.focus() }] : []);
  return (
    <>
      <div className={css['tools']}>
        <Tabs<Tab>
          label="Incidents"
          value={tab}
          onChange={(next) => void navigate({ to: '/statuspages/incidents', search: next === 'open' ? {} : { tab: next }, replace: true })}
          tabs={[
            { value: 'open', label: 'Open', count: page.openIncidents },
            { value: 'maintenance', label: 'Maintenance', ...(page.upcomingMaintenance > 0 ? { count: page.upcomingMaintenance } : {}) },
            { value: 'past', label: 'Past' },
            { value: 'templates', label: 'Templates', ...(templates.data ? { count: templates.data.length } : {}) },
          ]}
        />
      </div>
      {tab === 'past' && (
        <div className={css['search']}>
          <SearchInput ref={search} label="Find an incident" value={query} onChange={setQuery} width={280} />
        </div>
      )}
      <div className={css['scroll']}>
        {tab === 'templates' ? <Templates page={page} /> : tab === 'past' ? <Past page={page} query={query} /> : <Open page={page} kind={tab === 'open' ? 'unresolved' : 'scheduled'} />}
      </div>
    </>
  );
}

function Open({ page, kind }: { page: StatusPage; kind: 'unresolved' | 'scheduled' }): ReactElement {
  const begin = useNew();
  const list = useQuery(openQuery(page.id, kind));
  if (list.isPending) return <SkeletonRows rows={3} height={72} />;
  if (list.isError) return <ErrorState what="load the incidents" error={list.error} onRetry={() => void list.refetch()} />;
  if (list.data.length === 0) {
    return kind === 'unresolved' ? (
      <EmptyState
        icon="check"
        title="Nothing is open"
        action={
          <Button icon="plus" onClick={() => begin('incident')}>
            New incident
          </Button>
        }
      >
        {page.sentence}. When something breaks, say so here before people ask.
      </EmptyState>
    ) : (
      <EmptyState
        icon="calendar"
        title="No maintenance is planned"
        action={
          <Button icon="calendar" onClick={() => begin('maintenance')}>
            Schedule maintenance
          </Button>
        }
      >
        Announce planned work, and subscribers are reminded before it begins.
      </EmptyState>
    );
  }
  return <IncidentList page={page} incidents={list.data} />;
}

function Past({ page, query }: { page: StatusPage; query: string }): ReactElement {
  const q = useDeferredValue(query.trim());
  const list = useInfiniteQuery(allIncidentsQuery(page.id, q));
  if (list.isPending) return <SkeletonRows rows={8} height={72} />;
  if (list.isError) return <ErrorState what="load the incidents" error={list.error} onRetry={() => void list.refetch()} />;
  const over = list.data.pages.flat().filter((one) => isOver(one.status));
  if (over.length === 0 && !list.hasNextPage) {
    return q === '' ? (
      <EmptyState icon="history" title="Nothing has happened yet">
        Incidents that are resolved and maintenance that is completed stay here.
      </EmptyState>
    ) : (
      <EmptyState icon="search" title="No incident matches">
        Neither a name nor a message has “{q}” in it.
      </EmptyState>
    );
  }
  return (
    <>
      <IncidentList page={page} incidents={over} />
      {list.hasNextPage && (
        <div className={css['more']}>
          <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Show older ones
          </Button>
        </div>
      )}
    </>
  );
}

function IncidentList({ page, incidents }: { page: StatusPage; incidents: readonly Incident[] }): ReactElement {
  const now = useNow();
  return (
    <ul className={css['list']}>
      {incidents.map((one) => {
        const last = one.incident_updates[0];
        return (
          <li key={one.id} className={css['line']}>
            <div className={css['lineMain']}>
              <div className={css['lineHead']}>
                <Link to="/statuspages/incidents/$id" params={{ id: one.id }} className={css['lineName'] ?? ''}>
                  {one.name}
                </Link>
                <IncidentTag status={one.status} />
                {one.impact !== 'maintenance' && <ImpactTag impact={one.impact} />}
                {one.backfilled && <span className={css['quiet']}>written down later</span>}
              </div>
              {last && <p className={css['excerpt']}>{last.body}</p>}
              {one.components.length > 0 && <p className={css['quiet']}>{one.components.map((each) => each.name).join(', ')}</p>}
            </div>
            <div className={css['lineSide']}>
              {one.scheduled_for && !isOver(one.status) ? (
                <>
                  <span>{inZone(one.scheduled_for, page.settings.timeZone)}</span>
                  <span className={css['quiet']}>
                    <RelativeTime at={one.scheduled_for} />, {lengthWords(spanOf(one, now))}
                  </span>
                </>
              ) : (
                <>
                  <RelativeTime at={one.started_at} />
                  <span className={css['quiet']}>{isOver(one.status) ? `took ${lengthWords(spanOf(one, now))}` : `open for ${lengthWords(spanOf(one, now))}`}</span>
                </>
              )}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
