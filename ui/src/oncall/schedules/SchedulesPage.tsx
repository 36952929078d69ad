import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useRef, useState, type ReactElement } from 'react';
import { Breadcrumb, Button, EmptyState, ErrorState, SearchInput, SkeletonRows } from '../../kit';
import { Page, useCommands } from '../../shell';
import { Badge, Who } from '../parts/marks';
import css from '../parts/parts.module.css';
import { ownZone, momentOf } from '../parts/zone';
import { schedulesQuery, whoQuery } from '../queries';
import type { Watch } from '../wire';
import { ScheduleDialog } from './ScheduleDialog';
import own from './Schedules.module.css';

export function SchedulesPage(): ReactElement {
  const schedules = useQuery(schedulesQuery);
  const who = useQuery(whoQuery);
  const [query, setQuery] = useState('');
  const [creating, setCreating] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  const watches = useMemo(() => new Map((who.data ?? []).flatMap((card) => card.watches.map((watch): [string, Watch] => [watch.schedule.id, watch]))), [who.data]);
  useCommands([
    { id: 'new-schedule', label: 'Create a schedule', group: 'Schedules', icon: 'plus', run: () => setCreating(true) },
    { id: 'search-here', label: 'Find a schedule', keys: 'f', group: 'Schedules', icon: 'search', run: () => search.current?.focus() },
  ]);
  const shown = (schedules.data ?? []).filter(({ name, ownerTeam }) => `${name} ${ownerTeam?.name ?? ''}`.toLowerCase().includes(query.trim().toLowerCase()));
  return (
    <Page
      title="Schedules"
      shape="wide"
      head={<Breadcrumb>{['Schedules']}</Breadcrumb>}
      actions={
        <>
          <SearchInput ref={search} label="Find a schedule" value={query} onChange={setQuery} width={200} />
          <Button variant="primary" icon="plus" onClick={() => setCreating(true)}>
            Create
          </Button>
        </>
      }
    >
      {schedules.isPending ? (
        <SkeletonRows rows={5} height={48} />
      ) : schedules.isError ? (
        <ErrorState what="load the schedules" error={schedules.error} onRetry={() => void schedules.refetch()} />
      ) : shown.length === 0 ? (
        <EmptyState icon="calendar" title={query === '' ? 'No schedule yet' : 'No schedule of that name'} action={query === '' && <Button onClick={() => setCreating(true)}>Create the first</Button>}>
          A schedule says who is on call at which time, and escalations and routing rules lead to it.
        </EmptyState>
      ) : (
        <table className={css['table']}>
          <thead>
            <tr>
              <th>Schedule</th>
              <th>Team</th>
              <th>On call now</th>
              <th>Until</th>
              <th>Rotations</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((schedule) => {
              const watch = watches.get(schedule.id);
              return (
                <tr key={schedule.id}>
                  <td className={css['main']}>
                    <Link to="/oncall/schedules/$id" params={{ id: schedule.id }} className={own['name']}>
                      {schedule.name}
                    </Link>{' '}
                    {!schedule.enabled && <Badge>off</Badge>}
                    <span className={css['fine']}>{schedule.timezone.replaceAll('_', ' ')}</span>
                  </td>
                  <td>{schedule.ownerTeam?.name ?? '–'}</td>
                  <td>
                    {!watch || watch.now.length === 0 ? (
                      <Badge tone="red" icon="warning">
                        nobody
                      </Badge>
                    ) : (
                      <span className={own['people']}>{watch.now.map((each) => (each.type === 'user' ? <Who key={each.id} word={each.id ?? each.name ?? ''} /> : <span key={each.id}>{each.name}</span>))}</span>
                    )}
                  </td>
                  <td data-label="Until">{watch?.until ? momentOf(Date.parse(watch.until), ownZone()) : '–'}</td>
                  <td data-label="Rotations">{schedule.rotations.length}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      {creating && <ScheduleDialog schedule={null} onClose={() => setCreating(false)} />}
    </Page>
  );
}
