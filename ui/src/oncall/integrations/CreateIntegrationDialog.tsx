import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { FormDialog, SelectField, TextField } from '../../kit';
import { fieldError, useChange } from '../act';
import { teamsQuery } from '../queries';
import { keys } from '../stale';
import type { Kind } from './catalogue';
import { rememberKey } from './keys';

interface Made {
  data: { id: string; apiKey: string };
}

export function CreateIntegrationDialog({ kind, onClose }: { kind: Kind; onClose: () => void }): ReactElement {
  const navigate = useNavigate();
  const teams = useQuery(teamsQuery);
  const [name, setName] = useState(kind.title);
  const [team, setTeam] = useState('');
  const [mailbox, setMailbox] = useState('alerts');
  const mail = kind.type === 'Email';
  const ready = name.trim() !== '' && (!mail || mailbox.trim() !== '');
  const create = useChange(
    () => api.post<Made>('/v2/integrations', { type: kind.type, name: name.trim(), ...(team ? { ownerTeam: { id: team } } : {}), ...(mail ? { emailUsername: mailbox.trim() } : {}) }),
    {
      stale: [keys.integrations],
      quiet: true,
      onDone: (answer) => {
        const { id, apiKey } = (answer as Made).data;
        rememberKey(id, apiKey);
        void navigate({ to: '/oncall/integrations/$id', params: { id } });
      },
    },
  );
  return (
    <FormDialog
      title={`Add ${kind.title}`}
      onClose={onClose}
      onSubmit={() => create.mutate()}
      submit="Create"
      busy={create.isPending}
      ready={ready}
      what="create the integration"
      error={create.error}
    >
      <p>{kind.words}</p>
      <TextField label="Name" data-autofocus required value={name} error={fieldError(create.error, 'name')} onChange={(event) => setName(event.currentTarget.value)} />
      <SelectField label="Alerts go to" value={team} onChange={setTeam} options={[{ value: '', label: 'The site’s default team' }, ...(teams.data ?? []).map(({ id, name: label }) => ({ value: id, label }))]} hint="The team’s routing rules decide what happens then." />
      {mail && <TextField label="Mailbox" required value={mailbox} hint="The part of the address before the @." error={fieldError(create.error, 'emailUsername')} onChange={(event) => setMailbox(event.currentTarget.value)} />}
    </FormDialog>
  );
}
