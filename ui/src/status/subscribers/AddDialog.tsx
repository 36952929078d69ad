import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { api, ApiError } from '../../api';
import { Checkbox, FormDialog, TextField, toast } from '../../kit';
import { ComponentChoice } from '../incidents/ComponentChoice';
import { Segments } from '../parts/Segments';
import { componentsQuery, manage } from '../queries';
import { keys } from '../stale';
import type { ComponentStatus, StatusPage } from '../wire';
import { kindOf } from './model';

/** Adds one subscriber, who is asked by mail unless somebody vouches for them. */
export function AddDialog({ page, onClose }: { page: StatusPage; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const components = useQuery(componentsQuery(page.id));
  const [address, setAddress] = useState('');
  const [scope, setScope] = useState<'all' | 'some'>('all');
  const [chosen, setChosen] = useState<Readonly<Record<string, ComponentStatus>>>({});
  const [vouched, setVouched] = useState(false);
  const [tried, setTried] = useState(false);
  const kind = kindOf(address);
  const none = scope === 'some' && Object.keys(chosen).length === 0;
  const add = useMutation({
    meta: { quiet: true },
    mutationFn: () =>
      api.post(`${manage(page.id)}/subscribers`, {
        subscriber: { [kind === 'webhook' ? 'endpoint' : 'email']: address.trim(), skip_confirmation_notification: vouched, component_ids: scope === 'some' ? Object.keys(chosen) : [] },
      }),
    onSuccess: async () => {
      await Promise.all([keys.subscribers, keys.preview].map((queryKey) => queries.invalidateQueries({ queryKey })));
      toast({ title: `${address.trim()} added`, tone: 'success', ...(vouched ? {} : { detail: 'They are asked to confirm; until then nothing is sent.' }) });
      onClose();
    },
  });
  const fields = add.error instanceof ApiError ? add.error.fields : {};
  const problem = tried && !kind ? 'Write a mail address, or the https:// address of a webhook.' : (fields['email'] ?? fields['endpoint']);
  return (
    <FormDialog
      title="Add subscriber"
      onClose={onClose}
      onSubmit={() => {
        setTried(true);
        if (kind && !none) add.mutate();
      }}
      submit="Add subscriber"
      busy={add.isPending}
      what="add the subscriber"
      error={problem ? null : add.error}
    >
      <TextField
        label="Address"
        required
        data-autofocus
        value={address}
        error={problem}
        placeholder="ana@example.com or https://…"
        hint={kind === 'webhook' ? 'A webhook: it is called with JSON.' : 'A mail address, or that of a webhook.'}
        onChange={(event) => setAddress(event.currentTarget.value)}
      />
      <Segments label="Told about" value={scope} onChange={setScope} options={[{ value: 'all', label: 'Everything' }, { value: 'some', label: 'Some components' }]} />
      {scope === 'some' && <ComponentChoice components={components.data?.components ?? []} chosen={chosen} begin="operational" withoutStatus onChange={setChosen} />}
      {tried && none && <p role="alert">Choose at least one component.</p>}
      <Checkbox label="They agreed already: do not ask them to confirm" checked={vouched} onChange={(event) => setVouched(event.currentTarget.checked)} />
    </FormDialog>
  );
}
