import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Button, Checkbox, FormDialog, IconButton, Menu, TextField, toast, useNow } from '../../kit';
import { Section } from '../../shell';
import { fieldError, useChange } from '../act';
import { usePeople } from '../people';
import { Badge, Who } from '../parts/marks';
import parts from '../parts/parts.module.css';
import { restrictionText } from '../parts/restriction';
import { RestrictionEditor } from '../parts/RestrictionEditor';
import { TargetPicker } from '../parts/TargetPicker';
import { fromInput, momentOf, ownZone, spanOf, toInput } from '../parts/zone';
import { rest, segment } from '../queries';
import { keys } from '../stale';
import { priorities, type Forwarding, type Me, type Quiet, type Restriction, type Target } from '../wire';
import css from './Me.module.css';

const stale = [keys.me];
const night: Restriction = { type: 'time-of-day', restriction: { startHour: 22, startMin: 0, endHour: 7, endMin: 0 } };

/** When not to be told, and who is told instead. */
export function Absence({ me }: { me: Me }): ReactElement {
  return (
    <>
      <QuietHours me={me} />
      <Forwardings me={me} />
    </>
  );
}

function QuietHours({ me }: { me: Me }): ReactElement {
  const [editing, setEditing] = useState(false);
  const quiet = me.quiet;
  const now = useNow();
  const mute = useChange((until: number | null) => api.patch(`${rest}/me`, { mutedUntil: until === null ? '' : new Date(until).toISOString() }), {
    stale,
    onDone: (_, until) => toast({ title: until === null ? 'Messages come again' : `Muted until ${momentOf(until, ownZone())}`, ...(until === null ? {} : { undo: () => mute.mutate(null) }) }),
  });
  const mutedUntil = me.user.mutedUntil ? Date.parse(me.user.mutedUntil) : 0;
  const muted = mutedUntil > now;
  return (
    <Section
      title="Quiet hours"
      hint="Messages are held back then. You stay on call: escalation goes on to the next person."
      actions={
        muted ? (
          <Button size="s" icon="bell" busy={mute.isPending} onClick={() => mute.mutate(null)}>
            Tell me again
          </Button>
        ) : (
          <Menu
            trigger={
              <Button size="s" icon="pause" busy={mute.isPending}>
                Mute me
              </Button>
            }
            items={[1, 4, 8, 24].map((n) => ({ label: n === 1 ? 'For an hour' : `For ${n} hours`, onSelect: () => mute.mutate(Date.now() + n * 3_600_000) }))}
          />
        )
      }
    >
      <div className={css['quiet']}>
        {muted && (
          <Badge tone="purple" icon="pause">
            muted until {momentOf(mutedUntil, ownZone())}
          </Badge>
        )}
        <span>
          {quiet?.enabled && quiet.hours ? (
            <>
              Quiet {restrictionText(quiet.hours)}, by the clock of {me.user.timeZone.replaceAll('_', ' ')}
              {quiet.except.length > 0 ? `; ${quiet.except.join(' and ')} come through` : ''}
            </>
          ) : (
            'No quiet hours.'
          )}
        </span>
        <Button size="s" variant="subtle" icon="edit" onClick={() => setEditing(true)}>
          Change
        </Button>
      </div>
      {editing && <QuietDialog quiet={quiet} onClose={() => setEditing(false)} />}
    </Section>
  );
}

function QuietDialog({ quiet, onClose }: { quiet: Quiet | null; onClose: () => void }): ReactElement {
  const [enabled, setEnabled] = useState(quiet?.enabled ?? true);
  const [hours, setHours] = useState<Restriction | null>(quiet?.hours ?? night);
  const [except, setExcept] = useState<string[]>(quiet?.except ?? ['P1']);
  const save = useChange(() => api.patch(`${rest}/me`, { quiet: { enabled: enabled && hours !== null, hours, except } }), { stale, quiet: true, done: 'Quiet hours saved', onDone: onClose });
  return (
    <FormDialog
      title="Quiet hours"
      onClose={onClose}
      onSubmit={() => save.mutate()}
      submit="Save"
      busy={save.isPending}
      what="save the quiet hours"
      error={save.error}
    >
      <Checkbox label="Hold messages back" checked={enabled} onChange={(event) => setEnabled(event.currentTarget.checked)} />
      {enabled && (
        <>
          <RestrictionEditor label="When" always="Never" value={hours} onChange={setHours} />
          <fieldset className={parts['fieldset']}>
            <legend>These come through all the same</legend>
            <div className={parts['line']}>
              {priorities.map((priority) => (
                <Checkbox key={priority} label={priority} checked={except.includes(priority)} onChange={(event) => setExcept(event.currentTarget.checked ? [...except, priority].sort() : except.filter((each) => each !== priority))} />
              ))}
            </div>
          </fieldset>
        </>
      )}
    </FormDialog>
  );
}

function Forwardings({ me }: { me: Me }): ReactElement {
  const [adding, setAdding] = useState(false);
  const path = `${rest}/forwarding-rules`;
  const restore = useChange((gone: Forwarding) => api.post(path, { fromUser: gone.fromUser, toUser: gone.toUser, startDate: gone.startDate, endDate: gone.endDate }), { stale });
  const remove = useChange((gone: Forwarding) => api.delete(`${path}/${segment(gone.id)}`), { stale: [...stale, keys.schedules, keys.who], onDone: (_, gone) => toast({ title: 'Forwarding ended', undo: () => restore.mutate(gone) }) });
  return (
    <Section
      title="Forwarding"
      hint="For a time away: somebody else gets what would be yours, in every schedule."
      actions={
        <Button size="s" icon="plus" onClick={() => setAdding(true)}>
          Forward
        </Button>
      }
    >
      {me.forwardings.length === 0 ? (
        <p className={parts['muted']}>Nothing is forwarded.</p>
      ) : (
        <ul className={parts['rows']}>
          {me.forwardings.map((forwarding) => (
            <li key={forwarding.id} className={css['contact']}>
              <Who word={forwarding.toUser.id ?? ''} />
              <span className={css['address']}>{spanOf(Date.parse(forwarding.startDate), Date.parse(forwarding.endDate), ownZone())}</span>
              <IconButton icon="trash" size="s" label="End this forwarding" onClick={() => remove.mutate(forwarding)} />
            </li>
          ))}
        </ul>
      )}
      {adding && <ForwardDialog me={me} onClose={() => setAdding(false)} />}
    </Section>
  );
}

function ForwardDialog({ me, onClose }: { me: Me; onClose: () => void }): ReactElement {
  const zone = ownZone();
  const { person } = usePeople();
  const [to, setTo] = useState<Target | null>(null);
  const [from, setFrom] = useState(() => toInput(Date.now(), zone));
  const [until, setUntil] = useState(() => toInput(Date.now() + 7 * 86_400_000, zone));
  const [start, end] = [fromInput(from, zone), fromInput(until, zone)];
  const problem = end <= start ? 'It must end after it starts.' : undefined;
  const save = useChange(() => api.post(`${rest}/forwarding-rules`, { fromUser: { id: me.user.id }, toUser: { id: to?.id }, startDate: new Date(start).toISOString(), endDate: new Date(end).toISOString() }), {
    stale: [...stale, keys.schedules, keys.who],
    quiet: true,
    done: () => `Forwarded to ${person(to?.id ?? '').displayName}`,
    onDone: onClose,
  });
  const ready = to !== null && !Number.isNaN(start) && !Number.isNaN(end) && problem === undefined;
  return (
    <FormDialog
      title="Forward to somebody else"
      onClose={onClose}
      onSubmit={() => save.mutate()}
      submit="Forward"
      busy={save.isPending}
      ready={ready}
      what="forward"
      error={save.error}
    >
      <TargetPicker label="To" kinds={['user']} value={to} onChange={setTo} error={fieldError(save.error, 'toUser')} />
      <div className={parts['two']}>
        <TextField label="From" type="datetime-local" required value={from} error={fieldError(save.error, 'startDate')} onChange={(event) => setFrom(event.currentTarget.value)} />
        <TextField label="Until" type="datetime-local" required value={until} error={problem ?? fieldError(save.error, 'endDate')} onChange={(event) => setUntil(event.currentTarget.value)} />
      </div>
    </FormDialog>
  );
}
