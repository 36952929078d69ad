import { useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { api, siteUrl } from '../../api';
import { Breadcrumb, Button, Checkbox, Dialog, EmptyState, ErrorState, FormDialog, IconButton, Menu, RelativeTime, SelectField, SkeletonRows, TextField, toast } from '../../kit';
import { Page, useCommands, useSignedIn } from '../../shell';
import { fieldError, useChange } from '../act';
import { Badge, copyText, CopyBox, PriorityMark, priorityWord } from '../parts/marks';
import parts from '../parts/parts.module.css';
import { heartbeatsQuery, segment, teamsQuery } from '../queries';
import { keys } from '../stale';
import { priorities, type Heartbeat } from '../wire';
import { dueAt, goodName, intervalText, pingCommand, stateOf } from './model';

const stale = [keys.heartbeats];
const path = '/v2/heartbeats';
const origin = () => new URL(siteUrl('/'), location.origin).href.replace(/\/$/, '');

export function HeartbeatsPage(): ReactElement {
  const { account } = useSignedIn();
  const list = useQuery(heartbeatsQuery);
  const [editing, setEditing] = useState<Heartbeat | 'new' | null>(null);
  const [shown, setShown] = useState<Heartbeat | null>(null);
  useCommands([{ id: 'new-heartbeat', label: 'Create a heartbeat', group: 'Heartbeats', icon: 'plus', disabled: !account.admin, run: () => setEditing('new') }]);
  const toggle = useChange(({ name, enabled }: { name: string; enabled: boolean }) => api.post(`${path}/${segment(name)}/${enabled ? 'enable' : 'disable'}`), {
    stale,
    onDone: (_, { name, enabled }) => toast({ title: `${name} is ${enabled ? 'on' : 'off'}`, undo: () => toggle.mutate({ name, enabled: !enabled }) }),
  });
  const ping = useChange((name: string) => api.post(`${path}/${segment(name)}/ping`), { stale, done: (name) => `${name} pinged` });
  return (
    <Page
      title="Heartbeats"
      shape="wide"
      head={<Breadcrumb>{['Heartbeats']}</Breadcrumb>}
      actions={
        account.admin && (
          <Button variant="primary" icon="plus" onClick={() => setEditing('new')}>
            Create
          </Button>
        )
      }
    >
      {list.isPending ? (
        <SkeletonRows rows={5} height={44} />
      ) : list.isLoadingError ? (
        <ErrorState what="load the heartbeats" error={list.error} onRetry={() => void list.refetch()} />
      ) : list.data.length === 0 ? (
        <EmptyState icon="heart" title="No heartbeat yet" action={account.admin && <Button onClick={() => setEditing('new')}>Create the first</Button>}>
          A job says “I ran” by a ping. When the ping does not come in time, an alert does.
        </EmptyState>
      ) : (
        <table className={parts['table']}>
          <thead>
            <tr>
              <th>Name</th>
              <th>State</th>
              <th>Expected</th>
              <th>Last ping</th>
              <th>Next due</th>
              <th>Alert</th>
              <th>
                <span className="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {list.data.map((heartbeat) => {
              const state = stateOf(heartbeat);
              const due = dueAt(heartbeat);
              return (
                <tr key={heartbeat.name}>
                  <td className={parts['main']}>
                    {heartbeat.name}
                    {(heartbeat.description || heartbeat.ownerTeam?.name) && <span className={parts['fine']}>{[heartbeat.ownerTeam?.name, heartbeat.description].filter(Boolean).join(' · ')}</span>}
                  </td>
                  <td>
                    <Badge tone={state.tone} icon={state.icon}>
                      {state.word}
                    </Badge>
                  </td>
                  <td>{intervalText(heartbeat)}</td>
                  <td data-label="Last ping">{heartbeat.lastPingTime ? <RelativeTime at={heartbeat.lastPingTime} /> : <span className={parts['muted']}>never</span>}</td>
                  <td data-label="Due">{due === null ? '–' : <RelativeTime at={due} />}</td>
                  <td>{heartbeat.alertPriority && <PriorityMark priority={heartbeat.alertPriority} />}</td>
                  <td className={parts['acts']}>
                    <IconButton icon="copy" size="s" label={`Copy the ping command of ${heartbeat.name}`} onClick={() => void copyText(pingCommand(origin(), heartbeat.name), 'the command')} />
                    <Menu
                      trigger={<IconButton icon="more" size="s" label={`Actions of ${heartbeat.name}`} />}
                      items={[
                        { label: 'How to ping it…', icon: 'info', onSelect: () => setShown(heartbeat) },
                        { label: 'Ping it now', icon: 'heart', disabled: !heartbeat.enabled, onSelect: () => ping.mutate(heartbeat.name) },
                        ...(account.admin
                          ? ([
                              { label: heartbeat.enabled ? 'Switch off' : 'Switch on', icon: heartbeat.enabled ? 'pause' : 'play', onSelect: () => toggle.mutate({ name: heartbeat.name, enabled: !heartbeat.enabled }) },
                              { label: 'Edit…', icon: 'edit', onSelect: () => setEditing(heartbeat) },
                            ] as const)
                          : []),
                      ]}
                    />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      {editing && <HeartbeatDialog heartbeat={editing === 'new' ? null : editing} onMade={setShown} onClose={() => setEditing(null)} />}
      {shown && <PingDialog heartbeat={shown} onClose={() => setShown(null)} />}
    </Page>
  );
}

function PingDialog({ heartbeat, onClose }: { heartbeat: Heartbeat; onClose: () => void }): ReactElement {
  const url = `${origin()}${path}/${segment(heartbeat.name)}/ping`;
  return (
    <Dialog title={`Ping ${heartbeat.name}`} width={600} onClose={onClose} footer={<Button onClick={onClose}>Done</Button>}>
      <p>Call this at the end of the job, {intervalText(heartbeat)} at the latest, with the key of an API integration in place of API_KEY.</p>
      <CopyBox text={url} what="the address" />
      <CopyBox block text={pingCommand(origin(), heartbeat.name)} what="the command" />
    </Dialog>
  );
}

function HeartbeatDialog({ heartbeat, onMade, onClose }: { heartbeat: Heartbeat | null; onMade: (made: Heartbeat) => void; onClose: () => void }): ReactElement {
  const teams = useQuery(teamsQuery);
  const [name, setName] = useState(heartbeat?.name ?? '');
  const [description, setDescription] = useState(heartbeat?.description ?? '');
  const [interval, setInterval] = useState(String(heartbeat?.interval ?? 10));
  const [unit, setUnit] = useState<string>(heartbeat?.intervalUnit ?? 'minutes');
  const [team, setTeam] = useState(heartbeat?.ownerTeam?.id ?? '');
  const [message, setMessage] = useState(heartbeat?.alertMessage ?? '');
  const [priority, setPriority] = useState<string>(heartbeat?.alertPriority || 'P3');
  const [tags, setTags] = useState((heartbeat?.alertTags ?? []).join(', '));
  const [enabled, setEnabled] = useState(heartbeat?.enabled ?? true);
  const ready = goodName(name) && Number(interval) > 0;
  const body = () => ({
    name: name.trim(),
    description,
    interval: Number(interval),
    intervalUnit: unit,
    enabled,
    ...(team ? { ownerTeam: { id: team } } : {}),
    alertMessage: message,
    alertPriority: priority,
    alertTags: tags.split(',').map((tag) => tag.trim()).filter((tag) => tag !== ''),
  });
  const save = useChange(() => (heartbeat ? api.patch<{ data: Heartbeat }>(`${path}/${segment(heartbeat.name)}`, body()) : api.post<{ data: Heartbeat }>(path, body())), {
    stale,
    quiet: true,
    done: heartbeat ? 'Heartbeat changed' : 'Heartbeat created',
    onDone: (answer) => {
      onClose();
      if (!heartbeat) onMade((answer as { data: Heartbeat }).data);
    },
  });
  const restore = useChange((gone: Heartbeat) => api.post(path, { ...gone, ownerTeam: gone.ownerTeam?.id ? { id: gone.ownerTeam.id } : undefined }), { stale });
  const remove = useChange(() => api.delete(`${path}/${segment(heartbeat?.name ?? '')}`), {
    stale,
    onDone: () => {
      onClose();
      if (heartbeat) toast({ title: `${heartbeat.name} deleted`, undo: () => restore.mutate(heartbeat) });
    },
  });
  return (
    <FormDialog
      title={heartbeat ? `Heartbeat ${heartbeat.name}` : 'Create heartbeat'}
      onClose={onClose}
      onSubmit={() => save.mutate()}
      footerStart={
        heartbeat && (
          <Button variant="subtle" icon="trash" busy={remove.isPending} onClick={() => remove.mutate()}>
            Delete
          </Button>
        )
      }
      submit={heartbeat ? 'Save' : 'Create'}
      busy={save.isPending}
      ready={ready}
      what="save the heartbeat"
      error={save.error}
    >
      {!heartbeat && (
        <TextField
          label="Name"
          data-autofocus
          required
          value={name}
          placeholder="nightly-backup"
          error={name !== '' && !goodName(name) ? 'Letters, digits, spaces, dots, hyphens and underscores.' : fieldError(save.error, 'name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      )}
      <TextField label="Description" optional value={description} error={fieldError(save.error, 'description')} onChange={(event) => setDescription(event.currentTarget.value)} />
      <div className={parts['two']}>
        <TextField label="A ping is expected every" type="number" min={1} required value={interval} error={fieldError(save.error, 'interval')} onChange={(event) => setInterval(event.currentTarget.value)} />
        <SelectField label="Unit" value={unit} onChange={setUnit} options={['minutes', 'hours', 'days'].map((value) => ({ value, label: value }))} />
      </div>
      <SelectField label="The alert goes to" value={team} onChange={setTeam} options={[{ value: '', label: 'The site’s default team' }, ...(teams.data ?? []).map(({ id, name: label }) => ({ value: id, label }))]} />
      <TextField label="Message of the alert" optional value={message} error={fieldError(save.error, 'alertMessage')} onChange={(event) => setMessage(event.currentTarget.value)} />
      <div className={parts['two']}>
        <SelectField label="Priority" value={priority} onChange={setPriority} options={priorities.map((each) => ({ value: each, label: `${each} ${priorityWord(each)}` }))} />
        <TextField label="Tags" optional value={tags} error={fieldError(save.error, 'alertTags')} onChange={(event) => setTags(event.currentTarget.value)} />
      </div>
      <Checkbox label="On: an alert comes when a ping does not" checked={enabled} onChange={(event) => setEnabled(event.currentTarget.checked)} />
    </FormDialog>
  );
}
