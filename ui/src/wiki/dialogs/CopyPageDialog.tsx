import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Checkbox, FormDialog, SelectField, TextField, toast } from '../../kit';
import { pageTo } from '../paths';
import { pagePath, spacesQuery } from '../queries';
import { keys } from '../stale';
import type { Ref } from '../wire';
import css from './Dialogs.module.css';
import { PagePicker } from './PagePicker';

interface CopyPageDialogProps {
  page: { id: string; title: string; spaceKey: string; children: number };
  onClose: () => void;
}

export function CopyPageDialog({ page, onClose }: CopyPageDialogProps): ReactElement {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const spaces = useQuery(spacesQuery());
  const [title, setTitle] = useState(`Copy of ${page.title}`);
  const [space, setSpace] = useState(page.spaceKey);
  const [parent, setParent] = useState<Ref | null>(null);
  const [descendants, setDescendants] = useState(false);
  const options = (spaces.data ?? []).filter((each) => each.can.createPage).map((each) => ({ value: each.key, label: each.name }));
  const copy = useMutation({
    meta: { quiet: true },
    mutationFn: () => api.post<{ id: string }>(`${pagePath(page.id)}/copy`, { title: title.trim(), targetId: parent?.id ?? '', spaceKey: space, descendants }),
    onSuccess: async ({ id }) => {
      await Promise.all([keys.trees, keys.lists].map((queryKey) => queries.invalidateQueries({ queryKey })));
      toast({ title: `${title.trim()} made`, tone: 'success' });
      onClose();
      void navigate(pageTo({ id, spaceKey: space, title: title.trim() }));
    },
  });
  return (
    <FormDialog
      title={`Copy ${page.title}`}
      onClose={onClose}
      onSubmit={() => title.trim() !== '' && copy.mutate()}
      submit="Copy page"
      busy={copy.isPending}
      what="copy the page"
      error={copy.error}
    >
      <TextField label="Title of the copy" required data-autofocus value={title} error={title.trim() === '' ? 'Give the copy a title.' : undefined} onChange={(event) => setTitle(event.currentTarget.value)} />
      <SelectField
        label="Space"
        value={space}
        options={options.length > 0 ? options : [{ value: page.spaceKey, label: page.spaceKey }]}
        onChange={(next) => {
          setSpace(next);
          setParent(null);
        }}
      />
      <div className={css['field']}>
        <span className={css['label']}>Below</span>
        <PagePicker label="Below" space={space} value={parent} none="No page: at the top of the space" onPick={setParent} />
      </div>
      {page.children > 0 && <Checkbox label="Copy the pages below it too" checked={descendants} onChange={(event) => setDescendants(event.currentTarget.checked)} />}
      <p className={css['hint']}>Files and labels come along; comments, versions and restrictions stay with the original.</p>
    </FormDialog>
  );
}
