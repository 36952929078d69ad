import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Button, Checkbox, FormDialog, TextField, toast } from '../../kit';
import { fieldError, useChange } from '../act';
import css from '../parts/parts.module.css';
import { TargetPicker } from '../parts/TargetPicker';
import { fromInput, spanOf, toInput } from '../parts/zone';
import { rest, segment } from '../queries';
import { keys } from '../stale';
import type { Override, Schedule, Target } from '../wire';
import type { Span } from './Timeline';

interface Props {
  schedule: Schedule;
  zone: string;
  span: Span;
  /** An override that is being changed. */
  override?: Override | undefined;
  me: { id: string; name: string } | null;
  onClose: () => void;
}

const stale = [keys.schedules, keys.who, keys.teams, keys.me];

interface Body {
  alias?: string;
  user: { type: 'user'; id?: string | undefined };
  startDate: string;
  endDate: string;
  rotations: { id: string }[];
}

/** Somebody takes a time, whatever the rotations say. */
export function OverrideDialog({ schedule, zone, span, override, me, onClose }: Props): ReactElement {
  const path = `${rest}/schedules/${segment(schedule.id)}/overrides`;
  const mine = me && me.id !== span.who ? { type: 'user', id: me.id, name: me.name } : null;
  const [who, setWho] = useState<Target | null>(override ? { ...override.user, type: 'user' } : mine);
  const [from, setFrom] = useState(toInput(span.from, zone));
  const [to, setTo] = useState(toInput(span.to, zone));
  const [only, setOnly] = useState<string[]>(override?.rotations?.map(({ id }) => id) ?? []);
  const [start, end] = [fromInput(from, zone), fromInput(to, zone)];
  const problem = Number.isNaN(start) || Number.isNaN(end) ? null : end <= start ? 'It must end after it starts.' : undefined;
  const body = (): Body => ({ user: { type: 'user', id: who?.id }, startDate: new Date(start).toISOString(), endDate: new Date(end).toISOString(), rotations: only.map((id) => ({ id })) });

  const save = useChange(() => (override ? api.put(`${path}/${segment(override.alias)}`, body()) : api.post<{ data: { alias: string } }>(path, body())), {
    stale,
    quiet: true,
    onDone: (answer) => {
      onClose();
      if (override) return void toast({ title: 'Override changed', tone: 'success' });
      const { alias } = (answer as { data: { alias: string } }).data;
      toast({ title: `${who?.name ?? 'They'} take over`, detail: spanOf(start, end, zone), tone: 'success', undo: () => remove.mutate(alias) });
    },
  });
  const remove = useChange((alias: string) => api.delete(`${path}/${segment(alias)}`), { stale });
  const restore = useChange((gone: Body) => api.post(path, gone), { stale });
  const takeOut = () => {
    if (!override) return;
    const gone: Body = { alias: override.alias, user: { type: 'user', id: override.user.id }, startDate: override.startDate, endDate: override.endDate, rotations: (override.rotations ?? []).map(({ id }) => ({ id })) };
    remove.mutate(override.alias, {
      onSuccess: () => {
        onClose();
        toast({ title: 'Override removed', undo: () => restore.mutate(gone) });
      },
    });
  };
  const ready = who !== null && problem === undefined;
  return (
    <FormDialog
      title={override ? 'Change the override' : 'Override the schedule'}
      onClose={onClose}
      onSubmit={() => save.mutate()}
      footerStart={
        override && (
          <Button variant="subtle" icon="trash" busy={remove.isPending} onClick={takeOut}>
            Remove
          </Button>
        )
      }
      submit={override ? 'Save' : 'Override'}
      busy={save.isPending}
      ready={ready}
      what="override the schedule"
      error={save.error}
    >
      <TargetPicker label="Who takes over" kinds={['user']} value={who} onChange={setWho} error={fieldError(save.error, 'user')} />
      <div className={css['two']}>
        <TextField label="From" type="datetime-local" required value={from} error={fieldError(save.error, 'startDate')} onChange={(event) => setFrom(event.currentTarget.value)} />
        <TextField label="To" type="datetime-local" required value={to} error={problem ?? fieldError(save.error, 'endDate')} onChange={(event) => setTo(event.currentTarget.value)} />
      </div>
      <p className={css['muted']}>By the clock of {zone.replaceAll('_', ' ')}.</p>
      {schedule.rotations.length > 1 && (
        <fieldset className={css['fieldset']}>
          <legend>In place of {only.length === 0 && <span>(all rotations)</span>}</legend>
          <div className={css['lines']}>
            {schedule.rotations.map(({ id, name }) => (
              <Checkbox key={id} label={name || 'Rotation'} checked={only.length === 0 || only.includes(id)} onChange={(event) => setOnly(toggled(only, id, event.currentTarget.checked, schedule.rotations.map((each) => each.id)))} />
            ))}
          </div>
        </fieldset>
      )}
    </FormDialog>
  );
}

/** None chosen means all of them, so that all chosen is none. */
function toggled(only: readonly string[], id: string, on: boolean, all: readonly string[]): string[] {
  const before = only.length === 0 ? all : only;
  const next = on ? [...new Set([...before, id])] : before.filter((each) => each !== id);
  return next.length === all.length ? [] : [...next];
}
