import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Breadcrumb, Button, ErrorState, Notice, SkeletonRows, useNow } from '../../kit';
import { Page, Section } from '../../shell';
import { useChange } from '../act';
import { Badge } from '../parts/marks';
import parts from '../parts/parts.module.css';
import { ownZone, spanOf } from '../parts/zone';
import { ZoneField } from '../parts/ZonePicker';
import { meQuery, rest, shiftsQuery } from '../queries';
import { CalendarDialog } from '../schedules/SchedulePage';
import { keys } from '../stale';
import type { Me } from '../wire';
import { Absence } from './Absence';
import { Contacts } from './Contacts';
import css from './Me.module.css';
import { warnings } from './model';
import { Rules } from './Rules';

export function MePage(): ReactElement {
  const me = useQuery(meQuery);
  return (
    <Page
      title="My on-call profile"
      shape="text"
      head={<Breadcrumb>{['My on-call profile']}</Breadcrumb>}
      actions={me.data && (me.data.onCall ? <Badge tone="green" icon="phone">on call now</Badge> : <Badge>not on call now</Badge>)}
    >
      {me.isPending ? <SkeletonRows rows={8} /> : me.isError ? <ErrorState what="load your profile" error={me.error} onRetry={() => void me.refetch()} /> : <Profile me={me.data} />}
    </Page>
  );
}

function Profile({ me }: { me: Me }): ReactElement {
  const zone = useChange((timeZone: string) => api.patch(`${rest}/me`, { timeZone }), { stale: [keys.me], done: 'Time zone changed' });
  const browser = ownZone();
  return (
    <>
      <div className={css['warnings']}>
        {warnings(me.contacts, me.rules).map(({ text }) => (
          <Notice key={text} tone="error">
            {text}
          </Notice>
        ))}
        {me.user.timeZone !== browser && (
          <Notice
            tone="info"
            action={
              <Button size="s" busy={zone.isPending} onClick={() => zone.mutate(browser)}>
                Use {browser.replaceAll('_', ' ')}
              </Button>
            }
          >
            Your profile runs by the clock of {me.user.timeZone.replaceAll('_', ' ')}, your browser by another.
          </Notice>
        )}
      </div>
      <Contacts me={me} />
      <Rules me={me} />
      <Absence me={me} />
      <Shifts me={me} />
      <Section title="Time zone" hint="By its clock your quiet hours run and messages are written.">
        <div className={css['zone']}>
          <ZoneField label="Time zone" value={me.user.timeZone} onChange={(next) => zone.mutate(next)} />
        </div>
      </Section>
    </>
  );
}

const fewShifts = 8;

function Shifts({ me }: { me: Me }): ReactElement {
  const shifts = useQuery(shiftsQuery);
  const [all, setAll] = useState(false);
  const [calendar, setCalendar] = useState(false);
  const now = useNow();
  const list = shifts.data ?? [];
  return (
    <Section
      title="My shifts"
      hint={`The next 60 days, by the clock of your browser (${ownZone().replaceAll('_', ' ')}).`}
      actions={
        <Button size="s" icon="calendar" onClick={() => setCalendar(true)}>
          Into my calendar
        </Button>
      }
    >
      {shifts.isPending ? (
        <SkeletonRows rows={3} />
      ) : shifts.isError ? (
        <ErrorState compact what="load your shifts" error={shifts.error} onRetry={() => void shifts.refetch()} />
      ) : list.length === 0 ? (
        <p className={parts['muted']}>None.</p>
      ) : (
        <ul className={parts['rows']}>
          {list.slice(0, all ? undefined : fewShifts).map((shift) => {
            const [from, to] = [Date.parse(shift.from), Date.parse(shift.to)];
            return (
              <li key={`${shift.schedule.id}${shift.rotation}${shift.from}`} className={css['contact']}>
                <span className={css['address']}>
                  {spanOf(from, to, ownZone())} {from <= now && now < to && <Badge tone="green">now</Badge>}
                </span>
                <Link to="/oncall/schedules/$id" params={{ id: shift.schedule.id }}>
                  {shift.schedule.name}
                </Link>
                <span className={parts['muted']}>{shift.rotation}</span>
              </li>
            );
          })}
        </ul>
      )}
      {!all && list.length > fewShifts && (
        <Button variant="subtle" size="s" onClick={() => setAll(true)}>
          Show all {list.length}
        </Button>
      )}
      {calendar && <CalendarDialog url={me.calendarUrl} onClose={() => setCalendar(false)} />}
    </Section>
  );
}
