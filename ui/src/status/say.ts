import { ApiError, errorMessage } from '../api';
import { toast } from '../kit';
import type { ComponentStatus, Impact, IncidentStatus, Recipients } from './wire';

export const statusWords: Readonly<Record<ComponentStatus, string>> = {
  operational: 'Operational',
  under_maintenance: 'Under maintenance',
  degraded_performance: 'Degraded performance',
  partial_outage: 'Partial outage',
  major_outage: 'Major outage',
};

export const incidentWords: Readonly<Record<IncidentStatus, string>> = {
  investigating: 'Investigating',
  identified: 'Identified',
  monitoring: 'Monitoring',
  resolved: 'Resolved',
  scheduled: 'Scheduled',
  in_progress: 'In progress',
  verifying: 'Verifying',
  completed: 'Completed',
  postmortem: 'Postmortem',
};

export const impactWords: Readonly<Record<Impact, string>> = { none: 'No impact', maintenance: 'Maintenance', minor: 'Minor', major: 'Major', critical: 'Critical' };

export const count = (n: number, one: string, many = `${one}s`): string => `${n.toLocaleString()} ${n === 1 ? one : many}`;

/** "1,204 people by mail and 3 webhooks". */
export function recipientWords({ email, webhook }: Recipients): string {
  const parts = [email > 0 ? `${count(email, 'person', 'people')} by mail` : '', webhook > 0 ? count(webhook, 'webhook') : ''].filter(Boolean);
  return parts.length === 0 ? 'nobody' : parts.join(' and ');
}

/** A length of time of so many seconds: "2 d 3 h", "54 min". */
export function lengthWords(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (minutes < 1) return 'less than a minute';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${Math.floor(hours / 24)} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Says what was refused and why. */
export function refused(what: string, error: unknown): void {
  const id = error instanceof ApiError && error.requestId ? ` Request ${error.requestId}.` : '';
  toast({ title: `${what} was not saved`, detail: errorMessage(error) + id, tone: 'error' });
}

export function copyText(text: string, what: string): void {
  void navigator.clipboard.writeText(text).then(
    () => toast({ title: `${what} copied` }),
    () => toast({ title: `${what} could not be copied`, detail: text, tone: 'error' }),
  );
}

const two = (n: number): string => String(n).padStart(2, '0');

/** An instant as an <input type="datetime-local"> holds it, in the browser's zone. */
export function toLocalInput(at: string | number | Date): string {
  const d = new Date(at);
  return Number.isNaN(d.getTime()) ? '' : `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${two(d.getHours())}:${two(d.getMinutes())}`;
}

/** The instant that such an input means; undefined when it means none. */
export function fromLocalInput(text: string): string | undefined {
  const at = text === '' ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

/** The instant as the page's readers will see it. */
export function inZone(at: string, zone: string | undefined): string {
  try {
    return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short', timeZone: zone === undefined || zone === '' ? 'UTC' : zone });
  } catch {
    return new Date(at).toLocaleString();
  }
}

/** One line to type in a shell, each part quoted. */
export const shellQuote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
