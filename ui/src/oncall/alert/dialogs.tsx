import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type ReactElement, type ReactNode } from 'react';
import { api } from '../../api';
import { ErrorState, FormDialog, Notice, SelectField, TextAreaField, TextField, toast } from '../../kit';
import { actOnAlert, fieldError, useChange } from '../act';
import { TargetPicker } from '../parts/TargetPicker';
import type { TargetKind } from '../parts/targets';
import { rest, segment } from '../queries';
import { keys } from '../stale';
import type { Target, WholeAlert } from '../wire';

interface FormProps {
  title: string;
  main: string;
  busy: boolean;
  disabled?: boolean;
  danger?: boolean;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** The frame of every small form of an alert. */
export function Form({ title, main, busy, disabled = false, danger = false, onSubmit, onClose, children }: FormProps): ReactElement {
  return (
    <FormDialog title={title} onClose={onClose} onSubmit={onSubmit} submit={main} busy={busy} ready={!disabled} danger={danger}>
      {children}
    </FormDialog>
  );
}

const stale = [keys.alerts, keys.anyAlert];

export type TargetAct = 'escalate' | 'assign' | 'responders';

const acts: Readonly<Record<TargetAct, { title: string; main: string; label: string; kinds: readonly TargetKind[]; field: string; done: string }>> = {
  escalate: { title: 'Escalate the alert', main: 'Escalate', label: 'Escalation', kinds: ['escalation'], field: 'escalation', done: 'Alert escalated' },
  assign: { title: 'Assign the alert', main: 'Assign', label: 'Owner', kinds: ['user'], field: 'owner', done: 'Alert assigned' },
  responders: { title: 'Add a responder', main: 'Add', label: 'Responder', kinds: ['team', 'user', 'schedule', 'escalation'], field: 'responder', done: 'Responder added' },
};

/** Somebody is brought in: by escalation, as owner, or as a further responder. */
export function TargetDialog({ alert, act, onClose }: { alert: WholeAlert; act: TargetAct; onClose: () => void }): ReactElement {
  const { title, main, label, kinds, field, done } = acts[act];
  const [to, setTo] = useState<Target | null>(null);
  const [note, setNote] = useState('');
  const change = useChange(
    () => actOnAlert(alert.id, act, { [field]: { ...(act === 'responders' ? { type: to?.type } : {}), id: to?.id }, ...(note.trim() ? { note } : {}) }),
    { stale, quiet: true, done, onDone: onClose },
  );
  return (
    <Form title={title} main={main} busy={change.isPending} disabled={!to} onSubmit={() => change.mutate()} onClose={onClose}>
      <TargetPicker label={label} kinds={kinds} value={to} onChange={setTo} error={fieldError(change.error, field)} />
      <TextAreaField label="Note" optional rows={2} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
      {change.error && <ErrorState compact what={main.toLowerCase()} error={change.error} />}
    </Form>
  );
}

const localInput = (at: number) => new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

export function SnoozeDialog({ alert, onClose }: { alert: WholeAlert; onClose: () => void }): ReactElement {
  const [until, setUntil] = useState(() => localInput(Date.now() + 2 * 3_600_000));
  const at = new Date(until).getTime();
  const change = useChange(() => actOnAlert(alert.id, 'snooze', { endTime: new Date(at).toISOString() }), { stale, quiet: true, done: 'Alert snoozed', onDone: onClose });
  return (
    <Form title="Snooze until" main="Snooze" busy={change.isPending} disabled={Number.isNaN(at)} onSubmit={() => change.mutate()} onClose={onClose}>
      <TextField label="Until" type="datetime-local" data-autofocus value={until} error={fieldError(change.error, 'endTime')} hint="By your own clock. Nobody is told until then; afterwards it starts again." onChange={(event) => setUntil(event.currentTarget.value)} />
      {change.error && !fieldError(change.error, 'endTime') && <ErrorState compact what="snooze" error={change.error} />}
    </Form>
  );
}

export function DetailsDialog({ alert, onClose }: { alert: WholeAlert; onClose: () => void }): ReactElement {
  const [rows, setRows] = useState(() => [...Object.entries(alert.details), ['', ''] as [string, string]]);
  const change = useChange(
    async () => {
      const next = Object.fromEntries(rows.filter(([key]) => key.trim() !== '').map(([key, value]) => [key.trim(), value]));
      const gone = Object.keys(alert.details).filter((key) => !(key in next));
      const fresh = Object.fromEntries(Object.entries(next).filter(([key, value]) => alert.details[key] !== value));
      if (gone.length > 0) await actOnAlert(alert.id, `details?keys=${segment(gone.join(','))}`, undefined, 'DELETE');
      if (Object.keys(fresh).length > 0) await actOnAlert(alert.id, 'details', { details: fresh });
    },
    { stale, quiet: true, done: 'Details changed', onDone: onClose },
  );
  const set = (at: number, row: [string, string]) => {
    const next = rows.map((each, i) => (i === at ? row : each));
    setRows(next.at(-1)?.some((text) => text !== '') ? [...next, ['', '']] : next);
  };
  return (
    <Form title="Details" main="Save" busy={change.isPending} onSubmit={() => change.mutate()} onClose={onClose}>
      {rows.map(([key, value], i) => (
        <div key={i} style={{ display: 'grid', gridTemplateColumns: '1fr 2fr', gap: 8 }}>
          <TextField label={i === 0 ? 'Key' : `Key ${i + 1}`} value={key} onChange={(event) => set(i, [event.currentTarget.value, value])} />
          <TextField label={i === 0 ? 'Value' : `Value ${i + 1}`} value={value} onChange={(event) => set(i, [key, event.currentTarget.value])} />
        </div>
      ))}
      {change.error && <ErrorState compact what="change the details" error={change.error} />}
    </Form>
  );
}

interface ProjectPage {
  values: { key: string; name: string }[];
}

/** A tracker issue of the alert, which is noted at both. */
export function IssueDialog({ alert, onClose }: { alert: WholeAlert; onClose: () => void }): ReactElement {
  const navigate = useNavigate();
  const projects = useQuery({ queryKey: ['projects', 'for-alerts'], queryFn: ({ signal }) => api.get<ProjectPage>('/rest/api/3/project/search', { query: { maxResults: 50 }, signal }) });
  const [project, setProject] = useState('');
  const [summary, setSummary] = useState(alert.message);
  const chosen = project || projects.data?.values[0]?.key || '';
  const create = useChange(() => api.post<{ key: string }>(`${rest}/alerts/${segment(alert.id)}/issue`, { project: chosen, issueType: '', summary: summary.trim() }), {
    stale,
    quiet: true,
    onDone: (answer) => {
      const { key } = answer as { key: string };
      toast({ title: `${key} created`, tone: 'success', action: { label: 'Open', run: () => void navigate({ to: '/browse/$key', params: { key } }) } });
      onClose();
    },
  });
  return (
    <Form title="Create an issue from the alert" main="Create issue" busy={create.isPending} disabled={chosen === '' || summary.trim() === ''} onSubmit={() => create.mutate()} onClose={onClose}>
      {projects.isError ? (
        <ErrorState compact what="load the projects" error={projects.error} onRetry={() => void projects.refetch()} />
      ) : projects.data?.values.length === 0 ? (
        <Notice tone="info">There is no project yet. Make one in the tracker first.</Notice>
      ) : (
        <SelectField label="Project" value={chosen} onChange={setProject} options={(projects.data?.values ?? []).map(({ key, name }) => ({ value: key, label: `${name} (${key})` }))} />
      )}
      <TextField label="Summary" data-autofocus required value={summary} error={fieldError(create.error, 'summary')} onChange={(event) => setSummary(event.currentTarget.value)} hint="The alert’s description and its address become the description." />
      {create.error && <ErrorState compact what="create the issue" error={create.error} />}
    </Form>
  );
}

const impacts = [
  { value: 'none', label: 'None' },
  { value: 'minor', label: 'Minor' },
  { value: 'major', label: 'Major' },
  { value: 'critical', label: 'Critical' },
];

/** Tells the world: an incident on the status page. */
export function IncidentDialog({ alert, onClose }: { alert: WholeAlert; onClose: () => void }): ReactElement {
  const [name, setName] = useState(alert.message);
  const [impact, setImpact] = useState(alert.priority === 'P1' ? 'critical' : alert.priority === 'P2' ? 'major' : 'minor');
  const [message, setMessage] = useState('');
  const open = useChange(() => api.post(`${rest}/alerts/${segment(alert.id)}/status-incident`, { name: name.trim(), impact, message }), {
    stale,
    quiet: true,
    onDone: (answer) => {
      const { url } = answer as { url: string };
      toast({ title: 'Incident opened', tone: 'success', action: { label: 'See the page', run: () => window.open(url, '_blank', 'noopener') } });
      onClose();
    },
  });
  return (
    <Form title="Open a status incident" main="Publish" busy={open.isPending} disabled={name.trim() === ''} onSubmit={() => open.mutate()} onClose={onClose}>
      <Notice tone="warning">This is published on the public status page at once, and subscribers are told.</Notice>
      <TextField label="Name" data-autofocus required value={name} error={fieldError(open.error, 'name')} onChange={(event) => setName(event.currentTarget.value)} />
      <SelectField label="Impact" value={impact} onChange={setImpact} options={impacts} />
      <TextAreaField label="Message" rows={3} value={message} placeholder="We are looking into it." error={fieldError(open.error, 'message')} onChange={(event) => setMessage(event.currentTarget.value)} />
      {open.error && <ErrorState compact what="open the incident" error={open.error} />}
    </Form>
  );
}

/** Deleting leaves nothing on the page, so it asks and says what else there is. */
export function DeleteDialog({ alert, onClose }: { alert: WholeAlert; onClose: () => void }): ReactElement {
  const navigate = useNavigate();
  const remove = useChange(() => actOnAlert(alert.id, '', undefined, 'DELETE'), { stale: [keys.alerts], quiet: true, done: `Alert #${alert.tinyId} deleted`, onDone: () => void navigate({ to: '/oncall/alerts' }) });
  return (
    <Form title="Delete this alert?" main={`Delete #${alert.tinyId}`} danger busy={remove.isPending} onSubmit={() => remove.mutate()} onClose={onClose}>
      <p>
        “{alert.message}” goes with its log, notes and files. An alert that is only over is better closed: closed ones stay to be found. An administrator can bring a deleted one back from the time machine.
      </p>
      {remove.error && <ErrorState compact what="delete the alert" error={remove.error} />}
    </Form>
  );
}
