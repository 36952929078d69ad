import type { Delivery } from '../wire';

export type StateFilter = 'all' | 'failed' | 'queued' | 'held' | 'sent';

const kinds: Readonly<Record<string, string>> = { verify: 'Code to verify a contact', test: 'Test message', shift: 'Start or end of a shift' };
const actions: Readonly<Record<string, string>> = {
  'create-alert': 'New alert',
  'acknowledged-alert': 'Alert acknowledged',
  'closed-alert': 'Alert closed',
  'renotified-alert': 'Alert again',
  'assigned-alert': 'Alert assigned',
  'add-note': 'Note on an alert',
  'schedule-start': 'Shift starts',
  'schedule-end': 'Shift ends',
};

export const eventWords: Readonly<Record<string, string>> = actions;

/** What a message was about. */
export const kindText = ({ kind, action }: Pick<Delivery, 'kind' | 'action'>): string => (action ? (actions[action] ?? action) : (kinds[kind] ?? kind));

export function matches(delivery: Delivery, state: StateFilter, query: string): boolean {
  if (state !== 'all' && delivery.state !== state) return false;
  const words = query.trim().toLowerCase();
  return words === '' || `${delivery.name} ${delivery.user.username ?? ''} ${delivery.to}`.toLowerCase().includes(words);
}
