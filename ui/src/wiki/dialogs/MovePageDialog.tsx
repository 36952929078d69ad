import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { FormDialog, SelectField, toast } from '../../kit';
import { pageTo } from '../paths';
import { pagePath, spacesQuery } from '../queries';
import { keys } from '../stale';
import type { Ref } from '../wire';
import css from './Dialogs.module.css';
import { PagePicker } from './PagePicker';

/** Puts a page, with all below it, under another page or to the top of a space. */
export function MovePageDialog({ page, onClose }: { page: { id: string; title: string; spaceKey: string }; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const spaces = useQuery(spacesQuery());
  const [space, setSpace] = useState(page.spaceKey);
  const [parent, setParent] = useState<Ref | null>(null);
  const options = (spaces.data ?? []).filter((each) => each.can.createPage || each.key === page.spaceKey).map((each) => ({ value: each.key, label: each.name }));
  const move = useMutation({
    meta: { quiet: true },
    mutationFn: () => api.post(`${pagePath(page.id)}/move`, parent ? { targetId: parent.id, position: 'append' } : { targetId: '', spaceKey: space, position: 'append' }),
    onSuccess: async () => {
      await Promise.all([keys.trees, keys.pages, keys.lists, ['wiki', 'space']].map((queryKey) => queries.invalidateQueries({ queryKey })));
      toast({ title: `${page.title} moved`, detail: parent ? `It stands below ${parent.title} now.` : 'It stands at the top of the space now.', tone: 'success' });
      onClose();
      if (space !== page.spaceKey) void navigate(pageTo({ id: page.id, spaceKey: space, title: page.title }));
    },
  });
  return (
    <FormDialog
      title={`Move ${page.title}`}
      onClose={onClose}
      onSubmit={() => move.mutate()}
      submit="Move page"
      busy={move.isPending}
      what="move the page"
      error={move.error}
    >
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
        <PagePicker label="Below" space={space} value={parent} none="No page: at the top of the space" onPick={setParent} without={page.id} />
      </div>
      <p className={css['hint']}>Pages below it come along. Links to it go on working.</p>
    </FormDialog>
  );
}
