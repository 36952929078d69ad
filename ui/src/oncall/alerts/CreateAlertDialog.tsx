import { useNavigate } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { FormDialog, SelectField, TextAreaField, TextField, toast } from '../../kit';
import type { CreateProps } from '../../shell';
import { createAlert, fieldError, useChange } from '../act';
import { priorityWord } from '../parts/marks';
import css from '../parts/parts.module.css';
import { TargetList } from '../parts/TargetPicker';
import { targetOf } from '../parts/targets';
import { keys } from '../stale';
import { priorities, type Target } from '../wire';

const words = (text: string) => text.split(',').map((each) => each.trim()).filter((each) => each !== '');

/** `preset.to` as "schedule:ID" with `preset.name` pages somebody in particular. */
export function CreateAlertDialog({ preset, onClose }: CreateProps): ReactElement {
  const navigate = useNavigate();
  const [message, setMessage] = useState(preset['message'] ?? '');
  const [description, setDescription] = useState('');
  const [priority, setPriority] = useState(preset['priority'] ?? 'P3');
  const [tags, setTags] = useState('');
  const [alias, setAlias] = useState('');
  const [to, setTo] = useState<Target[]>(preset['to'] ? [{ ...targetOf(preset['to']), name: preset['name'] ?? '' }] : []);
  const name = preset['name'];
  const create = useChange(
    () =>
      createAlert({
        message: message.trim(),
        ...(description.trim() ? { description } : {}),
        priority,
        tags: words(tags),
        ...(alias.trim() ? { alias: alias.trim() } : {}),
        responders: to.map(({ type, id }) => ({ type, id })),
      }),
    {
      stale: [keys.alerts],
      quiet: true,
      onDone: (id) => {
        toast({ title: name ? `Paging ${name}` : 'Alert created', tone: 'success', action: { label: 'Open', run: () => void navigate({ to: '/oncall/alerts/$id', params: { id: String(id) } }) } });
        onClose();
      },
    },
  );
  return (
    <FormDialog
      title={name ? `Page ${name}` : 'Create alert'}
      onClose={onClose}
      sticky={message !== ''}
      onSubmit={() => create.mutate()}
      submit={name ? 'Page them' : 'Create'}
      busy={create.isPending}
      ready={message.trim() !== ''}
      what="create the alert"
      error={create.error}
    >
      <TextField label="Message" data-autofocus required maxLength={130} value={message} error={fieldError(create.error, 'message')} placeholder="Checkout answers with errors" onChange={(event) => setMessage(event.currentTarget.value)} />
      <div className={css['two']}>
        <SelectField label="Priority" value={priority} onChange={setPriority} options={priorities.map((each) => ({ value: each, label: `${each} ${priorityWord(each)}` }))} />
        <TextField label="Tags" optional value={tags} placeholder="database, eu" error={fieldError(create.error, 'tags')} onChange={(event) => setTags(event.currentTarget.value)} />
      </div>
      <TargetList label="Responders" kinds={['team', 'user', 'schedule', 'escalation']} value={to} onChange={setTo} add="Add a responder" error={fieldError(create.error, 'responders')} />
      {to.length === 0 && <p className={css['muted']}>Without a responder it goes to the site’s default team.</p>}
      <TextAreaField label="Description" optional rows={3} value={description} error={fieldError(create.error, 'description')} onChange={(event) => setDescription(event.currentTarget.value)} />
      <TextField label="Alias" optional value={alias} hint="While an alert of this alias is open, another one only raises its count." error={fieldError(create.error, 'alias')} onChange={(event) => setAlias(event.currentTarget.value)} />
    </FormDialog>
  );
}
