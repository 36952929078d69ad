import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Button, FormDialog, SelectField, TextField, toast } from '../../kit';
import { fieldError, useChange } from '../act';
import css from '../parts/parts.module.css';
import { RestrictionEditor } from '../parts/RestrictionEditor';
import { TargetList } from '../parts/TargetPicker';
import { fromInput, momentOf, startOfDay, toInput } from '../parts/zone';
import { rest, segment } from '../queries';
import { keys } from '../stale';
import type { Restriction, Rotation, Schedule, Target } from '../wire';

const stale = [keys.schedules, keys.who, keys.teams, keys.me];
const types = [
  { value: 'daily', label: 'Days' },
  { value: 'weekly', label: 'Weeks' },
  { value: 'hourly', label: 'Hours' },
];

/** Who takes turns, for how long, from when, and within which hours. */
export function RotationDialog({ schedule, rotation, onClose }: { schedule: Schedule; rotation: Rotation | null; onClose: () => void }): ReactElement {
  const zone = schedule.timezone;
  const path = `${rest}/schedules/${segment(schedule.id)}/rotations`;
  const [name, setName] = useState(rotation?.name ?? '');
  const [type, setType] = useState<string>(rotation?.type ?? 'weekly');
  const [length, setLength] = useState(String(rotation?.length ?? 1));
  const [start, setStart] = useState(() => toInput(rotation ? Date.parse(rotation.startDate) : startOfDay(Date.now(), zone) + 9 * 3_600_000, zone));
  const [end, setEnd] = useState(rotation?.endDate ? toInput(Date.parse(rotation.endDate), zone) : '');
  const [people, setPeople] = useState<Target[]>(rotation?.participants ?? []);
  const [hours, setHours] = useState<Restriction | null>(rotation?.timeRestriction ?? null);
  const from = fromInput(start, zone);
  const until = end === '' ? null : fromInput(end, zone);
  const count = Number(length);
  const problem = until !== null && until <= from ? 'It must end after it starts.' : undefined;
  const ready = !Number.isNaN(from) && Number.isInteger(count) && count > 0 && people.length > 0 && problem === undefined;
  const body = () => ({
    name: name.trim(),
    type,
    length: count,
    startDate: new Date(from).toISOString(),
    endDate: until === null ? '' : new Date(until).toISOString(),
    participants: people.map(({ type: kind, id }) => ({ type: kind, id })),
    timeRestriction: hours ?? {},
  });
  const save = useChange(() => (rotation ? api.patch(`${path}/${segment(rotation.id)}`, body()) : api.post(path, { ...body(), ...(hours ? {} : { timeRestriction: undefined }) })), {
    stale,
    quiet: true,
    done: rotation ? 'Rotation changed' : 'Rotation added',
    onDone: onClose,
  });
  const restore = useChange((gone: Rotation) => api.post(path, { ...gone, id: undefined, participants: gone.participants.map(({ type: kind, id }) => ({ type: kind, id })) }), { stale });
  const remove = useChange(() => api.delete(`${path}/${segment(rotation?.id ?? '')}`), {
    stale,
    onDone: () => {
      onClose();
      if (rotation) toast({ title: `Rotation “${rotation.name || 'Rotation'}” deleted`, undo: () => restore.mutate(rotation) });
    },
  });
  return (
    <FormDialog
      title={rotation ? 'Edit rotation' : 'Add a rotation'}
      width={600}
      sticky
      onClose={onClose}
      onSubmit={() => save.mutate()}
      footerStart={
        rotation && (
          <Button variant="subtle" icon="trash" busy={remove.isPending} onClick={() => remove.mutate()}>
            Delete
          </Button>
        )
      }
      submit={rotation ? 'Save' : 'Add'}
      busy={save.isPending}
      ready={ready}
      what="save the rotation"
      error={save.error}
    >
      <TextField label="Name" data-autofocus value={name} placeholder="Weekly primary" error={fieldError(save.error, 'name')} onChange={(event) => setName(event.currentTarget.value)} />
      <div className={css['two']}>
        <TextField label="Hand over every" type="number" min={1} required value={length} error={fieldError(save.error, 'length')} onChange={(event) => setLength(event.currentTarget.value)} />
        <SelectField label="Unit" value={type} onChange={setType} options={types} />
      </div>
      <div className={css['two']}>
        <TextField
          label="Starts, and hands over at"
          type="datetime-local"
          required
          value={start}
          error={fieldError(save.error, 'startDate')}
          hint={Number.isNaN(from) ? undefined : `${momentOf(from, zone)} in ${zone.replaceAll('_', ' ')}`}
          onChange={(event) => setStart(event.currentTarget.value)}
        />
        <TextField label="Ends" type="datetime-local" optional value={end} error={problem ?? fieldError(save.error, 'endDate')} onChange={(event) => setEnd(event.currentTarget.value)} />
      </div>
      <TargetList label="Participants, in the order of their turns" ordered kinds={['user', 'team', 'escalation', 'none']} value={people} onChange={setPeople} add="Add a participant" error={fieldError(save.error, 'participants')} />
      <RestrictionEditor label="On call" always="At all times" value={hours} onChange={setHours} />
    </FormDialog>
  );
}
