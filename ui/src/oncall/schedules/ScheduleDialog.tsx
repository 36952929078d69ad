import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Button, Checkbox, ErrorState, FormDialog, SelectField, TextField, toast } from '../../kit';
import { fieldError, useChange } from '../act';
import { ownZone } from '../parts/zone';
import { ZoneField } from '../parts/ZonePicker';
import { rest, segment, teamsQuery } from '../queries';
import { keys } from '../stale';
import type { Schedule } from '../wire';

const stale = [keys.schedules, keys.who, keys.teams];

/** A new schedule, or the name, zone and team of one that is there. */
export function ScheduleDialog({ schedule, onClose }: { schedule: Schedule | null; onClose: () => void }): ReactElement {
  const navigate = useNavigate();
  const teams = useQuery(teamsQuery);
  const [name, setName] = useState(schedule?.name ?? '');
  const [description, setDescription] = useState(schedule?.description ?? '');
  const [zone, setZone] = useState(schedule?.timezone ?? ownZone());
  const [team, setTeam] = useState(schedule?.ownerTeam?.id ?? '');
  const [enabled, setEnabled] = useState(schedule?.enabled ?? true);
  const [sure, setSure] = useState(false);
  const body = { name: name.trim(), description, timezone: zone, enabled, ownerTeam: { id: team } };
  const save = useChange(() => (schedule ? api.patch(`${rest}/schedules/${segment(schedule.id)}`, body) : api.post(`${rest}/schedules`, body)), {
    stale,
    quiet: true,
    done: schedule ? 'Schedule changed' : 'Schedule made',
    onDone: (answer) => {
      onClose();
      if (!schedule) void navigate({ to: '/oncall/schedules/$id', params: { id: (answer as { data: { id: string } }).data.id } });
    },
  });
  const remove = useChange(() => api.delete(`${rest}/schedules/${segment(schedule?.id ?? '')}`), {
    stale,
    quiet: true,
    onDone: () => {
      toast({ title: `Schedule “${schedule?.name ?? ''}” deleted`, tone: 'success' });
      onClose();
      void navigate({ to: '/oncall/schedules' });
    },
  });
  return (
    <FormDialog
      title={schedule ? 'Schedule' : 'Create schedule'}
      onClose={onClose}
      onSubmit={() => save.mutate()}
      footerStart={
        schedule && (
          <Button variant={sure ? 'danger' : 'subtle'} icon="trash" busy={remove.isPending} onClick={() => (sure ? remove.mutate() : setSure(true))}>
            {sure ? `Delete ${schedule.name} for good` : 'Delete…'}
          </Button>
        )
      }
      submit={schedule ? 'Save' : 'Create'}
      busy={save.isPending}
      ready={name.trim() !== ''}
      what="save the schedule"
      error={save.error}
    >
      <TextField label="Name" data-autofocus required value={name} error={fieldError(save.error, 'name')} onChange={(event) => setName(event.currentTarget.value)} />
      <TextField label="Description" optional value={description} error={fieldError(save.error, 'description')} onChange={(event) => setDescription(event.currentTarget.value)} />
      <ZoneField label="Time zone" value={zone} onChange={setZone} error={fieldError(save.error, 'timezone')} hint="Shifts begin and end by this clock, also when it is changed for summer." />
      <SelectField label="Team" value={team} onChange={setTeam} options={[{ value: '', label: 'No team' }, ...(teams.data ?? []).map(({ id, name: label }) => ({ value: id, label }))]} />
      {schedule && <Checkbox label="In use: the people in it are told of alerts" checked={enabled} onChange={(event) => setEnabled(event.currentTarget.checked)} />}
      {remove.error && <ErrorState compact what="delete the schedule" error={remove.error} />}
    </FormDialog>
  );
}
