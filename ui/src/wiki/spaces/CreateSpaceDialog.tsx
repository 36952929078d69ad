import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { api, ApiError } from '../../api';
import { FormDialog, TextAreaField, TextField, toast } from '../../kit';
import { spaceTo } from '../paths';
import { rest } from '../queries';
import { keys } from '../stale';
import type { Space } from '../wire';
import { keyOf, keyProblem } from './model';
import css from './Spaces.module.css';

export function CreateSpaceDialog({ onClose }: { onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [ownKey, setOwnKey] = useState<string | null>(null);
  const [icon, setIcon] = useState('');
  const [description, setDescription] = useState('');
  const [tried, setTried] = useState(false);
  const key = ownKey ?? keyOf(name);
  const create = useMutation({
    mutationFn: () => api.post<Space>(`${rest}/spaces`, { key, name: name.trim(), description: description.trim(), icon: icon.trim(), type: 'global' }),
    meta: { quiet: true },
    onSuccess: async (space) => {
      await queries.invalidateQueries({ queryKey: keys.spaces });
      toast({ title: `${space.name} created`, tone: 'success' });
      onClose();
      void navigate(spaceTo(space.key));
    },
  });
  const fields = create.error instanceof ApiError ? create.error.fields : {};
  const nameError = tried && name.trim() === '' ? 'Give the space a name.' : fields['name'];
  const keyError = (tried || ownKey !== null ? keyProblem(key) : undefined) ?? fields['key'];
  return (
    <FormDialog
      title="Create space"
      onClose={onClose}
      onSubmit={() => {
        setTried(true);
        if (name.trim() !== '' && !keyProblem(key)) create.mutate();
      }}
      submit="Create space"
      busy={create.isPending}
      what="create the space"
      error={!nameError && !keyError ? create.error : null}
    >
      <div className={css['pair']}>
        <TextField label="Name" required data-autofocus value={name} error={nameError} placeholder="Engineering handbook" onChange={(e) => setName(e.currentTarget.value)} />
        <TextField label="Emoji" optional value={icon} placeholder="📘" maxLength={16} onChange={(e) => setIcon(e.currentTarget.value)} />
      </div>
      <TextField label="Key" required value={key} error={keyError} hint={key === '' ? 'Part of the address of every page.' : `Pages will be at /wiki/spaces/${key}/…`} onChange={(e) => setOwnKey(e.currentTarget.value.toUpperCase())} />
      <TextAreaField label="What it is for" optional rows={3} value={description} onChange={(e) => setDescription(e.currentTarget.value)} />
    </FormDialog>
  );
}
