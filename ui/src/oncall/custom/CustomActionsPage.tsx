import { useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Breadcrumb, Button, Checkbox, Dialog, EmptyState, ErrorState, FormDialog, IconButton, Menu, Notice, RelativeTime, SkeletonRows, TextField, toast } from '../../kit';
import { Page, useCommands } from '../../shell';
import { fieldError, useChange } from '../act';
import { Badge, CopyBox } from '../parts/marks';
import parts from '../parts/parts.module.css';
import { customActionsQuery, rest, segment } from '../queries';
import { keys } from '../stale';
import { urlProblem, type CustomAction } from './model';

const stale = [keys.customActions];
const address = (id: string) => `${rest}/custom-actions/${segment(id)}`;

/** What the buttons of alerts call. */
export function CustomActionsPage(): ReactElement {
  const list = useQuery(customActionsQuery);
  const [editing, setEditing] = useState<CustomAction | 'new' | null>(null);
  const [deleting, setDeleting] = useState<CustomAction | null>(null);
  const [made, setMade] = useState<CustomAction | null>(null);
  useCommands([{ id: 'new-custom-action', label: 'Create a custom action', group: 'Custom actions', icon: 'plus', disabled: !list.data, run: () => setEditing('new') }]);
  const toggle = useChange(({ action, on }: { action: CustomAction; on: boolean }) => api.put(address(action.id), { name: action.name, url: action.url, enabled: on }), {
    stale,
    onDone: (_, { action, on }) => toast({ title: `${action.name} is ${on ? 'on' : 'off'}`, undo: () => toggle.mutate({ action, on: !on }) }),
  });
  const remove = useChange((action: CustomAction) => api.delete(address(action.id)), {
    stale,
    quiet: true,
    onDone: (_, action) => {
      setDeleting(null);
      toast({ title: `${action.name} deleted`, tone: 'success' });
    },
  });
  return (
    <Page
      title="Custom actions"
      shape="wide"
      head={<Breadcrumb>{['Custom actions']}</Breadcrumb>}
      actions={
        list.data && (
          <Button variant="primary" icon="plus" onClick={() => setEditing('new')}>
            Create
          </Button>
        )
      }
    >
      {list.isPending ? (
        <SkeletonRows rows={4} height={44} />
      ) : list.isLoadingError ? (
        <ErrorState what="load the custom actions" error={list.error} onRetry={() => void list.refetch()} />
      ) : list.data.length === 0 ? (
        <EmptyState icon="bolt" title="No button calls anything yet" action={<Button onClick={() => setEditing('new')}>Create the first</Button>}>
          Alerts come with buttons by name, from monitoring or from an alert policy. Here a name gets the address that is called when somebody presses it.
        </EmptyState>
      ) : (
        <table className={parts['table']}>
          <thead>
            <tr>
              <th>Button</th>
              <th>Calls</th>
              <th>State</th>
              <th>Changed</th>
              <th>
                <span className="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {list.data.map((action) => (
              <tr key={action.id}>
                <td className={parts['main']}>{action.name}</td>
                <td>{action.url}</td>
                <td>{action.enabled ? <Badge tone="green" icon="check">on</Badge> : <Badge icon="pause">off</Badge>}</td>
                <td>{action.updatedAt && <RelativeTime at={action.updatedAt} />}</td>
                <td className={parts['acts']}>
                  <Menu
                    trigger={<IconButton icon="more" size="s" label={`Actions of ${action.name}`} />}
                    items={[
                      { label: 'Edit…', icon: 'edit', onSelect: () => setEditing(action) },
                      { label: action.enabled ? 'Switch off' : 'Switch on', icon: action.enabled ? 'pause' : 'play', onSelect: () => toggle.mutate({ action, on: !action.enabled }) },
                      'divider',
                      { label: 'Delete…', icon: 'trash', danger: true, onSelect: () => setDeleting(action) },
                    ]}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {editing && <ActionDialog action={editing === 'new' ? null : editing} onSecret={setMade} onClose={() => setEditing(null)} />}
      {deleting && (
        <FormDialog title={`Delete ${deleting.name}?`} danger onClose={() => setDeleting(null)} onSubmit={() => remove.mutate(deleting)} submit={`Delete “${deleting.name}”`} busy={remove.isPending} cancel="Keep it" what="delete the action" error={remove.error}>
          <p>Alerts keep the button, and pressing it calls nothing. Its secret is gone for good: an action of this name that is made later has another. To stop it for a while, switch it off.</p>
        </FormDialog>
      )}
      {made?.secret && (
        <Dialog title={`The secret of ${made.name}`} onClose={() => setMade(null)} footer={<Button onClick={() => setMade(null)}>Done</Button>}>
          <p>Each call carries a signature made with this secret, as Standard Webhooks says. Check it at {made.url} to know that the call is ours.</p>
          <CopyBox text={made.secret} what="the secret" />
          <Notice tone="warning">This is the only time it is shown.</Notice>
        </Dialog>
      )}
    </Page>
  );
}

function ActionDialog({ action, onSecret, onClose }: { action: CustomAction | null; onSecret: (made: CustomAction) => void; onClose: () => void }): ReactElement {
  const [name, setName] = useState(action?.name ?? '');
  const [url, setUrl] = useState(action?.url ?? '');
  const [secret, setSecret] = useState('');
  const [enabled, setEnabled] = useState(action?.enabled ?? true);
  const body = () => ({ name: name.trim(), url: url.trim(), enabled, ...(secret === '' ? {} : { secret }) });
  const save = useChange(() => (action ? api.put<{ data: CustomAction }>(address(action.id), body()) : api.post<{ data: CustomAction }>(`${rest}/custom-actions`, body())), {
    stale,
    quiet: true,
    done: action ? 'Action changed' : 'Action created',
    onDone: (answer) => {
      onClose();
      const { data } = answer as { data: CustomAction };
      if (data.secret) onSecret(data);
    },
  });
  const said = fieldError(save.error, 'name') ?? fieldError(save.error, 'url') ?? fieldError(save.error, 'secret');
  const problem = urlProblem(url);
  return (
    <FormDialog
      title={action ? `Custom action ${action.name}` : 'Create a custom action'}
      onClose={onClose}
      onSubmit={() => save.mutate()}
      submit={action ? 'Save' : 'Create'}
      busy={save.isPending}
      ready={name.trim() !== '' && url.trim() !== '' && problem === undefined}
      what="save the action"
      error={said ? null : save.error}
    >
      <TextField label="Name of the button" data-autofocus required value={name} placeholder="restart" error={fieldError(save.error, 'name')} hint={action ? 'Alerts find it by this name: buttons of the old one call nothing any more.' : 'As alerts and policies name it.'} onChange={(event) => setName(event.currentTarget.value)} />
      <TextField label="Address to call" type="url" required value={url} placeholder="https://ops.example.com/restart" error={problem ?? fieldError(save.error, 'url')} hint="By POST, with the alert and who pressed as JSON." onChange={(event) => setUrl(event.currentTarget.value)} />
      <TextField label="Secret" optional autoComplete="off" value={secret} error={fieldError(save.error, 'secret')} hint={action ? 'Signs the calls. Left empty, the old one stays.' : 'Signs the calls. Left empty, one is made.'} onChange={(event) => setSecret(event.currentTarget.value)} />
      <Checkbox label="On: pressing the button calls the address" checked={enabled} onChange={(event) => setEnabled(event.currentTarget.checked)} />
    </FormDialog>
  );
}
