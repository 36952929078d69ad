import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { api, ApiError } from '../../api';
import { FormDialog, TextField, toast } from '../../kit';
import { useSignedIn } from '../../shell';
import css from './Projects.module.css';
import { keyOf, keyProblem, templates } from './model';
import { keys } from '../stale';

export function CreateProjectDialog({ onClose }: { onClose: () => void }): ReactElement {
  const { account } = useSignedIn();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [ownKey, setOwnKey] = useState<string | null>(null);
  const [template, setTemplate] = useState(templates[0]?.key ?? '');
  const [tried, setTried] = useState(false);
  const key = ownKey ?? keyOf(name);
  const create = useMutation({
    mutationFn: () =>
      api.post<{ id: number; key: string }>('/rest/api/3/project', {
        name: name.trim(),
        key,
        projectTypeKey: 'software',
        projectTemplateKey: template,
        leadAccountId: account.accountId,
        assigneeType: 'UNASSIGNED',
      }),
    meta: { quiet: true },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: keys.projects });
      toast({ title: `${name.trim()} created`, tone: 'success' });
      onClose();
      void navigate({ to: '/projects/$key/board', params: { key } });
    },
  });
  const refused = create.error instanceof ApiError ? create.error.fields : {};
  const nameError = tried && name.trim() === '' ? 'Give the project a name.' : (refused['projectName'] ?? refused['name']);
  const keyError = (tried || ownKey !== null) && key !== '' ? keyProblem(key) : tried ? 'Give the project a key.' : undefined;
  return (
    <FormDialog
      title="Create project"
      onClose={onClose}
      onSubmit={() => {
        setTried(true);
        if (name.trim() !== '' && !keyProblem(key)) create.mutate();
      }}
      submit="Create project"
      busy={create.isPending}
      what="create the project"
      error={!nameError && !keyError && Object.keys(refused).length === 0 ? create.error : null}
    >
      <TextField label="Name" required data-autofocus value={name} error={nameError} placeholder="Payments" onChange={(e) => setName(e.currentTarget.value)} />
      <TextField
        label="Key"
        required
        value={key}
        error={keyError ?? refused['projectKey'] ?? refused['key']}
        hint={key === '' ? 'Stands before the number of every issue.' : `Issues will be called ${key}-1, ${key}-2 and so on.`}
        onChange={(e) => setOwnKey(e.currentTarget.value.toUpperCase())}
      />
      <fieldset className={css['templates']}>
        <legend>Template</legend>
        {templates.map((each) => (
          <label key={each.key} className={css['template']}>
            <input type="radio" name="template" value={each.key} checked={template === each.key} onChange={() => setTemplate(each.key)} />
            <span>
              <b>{each.name}</b>
              <small>{each.explains}</small>
            </span>
          </label>
        ))}
      </fieldset>
    </FormDialog>
  );
}
