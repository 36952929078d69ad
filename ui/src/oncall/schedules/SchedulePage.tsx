import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo, useState, type ReactElement } from 'react';
import { ApiError } from '../../api';
import { Breadcrumb, Button, Dialog, EmptyState, ErrorState, IconButton, Menu, Notice, SkeletonRows, Tabs, useNow } from '../../kit';
import { Page, useCommands } from '../../shell';
import { usePeople } from '../people';
import { CopyBox, Who } from '../parts/marks';
import { restrictionText } from '../parts/restriction';
import { dateOf, dayOf, isZone, momentOf, ownZone, spanOf, startOfDay, toInput, fromInput } from '../parts/zone';
import { ZoneButton } from '../parts/ZonePicker';
import type { RangeName } from '../product';
import { meQuery, schedulesQuery, scheduleQuery } from '../queries';
import type { Override, Rotation, ScheduleView } from '../wire';
import { rangeAt, stepped, ticks } from './model';
import { OverrideDialog } from './OverrideDialog';
import { RotationDialog } from './RotationDialog';
import { ScheduleDialog } from './ScheduleDialog';
import css from './Schedules.module.css';
import { Timeline, type Span } from './Timeline';

const rangeTabs: readonly { value: RangeName; label: string }[] = [
  { value: 'day', label: 'Day' },
  { value: 'week', label: 'Week' },
  { value: '2weeks', label: '2 weeks' },
  { value: 'month', label: 'Month' },
];

export function SchedulePage(): ReactElement {
  const { id } = useParams({ from: '/inside/oncall/oncall/schedules/$id' });
  const search = useSearch({ from: '/inside/oncall/oncall/schedules/$id' });
  const navigate = useNavigate({ from: '/oncall/schedules/$id' });
  const [today] = useState(() => Date.now());
  const all = useQuery(schedulesQuery);
  const home = all.data?.find((schedule) => schedule.id === id)?.timezone;
  const zone = search.zone && isZone(search.zone) ? search.zone : ownZone();
  const name = search.range ?? '2weeks';
  const at = search.from ? fromInput(`${search.from}T12:00`, zone) : today;
  const range = useMemo(() => rangeAt(name, Number.isNaN(at) ? today : at, zone), [name, at, today, zone]);
  const view = useQuery({ ...scheduleQuery(id, range.from, range.to), placeholderData: keepPreviousData });
  const set = (change: { range?: RangeName | undefined; from?: string | undefined; zone?: string | undefined }) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const day = (instant: number) => toInput(instant, zone).slice(0, 10);
  const step = (by: 1 | -1) => set({ from: day(stepped(range, by)) });
  useCommands([
    { id: 'today', label: 'Go to today', keys: 't', group: 'Schedule', icon: 'calendar', run: () => set({ from: undefined }) },
    { id: 'earlier', label: 'Earlier', keys: 'k|arrowleft', group: 'Schedule', quiet: true, run: () => step(-1) },
    { id: 'later', label: 'Later', keys: 'j|arrowright', group: 'Schedule', quiet: true, run: () => step(1) },
  ]);
  const title = view.data?.schedule.name ?? 'Schedule';
  const crumbs = <Breadcrumb>{[<Link key="all" to="/oncall/schedules">Schedules</Link>, title]}</Breadcrumb>;
  if (view.isPending) {
    return (
      <Page title="Schedule" head={crumbs}>
        <SkeletonRows rows={6} height={48} />
      </Page>
    );
  }
  if (view.isError && !view.data) {
    const missing = view.error instanceof ApiError && view.error.status === 404;
    return (
      <Page title="Schedule" head={crumbs}>
        {missing ? (
          <EmptyState icon="calendar" title="There is no such schedule" action={<Link to="/oncall/schedules">To the schedules</Link>}>
            It may have been deleted.
          </EmptyState>
        ) : (
          <ErrorState what="load the schedule" error={view.error} onRetry={() => void view.refetch()} />
        )}
      </Page>
    );
  }
  return (
    <Schedule
      view={view.data as ScheduleView}
      busy={view.isPlaceholderData}
      head={crumbs}
      toolbar={
        <div className={css['toolbar']}>
          <Button size="s" onClick={() => set({ from: undefined })}>
            Today
          </Button>
          <IconButton size="s" icon="chevronLeft" label="Earlier" keys="k" onClick={() => step(-1)} />
          <IconButton size="s" icon="chevronRight" label="Later" keys="j" onClick={() => step(1)} />
          <b className={css['period']}>{name === 'day' ? dateOf(range.from, zone) : `${dateOf(range.from, zone)} to ${dateOf(range.to - 1, zone)}`}</b>
          <span className={css['spring']} />
          <Tabs<RangeName> label="How much is shown" tabs={rangeTabs} value={name} onChange={(next) => set({ range: next === '2weeks' ? undefined : next })} />
          <ZoneButton zone={zone} home={home ?? 'UTC'} onChange={(next) => set({ zone: next === ownZone() ? undefined : next, from: search.from })} />
        </div>
      }
      range={range}
      name={name}
      zone={zone}
      onDay={(instant) => set({ range: 'day', from: day(instant) })}
    />
  );
}

type Open = { kind: 'override'; span: Span; override?: Override } | { kind: 'rotation'; rotation: Rotation | null } | { kind: 'settings' } | { kind: 'calendar' };

interface ScheduleProps {
  view: ScheduleView;
  busy: boolean;
  head: ReactElement;
  toolbar: ReactElement;
  range: { from: number; to: number };
  name: RangeName;
  zone: string;
  onDay: (at: number) => void;
}

function Schedule({ view, busy, head, toolbar, range, name, zone, onDay }: ScheduleProps): ReactElement {
  const [open, setOpen] = useState<Open | null>(null);
  const { schedule, mayEdit } = view;
  const me = useQuery(meQuery);
  const myself = me.data ? { id: me.data.user.id, name: me.data.user.fullName } : null;
  const now = useNow();
  const close = () => setOpen(null);
  const addOverride = () => {
    const start = startOfDay(now, zone) + (Math.floor((now - startOfDay(now, zone)) / 3_600_000) + 1) * 3_600_000;
    setOpen({ kind: 'override', span: { from: start, to: start + 8 * 3_600_000 } });
  };
  useCommands([
    { id: 'override', label: 'Override the schedule', keys: 'o', group: 'Schedule', icon: 'refresh', run: addOverride },
    { id: 'rotation', label: 'Add a rotation', keys: 'r', group: 'Schedule', icon: 'plus', disabled: !mayEdit, run: () => setOpen({ kind: 'rotation', rotation: null }) },
  ]);
  const elsewhere = schedule.timezone !== zone;
  return (
    <Page
      title={schedule.name}
      head={head}
      actions={
        <>
          <Button icon="refresh" onClick={addOverride}>
            Override
          </Button>
          <Menu
            trigger={<IconButton icon="more" label="Actions" />}
            items={[
              { label: 'Add a rotation…', icon: 'plus', keys: 'r', disabled: !mayEdit, onSelect: () => setOpen({ kind: 'rotation', rotation: null }) },
              { label: 'Calendar address…', icon: 'link', disabled: !view.calendarUrl, onSelect: () => setOpen({ kind: 'calendar' }) },
              'divider',
              { label: 'Settings…', icon: 'settings', disabled: !mayEdit, onSelect: () => setOpen({ kind: 'settings' }) },
            ]}
          />
        </>
      }
    >
      <div className={css['canvas']}>
        {!schedule.enabled && <Notice tone="warning">This schedule is switched off: nobody is told through it.</Notice>}
        {toolbar}
        {schedule.rotations.length === 0 ? (
          <EmptyState
            icon="calendar"
            title="Nobody takes turns yet"
            action={
              mayEdit && (
                <Button variant="primary" icon="plus" onClick={() => setOpen({ kind: 'rotation', rotation: null })}>
                  Add a rotation
                </Button>
              )
            }
          >
            A rotation says who is on call in turn, for how long, and within which hours.
          </EmptyState>
        ) : (
          <div className={css['chart']} aria-busy={busy || undefined}>
            <Timeline
              view={view}
              range={range}
              name={name}
              zone={zone}
              onDay={onDay}
              onOverride={(span) => setOpen({ kind: 'override', span })}
              onEditOverride={(override) => setOpen({ kind: 'override', override, span: { from: Date.parse(override.startDate), to: Date.parse(override.endDate) } })}
              onEditRotation={(rotation) => setOpen({ kind: 'rotation', rotation })}
            />
          </div>
        )}
        <div className={css['below']}>
          <p className={css['fine']}>
            {schedule.description && <>{schedule.description}. </>}
            Runs by the clock of {schedule.timezone.replaceAll('_', ' ')}
            {elsewhere ? `; shown by that of ${zone.replaceAll('_', ' ')}` : ''}.{' '}
            {schedule.ownerTeam && (
              <>
                Of the team{' '}
                <Link to="/oncall/teams/$id" params={{ id: schedule.ownerTeam.id }}>
                  {schedule.ownerTeam.name}
                </Link>
                .
              </>
            )}
          </p>
          <ClockChanges range={range} name={name} zone={zone} />
          <Gaps view={view} zone={zone} />
          <Rotations view={view} onEdit={(rotation) => setOpen({ kind: 'rotation', rotation })} onAdd={() => setOpen({ kind: 'rotation', rotation: null })} />
        </div>
      </div>
      {open?.kind === 'override' && <OverrideDialog schedule={schedule} zone={zone} span={open.span} override={open.override} me={myself} onClose={close} />}
      {open?.kind === 'rotation' && <RotationDialog schedule={schedule} rotation={open.rotation} onClose={close} />}
      {open?.kind === 'settings' && <ScheduleDialog schedule={schedule} onClose={close} />}
      {open?.kind === 'calendar' && view.calendarUrl && <CalendarDialog url={view.calendarUrl} onClose={close} />}
    </Page>
  );
}

/** Days of the window that have not 24 hours, in words. */
function ClockChanges({ range, name, zone }: { range: { from: number; to: number }; name: RangeName; zone: string }): ReactElement | null {
  const odd = ticks(range, name === 'day' ? 'week' : name, zone).filter((tick) => tick.odd !== undefined);
  if (odd.length === 0) return null;
  return (
    <p className={css['fine']}>
      Clocks are changed in {zone.replaceAll('_', ' ')}: {odd.map(({ at, odd: hours }) => `${dayOf(at, zone)} has ${hours}`).join('; ')}. Shifts keep to the clock.
    </p>
  );
}

function Gaps({ view, zone }: { view: ScheduleView; zone: string }): ReactElement | null {
  const { gaps } = view;
  if (gaps.length === 0 || view.schedule.rotations.length === 0) return null;
  return (
    <Notice tone="warning">
      Nobody is on call {gaps.length === 1 ? '' : `${gaps.length} times `}in this window: {gaps.slice(0, 3).map((gap) => spanOf(Date.parse(gap.from), Date.parse(gap.to), zone)).join('; ')}
      {gaps.length > 3 ? ' and more' : ''}.
    </Notice>
  );
}

function Rotations({ view, onEdit, onAdd }: { view: ScheduleView; onEdit: (rotation: Rotation) => void; onAdd: () => void }): ReactElement | null {
  const { person } = usePeople();
  const { schedule, mayEdit } = view;
  if (schedule.rotations.length === 0) return null;
  const every = ({ type, length }: Rotation) => {
    const unit = { hourly: 'hour', daily: 'day', weekly: 'week' }[type];
    return length === 1 ? `every ${unit}` : `every ${length} ${unit}s`;
  };
  return (
    <section>
      <div className={css['sectionHead']}>
        <h2>Rotations</h2>
        {mayEdit && (
          <Button size="s" icon="plus" onClick={onAdd}>
            Add
          </Button>
        )}
      </div>
      <ul className={css['rotations']}>
        {schedule.rotations.map((rotation) => (
          <li key={rotation.id}>
            <div className={css['rotation']}>
              <b>{rotation.name || 'Rotation'}</b>
              <span className={css['fine']}>
                Hands over {every(rotation)}, {momentOf(Date.parse(rotation.startDate), schedule.timezone)} first{rotation.timeRestriction ? `; ${restrictionText(rotation.timeRestriction)}` : ''}
              </span>
            </div>
            <div className={css['turns']}>
              {rotation.participants.map((target, i) =>
                target.type === 'user' ? <Who key={i} word={target.id ?? ''} /> : <span key={i}>{target.name ?? (target.type === 'none' ? 'nobody' : person(target.id ?? '').displayName)}</span>,
              )}
            </div>
            {mayEdit && <IconButton icon="edit" size="s" label={`Edit ${rotation.name || 'the rotation'}`} onClick={() => onEdit(rotation)} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function CalendarDialog({ url, onClose }: { url: string; onClose: () => void }): ReactElement {
  return (
    <Dialog title="In your calendar" onClose={onClose} footer={<Button onClick={onClose}>Done</Button>}>
      <p>Subscribe to this address in your calendar program. It renews itself every hour.</p>
      <CopyBox text={url} what="the address" />
      <Notice tone="info">The address is yours and needs no sign-in: who has it sees these shifts.</Notice>
    </Dialog>
  );
}
