import type { Tone } from '../parts/marks';
import type { Delivery, Recipient } from '../wire';

export const methodWords: Readonly<Record<string, string>> = { email: 'Mail', sms: 'Text message', voice: 'Call', mobile: 'Push', webhook: 'Webhook' };
export const methodWord = (method: string): string => methodWords[method] ?? method;

const states: Readonly<Record<string, { words: string; tone: Tone }>> = {
  action: { words: 'acknowledged', tone: 'green' },
  notified: { words: 'told', tone: 'blue' },
  sent: { words: 'sent', tone: 'green' },
  notifying: { words: 'on its way', tone: 'amber' },
  queued: { words: 'on its way', tone: 'amber' },
  suppressed: { words: 'held back', tone: 'purple' },
  held: { words: 'held back', tone: 'purple' },
  failed: { words: 'failed', tone: 'red' },
  cancelled: { words: 'not needed any more', tone: 'neutral' },
};

/** What became of a message, in words and their colour. */
export const stateLook = (state: string): { words: string; tone: Tone } => states[state] ?? { words: state, tone: 'neutral' };

export interface Told {
  id: string;
  username: string;
  /** The furthest that any message to them came. */
  best: string;
  methods: (Recipient & { reason?: string; why?: string; tries?: number; to?: string })[];
}

const rank = ['action', 'notified', 'notifying', 'suppressed', 'failed'];
const order = (state: string) => (rank.includes(state) ? rank.indexOf(state) : rank.length);

/** Who was told by which method and what came of it, a person at a time, with what the delivery log knows of the last try. */
export function toldPeople(recipients: readonly Recipient[], deliveries: readonly Delivery[]): Told[] {
  const people = new Map<string, Told>();
  for (const recipient of recipients) {
    const last = deliveries.findLast((each) => each.user.id === recipient.user.id && each.method === recipient.method);
    const method = { ...recipient, ...(last ? { reason: last.reason ?? '', why: last.why ?? '', tries: last.tries, to: last.to } : {}) };
    const found = people.get(recipient.user.id);
    if (found) {
      found.methods.push(method);
      if (order(recipient.state) < order(found.best)) found.best = recipient.state;
    } else people.set(recipient.user.id, { id: recipient.user.id, username: recipient.user.username ?? recipient.user.id, best: recipient.state, methods: [method] });
  }
  return [...people.values()].sort((a, b) => order(a.best) - order(b.best));
}

/** A span of time as people say it: "4 s", "3 min", "2 h 5 min". */
export function spanText(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.round(hours / 24)} days`;
}

export const sizeText = (bytes: number): string => (bytes < 1024 ? `${bytes} B` : bytes < 1 << 20 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / (1 << 20)).toFixed(1)} MB`);
