import { useNavigate } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Button, ErrorState, FormDialog, TextField, toast } from '../../kit';
import { fieldError, useChange } from '../act';
import { TargetList } from '../parts/TargetPicker';
import { meQuery, rest, segment } from '../queries';
import { keys } from '../stale';
import type { Target, Team } from '../wire';

const stale = [keys.teams, keys.who, keys.schedules, keys.escalations, keys.me];

export function TeamDialog({ team, onClose }: { team: Team | null; onClose: () => void }): ReactElement {
  const navigate = useNavigate();
  const me = useQuery(meQuery);
  const [name, setName] = useState(team?.name ?? '');
  const [description, setDescription] = useState(team?.description ?? '');
  const [people, setPeople] = useState<Target[] | null>(null);
  const [sure, setSure] = useState(false);
  const members = people ?? (me.data ? [{ type: 'user', id: me.data.user.id, name: me.data.user.fullName }] : []);
  const save = useChange(
    () =>
      team
        ? api.patch(`${rest}/teams/${segment(team.id)}`, { name: name.trim(), description })
        : api.post(`${rest}/teams`, { name: name.trim(), description, members: members.map(({ id }, i) => ({ user: { id }, role: i === 0 ? 'admin' : 'user' })) }),
    {
      stale,
      quiet: true,
      done: team ? 'Team changed' : 'Team made',
      onDone: (answer) => {
        onClose();
        if (!team) void navigate({ to: '/oncall/teams/$id', params: { id: (answer as { data: { id: string } }).data.id } });
      },
    },
  );
  const remove = useChange(() => api.delete(`${rest}/teams/${segment(team?.id ?? '')}`), {
    stale,
    quiet: true,
    onDone: () => {
      toast({ title: `Team “${team?.name ?? ''}” deleted`, tone: 'success' });
      onClose();
      void navigate({ to: '/oncall/teams' });
    },
  });
  return (
    <FormDialog
      title={team ? 'Team' : 'Create team'}
      onClose={onClose}
      onSubmit={() => save.mutate()}
      footerStart={
        team && (
          <Button variant={sure ? 'danger' : 'subtle'} icon="trash" busy={remove.isPending} onClick={() => (sure ? remove.mutate() : setSure(true))}>
            {sure ? `Delete ${team.name} with its schedules and escalations` : 'Delete…'}
          </Button>
        )
      }
      submit={team ? 'Save' : 'Create'}
      busy={save.isPending}
      ready={name.trim() !== ''}
      what="save the team"
      error={save.error}
    >
      <TextField label="Name" data-autofocus required value={name} error={fieldError(save.error, 'name')} onChange={(event) => setName(event.currentTarget.value)} />
      <TextField label="Description" optional value={description} error={fieldError(save.error, 'description')} onChange={(event) => setDescription(event.currentTarget.value)} />
      {!team && (
        <>
          <TargetList label="Members; the first administers the team" kinds={['user']} value={members} onChange={setPeople} add="Add a member" error={fieldError(save.error, 'members')} />
          <p>A schedule with a weekly turn, an escalation and a routing rule are made with it, so that its alerts reach somebody from the first minute.</p>
        </>
      )}
      {remove.error && <ErrorState compact what="delete the team" error={remove.error} />}
    </FormDialog>
  );
}
