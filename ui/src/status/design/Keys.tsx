import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { api, siteUrl } from '../../api';
import { Button, Dialog, EmptyState, ErrorState, FormDialog, Icon, IconButton, Notice, RelativeTime, SkeletonRows, TextField, toast } from '../../kit';
import { Section } from '../../shell';
import { ConfirmDialog } from '../parts/ConfirmDialog';
import { CopyLine } from '../parts/CopyLine';
import { keysQuery } from '../queries';
import { shellQuote } from '../say';
import { keys } from '../stale';
import type { ManageKey, StatusPage } from '../wire';
import css from './Design.module.css';

/** Keys by which programs manage the site's status pages. */
export function Keys({ page }: { page: StatusPage }): ReactElement {
  const queries = useQueryClient();
  const list = useQuery(keysQuery);
  const [creating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<ManageKey | null>(null);
  const remove = useMutation({
    meta: { quiet: true },
    mutationFn: (key: ManageKey) => api.delete(`/api/status/keys/${key.id}`),
    onSuccess: async (_answer, key) => {
      await queries.invalidateQueries({ queryKey: keys.manageKeys });
      toast({ title: `${key.name} taken back` });
      setDeleting(null);
    },
  });
  const create = (
    <Button icon="plus" onClick={() => setCreating(true)}>
      Create key
    </Button>
  );
  return (
    <Section title="Manage keys" hint="A key manages every status page of this site by the API: incidents, components, subscribers, metrics." actions={list.data && list.data.length > 0 && create}>
      {list.isPending ? (
        <SkeletonRows rows={3} height={52} />
      ) : list.isError ? (
        <ErrorState compact what="load the keys" error={list.error} onRetry={() => void list.refetch()} />
      ) : list.data.length === 0 ? (
        <EmptyState icon="key" title="No keys yet" action={create}>
          A program that opens incidents or sends metrics needs one.
        </EmptyState>
      ) : (
        <ul className={css['keys']}>
          {list.data.map((key) => (
            <li key={key.id}>
              <Icon name="key" />
              <span>
                <b>{key.name}</b>
                <small>
                  made <RelativeTime at={key.createdAt} />
                </small>
              </span>
              <IconButton icon="trash" size="s" label={`Take back ${key.name}`} onClick={() => setDeleting(key)} />
            </li>
          ))}
        </ul>
      )}
      {creating && <CreateKeyDialog page={page} onClose={() => setCreating(false)} />}
      {deleting && (
        <ConfirmDialog danger title={`Take back ${deleting.name}?`} act="Take back key" what="take it back" busy={remove.isPending} error={remove.error} onConfirm={() => remove.mutate(deleting)} onClose={() => setDeleting(null)}>
          <p>Programs that use it are refused from now on.</p>
        </ConfirmDialog>
      )}
    </Section>
  );
}

function CreateKeyDialog({ page, onClose }: { page: StatusPage; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [tried, setTried] = useState(false);
  const create = useMutation({
    meta: { quiet: true },
    mutationFn: () => api.post<ManageKey>('/api/status/keys', { name: name.trim() }),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.manageKeys }),
  });
  const secret = create.data?.secret;
  if (secret !== undefined) {
    const curl = ['curl', shellQuote(`${location.origin}${siteUrl(`/v1/pages/${page.id}/incidents/unresolved`)}`), '-H', shellQuote(`Authorization: OAuth ${secret}`)].join(' ');
    return (
      <Dialog
        title={`The key ${create.data?.name ?? ''}`}
        width={600}
        sticky
        onClose={onClose}
        footer={
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        }
      >
        <Notice tone="warning">This is shown once. Copy it now; it cannot be shown again.</Notice>
        <CopyLine what="Key" text={secret} />
        <h3>Try it</h3>
        <CopyLine what="Command that tries the key" text={curl} />
      </Dialog>
    );
  }
  return (
    <FormDialog
      title="Create key"
      width={440}
      onClose={onClose}
      onSubmit={() => {
        setTried(true);
        if (name.trim() !== '') create.mutate();
      }}
      submit="Create key"
      busy={create.isPending}
      what="create the key"
      error={create.error}
    >
      <TextField label="What it is for" required data-autofocus value={name} placeholder="Monitoring" error={tried && name.trim() === '' ? 'Say what it is for.' : undefined} onChange={(e) => setName(e.currentTarget.value)} />
    </FormDialog>
  );
}
