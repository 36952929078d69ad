import type { Contact, Method, NotificationRule, NotificationStep } from '../wire';

export const methods: readonly { value: Method; label: string; input: string; placeholder: string; hint: string }[] = [
  { value: 'email', label: 'Mail', input: 'email', placeholder: 'you@example.com', hint: 'A code is sent there.' },
  { value: 'sms', label: 'Text message', input: 'tel', placeholder: '1-5551234567', hint: 'Country code, a hyphen, the number. A code is sent there.' },
  { value: 'voice', label: 'Call', input: 'tel', placeholder: '1-5551234567', hint: 'Country code, a hyphen, the number. A voice reads a code.' },
  { value: 'webhook', label: 'Webhook', input: 'url', placeholder: 'https://example.com/page-me', hint: 'A signed POST. The code arrives in the first one.' },
];

export interface EventKind {
  type: string;
  title: string;
  words: string;
  /** Steps are offered after a time, since somebody may react before. */
  staged: boolean;
  /** What happens without a rule. */
  otherwise?: string;
  repeats?: boolean;
  leads?: boolean;
}

const byMail = 'By mail at once, or by your first contact that works';

export const events: readonly EventKind[] = [
  { type: 'create-alert', title: 'A new alert is yours', words: 'until somebody acknowledges it', staged: true, repeats: true, otherwise: byMail },
  { type: 'renotified-alert', title: 'An alert begins again', words: 'after a snooze or a repeat', staged: true },
  { type: 'assigned-alert', title: 'An alert is assigned to you', words: '', staged: true, otherwise: byMail },
  { type: 'acknowledged-alert', title: 'Somebody acknowledges', words: '', staged: false },
  { type: 'closed-alert', title: 'An alert is closed', words: '', staged: false },
  { type: 'add-note', title: 'A note is written', words: '', staged: false },
  { type: 'schedule-start', title: 'Your shift starts', words: '', staged: false, leads: true },
  { type: 'schedule-end', title: 'Your shift ends', words: '', staged: false, leads: true },
];

export const leads: readonly { value: string; label: string }[] = [
  { value: 'just-before', label: 'at that moment' },
  { value: '15-minutes-ago', label: '15 minutes before' },
  { value: '1-hour-ago', label: '1 hour before' },
  { value: '1-day-ago', label: '1 day before' },
];

export function secondsOf({ sendAfter }: Pick<NotificationStep, 'sendAfter'>): number {
  const unit = { seconds: 1, minutes: 60, hours: 3600, days: 86400 }[sendAfter.timeUnit ?? 'minutes'] ?? 60;
  return sendAfter.timeAmount * unit;
}

export function afterText(step: Pick<NotificationStep, 'sendAfter'>): string {
  const seconds = secondsOf(step);
  if (seconds === 0) return 'at once';
  return seconds % 60 === 0 ? `after ${seconds / 60} min` : `after ${seconds} s`;
}

export const contactKey = (contact: { method: string; to: string }): string => `${contact.method} ${contact.to}`;

/** Where messages can go: contacts that are verified and on. */
export const usable = (contacts: readonly Contact[]): Contact[] => contacts.filter(({ status, verified }) => verified && status.enabled);

export interface Warning {
  text: string;
}

/** What would keep alerts from reaching this person. */
export function warnings(contacts: readonly Contact[], rules: readonly NotificationRule[]): Warning[] {
  const out: Warning[] = [];
  const good = usable(contacts);
  if (good.length === 0) out.push({ text: 'No contact of yours is verified and on: alerts cannot reach you.' });
  const created = rules.filter(({ actionType, enabled }) => actionType === 'create-alert' && enabled);
  const reachable = new Set(good.map(contactKey));
  if (good.length > 0 && created.length > 0 && !created.some(({ steps }) => steps.some((step) => step.enabled && reachable.has(contactKey(step.contact))))) {
    out.push({ text: 'Your rules for new alerts lead to no contact that works.' });
  }
  return out;
}
