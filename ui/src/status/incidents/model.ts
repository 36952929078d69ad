import type { SmartLink } from '../../api';
import { count, incidentWords, recipientWords, statusWords } from '../say';
import { planned, realtime, type Component, type ComponentStatus, type Impact, type Incident, type IncidentStatus, type Recipients, type Template } from '../wire';

/** What is written: an incident of now, planned work, or an incident of the past that nobody was told of. */
export type Kind = 'incident' | 'maintenance' | 'past';

export interface Draft {
  name: string;
  status: IncidentStatus;
  /** Empty: computed from the components. */
  impact: Impact | '';
  body: string;
  /** New states of the components concerned, by id. */
  components: Readonly<Record<string, ComponentStatus>>;
  notify: boolean;
  /** RFC 3339; of planned work. */
  from: string;
  until: string;
  autoStart: boolean;
  autoComplete: boolean;
  toMaintenance: boolean;
  toOperational: boolean;
  notifyStart: boolean;
  notifyEnd: boolean;
  remind: boolean;
  /** RFC 3339: when an incident of the past was. */
  backfill: string;
}

/** The next full hour after `now`. */
const nextHour = (now: number): number => Math.ceil((now + 60_000) / 3_600_000) * 3_600_000;

export function emptyDraft(kind: Kind, now: number): Draft {
  const from = nextHour(now) + 24 * 3_600_000;
  return {
    name: '',
    status: kind === 'maintenance' ? 'scheduled' : kind === 'past' ? 'resolved' : 'investigating',
    impact: '',
    body: '',
    components: {},
    notify: kind !== 'past',
    from: kind === 'maintenance' ? new Date(from).toISOString() : '',
    until: kind === 'maintenance' ? new Date(from + 3_600_000).toISOString() : '',
    autoStart: true,
    autoComplete: true,
    toMaintenance: true,
    toOperational: true,
    notifyStart: true,
    notifyEnd: true,
    remind: true,
    backfill: kind === 'past' ? new Date(now - 24 * 3_600_000).toISOString() : '',
  };
}

/** The draft of a further update of an incident. */
export function updateDraft(incident: Incident, now: number): Draft {
  return {
    ...emptyDraft('incident', now),
    name: incident.name,
    status: incident.status,
    impact: incident.impact_override ?? '',
    components: Object.fromEntries(incident.components.map((one) => [one.id, one.status])),
    from: incident.scheduled_for ?? '',
    until: incident.scheduled_until ?? '',
  };
}

/** Which states an incident can go to: planned work only forwards. */
export function nextStatuses(incident: Pick<Incident, 'status' | 'scheduled_for'>): readonly IncidentStatus[] {
  if (!incident.scheduled_for) return realtime;
  const at = planned.findIndex((status) => status === incident.status);
  return planned.slice(Math.max(0, at));
}

/** Choosing that it is over makes the components well again, and back to what they were when one thinks better of it. */
export function withStatus(draft: Draft, status: IncidentStatus, before: Readonly<Record<string, ComponentStatus>>): Draft {
  const over = status === 'resolved' || status === 'completed';
  const was = draft.status === 'resolved' || draft.status === 'completed';
  let components = draft.components;
  if (over && !was) components = Object.fromEntries(Object.keys(components).map((id) => [id, 'operational' as const]));
  else if (was && !over) components = Object.fromEntries(Object.keys(components).map((id) => [id, before[id] ?? 'operational']));
  return { ...draft, status, components };
}

/** A template put into a draft: what it does not say stays. Its components begin as `status`. */
export function withTemplate(draft: Draft, template: Template, kind: Kind, status: ComponentStatus): Draft {
  const fits = (kind === 'maintenance' ? planned : realtime) as readonly IncidentStatus[];
  return {
    ...draft,
    name: template.title || draft.name,
    body: template.body || draft.body,
    status: kind !== 'past' && template.update_status && fits.includes(template.update_status) ? template.update_status : draft.status,
    notify: kind === 'past' ? false : template.should_send_notifications,
    components: { ...Object.fromEntries(template.components.map((one) => [one.id, status])), ...draft.components },
  };
}

export type Problems = Partial<Record<'name' | 'body' | 'from' | 'until' | 'backfill', string>>;

/** What is missing before it can go out; `isNew` when it opens something. */
export function problemsOf(draft: Draft, kind: Kind, isNew: boolean, now: number): Problems {
  const found: Problems = {};
  if (isNew && draft.name.trim() === '') found.name = kind === 'maintenance' ? 'Say what will be worked on.' : 'Say what is wrong, in one line.';
  if (draft.body.trim() === '') found.body = 'Write what readers should know.';
  if (isNew && kind === 'maintenance') {
    if (draft.from === '') found.from = 'Say when it begins.';
    if (draft.until === '') found.until = 'Say when it ends.';
    else if (draft.from !== '' && Date.parse(draft.until) <= Date.parse(draft.from)) found.until = 'It must end after it begins.';
  }
  if (isNew && kind === 'past') {
    if (draft.backfill === '') found.backfill = 'Say when it was.';
    else if (Date.parse(draft.backfill) > now) found.backfill = 'It must be in the past.';
  }
  return found;
}

type Sent = Readonly<Record<string, unknown>>;

/** What the server is asked to do with a draft. */
export function sentOf(draft: Draft, kind: Kind, isNew: boolean): { incident: Sent } {
  const sent: Record<string, unknown> = { status: draft.status, body: draft.body.trim(), components: draft.components, deliver_notifications: draft.notify, impact_override: draft.impact };
  if (!isNew) {
    sent['component_ids'] = Object.keys(draft.components);
    return { incident: sent };
  }
  sent['name'] = draft.name.trim();
  if (kind === 'maintenance') {
    sent['scheduled_for'] = draft.from;
    sent['scheduled_until'] = draft.until;
    sent['scheduled_auto_in_progress'] = draft.autoStart;
    sent['scheduled_auto_completed'] = draft.autoComplete;
    sent['auto_transition_to_maintenance_state'] = draft.autoStart && draft.toMaintenance;
    sent['auto_transition_to_operational_state'] = draft.autoComplete && draft.toOperational;
    sent['auto_transition_deliver_notifications_at_start'] = draft.autoStart && draft.notifyStart;
    sent['auto_transition_deliver_notifications_at_end'] = draft.autoComplete && draft.notifyEnd;
    sent['scheduled_remind_prior'] = draft.remind;
    // Its components stay as they are until it begins.
    if (draft.status === 'scheduled') {
      delete sent['components'];
      sent['component_ids'] = Object.keys(draft.components);
    }
    delete sent['impact_override'];
  }
  if (kind === 'past') {
    sent['backfilled'] = true;
    sent['backfill_date'] = draft.backfill;
    sent['deliver_notifications'] = false;
    delete sent['status'];
    // What was then changes nothing of now.
    delete sent['components'];
    sent['component_ids'] = Object.keys(draft.components);
  }
  return { incident: sent };
}

/** What the preview is asked for. */
export function previewOf(draft: Draft, kind: Kind, incidentId: string): Sent {
  const statusOnly = kind === 'maintenance' && draft.status === 'scheduled';
  return {
    ...(incidentId === '' ? {} : { incidentId }),
    name: draft.name.trim() || (kind === 'maintenance' ? 'Planned work' : 'Untitled incident'),
    status: draft.status,
    body: draft.body,
    ...(statusOnly || kind === 'past' ? { componentIds: Object.keys(draft.components) } : { components: draft.components }),
    ...(kind === 'maintenance' || draft.impact === '' ? {} : { impactOverride: draft.impact }),
    ...(kind === 'maintenance' && draft.from !== '' && draft.until !== '' && draft.until > draft.from ? { scheduledFor: draft.from, scheduledUntil: draft.until } : {}),
  };
}

/** The components of a page without groups around them; `group` names theirs. */
export function flat(components: readonly Component[]): (Component & { in?: string })[] {
  return components.flatMap((one) => (one.group ? (one.members ?? []).map((member) => ({ ...member, in: one.name })) : [one]));
}

/** How things will stand after it, in words: only what changes. */
export function changesOf(draft: Draft, kind: Kind, all: readonly Component[]): string[] {
  if (kind === 'past' || (kind === 'maintenance' && draft.status === 'scheduled')) return [];
  return flat(all).flatMap((one) => {
    const to = draft.components[one.id];
    return to && to !== one.status ? [`${one.name}: ${statusWords[one.status]} → ${statusWords[to]}`] : [];
  });
}

/** The last question before something goes out. */
export function question(draft: Draft, kind: Kind, isNew: boolean, recipients: Recipients): { title: string; act: string } {
  const told = draft.notify && kind !== 'past' && recipients.total > 0;
  const verb = !isNew ? 'Publish the update' : kind === 'maintenance' ? 'Schedule the maintenance' : kind === 'past' ? 'Write down the incident' : 'Open the incident';
  return { title: told ? `${verb} and tell ${recipientWords(recipients)}?` : `${verb} and tell nobody?`, act: told ? `${isNew ? verb.split(' ')[0] : 'Publish'} and tell ${count(recipients.total, 'subscriber')}` : verb };
}

/** One line about planned work or how long something took. */
export function spanOf(incident: Pick<Incident, 'started_at' | 'resolved_at' | 'scheduled_for' | 'scheduled_until' | 'status'>, now: number): number {
  if (incident.scheduled_for && incident.scheduled_until && incident.status === 'scheduled') return (Date.parse(incident.scheduled_until) - Date.parse(incident.scheduled_for)) / 1000;
  const end = incident.resolved_at ? Date.parse(incident.resolved_at) : now;
  return Math.max(0, (end - Date.parse(incident.started_at)) / 1000);
}

export const isOver = (status: IncidentStatus): boolean => status === 'resolved' || status === 'completed';

export const statusOptions = (statuses: readonly IncidentStatus[]) => statuses.map((value) => ({ value, label: incidentWords[value] }));

const open: ReadonlySet<SmartLink['kind']> = new Set(['incident', 'maintenance', 'statuspage']);

/** Whether what an address leads to can be read without an account. */
export const forReaders = (kind: SmartLink['kind']): boolean => open.has(kind);
