import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Button, Dialog, ErrorState, TextAreaField, TextField, toast } from '../../kit';
import { Section } from '../../shell';
import { PagePicker } from '../dialogs/PagePicker';
import { refused } from '../parts/say';
import { spacePath } from '../queries';
import { keys } from '../stale';
import type { Space } from '../wire';
import css from './Settings.module.css';

/** Name, purpose and homepage of a space, and its end. */
export function Details({ space }: { space: Space }): ReactElement {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState(space.name);
  const [icon, setIcon] = useState(space.icon);
  const [description, setDescription] = useState(space.description);
  const [home, setHome] = useState<{ id: string; title: string } | null>(null);
  const [asking, setAsking] = useState(false);
  const may = space.can.administer;
  const archived = space.status === 'archived';
  const settled = () => Promise.all([keys.spaces, ['wiki', 'space'], keys.pages].map((queryKey) => queries.invalidateQueries({ queryKey })));
  const put = (change: Partial<Record<'name' | 'description' | 'icon' | 'status' | 'homepageId', string>>) =>
    api.put<Space>(spacePath(space.key), { name: space.name, description: space.description, icon: space.icon, status: space.status, homepageId: space.homepageId ?? '', ...change });
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: () => put({ name: name.trim(), description: description.trim(), icon: icon.trim(), ...(home ? { homepageId: home.id } : {}) }),
    onSuccess: () => toast({ title: 'Space saved', tone: 'success' }),
    onSettled: settled,
  });
  const archive = useMutation({
    meta: { quiet: true },
    mutationFn: (status: 'archived' | 'current') => put({ status }),
    onSuccess: (_answer, status) => {
      setAsking(false);
      toast({ title: status === 'archived' ? `${space.name} is archived` : `${space.name} is back`, tone: 'success', ...(status === 'archived' ? { undo: () => archive.mutate('current') } : {}) });
      if (status === 'archived') void navigate({ to: '/wiki' });
    },
    onError: (error) => refused('Archiving', error),
    onSettled: settled,
  });
  const nameError = name.trim() === '' ? 'Give the space a name.' : undefined;
  return (
    <>
      <Section title="Details">
        <form
          className={css['form']}
          onSubmit={(event) => {
            event.preventDefault();
            if (!nameError) save.mutate();
          }}
        >
          <div className={css['pair']}>
            <TextField label="Name" required value={name} error={nameError} disabled={!may} onChange={(event) => setName(event.currentTarget.value)} />
            <TextField label="Emoji" optional value={icon} disabled={!may} maxLength={16} onChange={(event) => setIcon(event.currentTarget.value)} />
          </div>
          <TextField label="Key" value={space.key} readOnly hint="Part of the address of every page; it stays." />
          <TextAreaField label="What it is for" optional rows={3} value={description} disabled={!may} onChange={(event) => setDescription(event.currentTarget.value)} />
          {may && (
            <div className={css['field']}>
              <span className={css['label']}>Homepage</span>
              <PagePicker label="Homepage" space={space.key} value={home} none={space.homepageId ? 'As it is; choose another…' : 'None; choose one…'} onPick={setHome} />
            </div>
          )}
          {save.error && <ErrorState compact what="save the space" error={save.error} />}
          {may ? (
            <div>
              <Button type="submit" variant="primary" busy={save.isPending}>
                Save
              </Button>
            </div>
          ) : (
            <p className={css['hint']}>Only who administers the space may change this.</p>
          )}
        </form>
      </Section>
      {may && (
        <Section title={archived ? 'Bring it back' : 'Archive'} hint={archived ? 'The space is read only, and out of the directory and the search.' : 'The space leaves the directory and the search. Its pages stay and can be read by their addresses.'}>
          {archived ? (
            <Button icon="undo" busy={archive.isPending} onClick={() => archive.mutate('current')}>
              Bring the space back
            </Button>
          ) : (
            <Button icon="archive" onClick={() => setAsking(true)}>
              Archive the space…
            </Button>
          )}
        </Section>
      )}
      {asking && (
        <Dialog
          title={`Archive ${space.name}?`}
          width={440}
          onClose={() => setAsking(false)}
          footer={
            <>
              <Button variant="subtle" data-autofocus onClick={() => setAsking(false)}>
                Cancel
              </Button>
              <Button variant="danger" busy={archive.isPending} onClick={() => archive.mutate('archived')}>
                Archive space
              </Button>
            </>
          }
        >
          <p>Nothing is deleted, and it can be brought back from the archived spaces of the directory.</p>
        </Dialog>
      )}
    </>
  );
}
