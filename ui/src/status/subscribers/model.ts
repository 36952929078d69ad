import type { SubscriberList, SubscriberState, SubscriberType } from '../wire';

export const stateWords: Readonly<Record<SubscriberState, string>> = { active: 'Active', unconfirmed: 'Unconfirmed', quarantined: 'Quarantined' };
export const states: readonly SubscriberState[] = ['active', 'unconfirmed', 'quarantined'];

/** How many subscribers are in a state, of one kind or of all. */
export function countOf(counts: SubscriberList['counts'], state: SubscriberState, type: SubscriberType | ''): number {
  const kinds: readonly SubscriberType[] = type === '' ? ['email', 'webhook'] : [type];
  return kinds.reduce((sum, kind) => sum + (counts[kind]?.[state] ?? 0), 0);
}

/** What somebody typed as an address: mail or webhook; undefined when it is neither. */
export function kindOf(address: string): SubscriberType | undefined {
  const text = address.trim();
  if (/^https?:\/\/[^\s/]+/i.test(text)) return 'webhook';
  return /^[^\s@,;<>]+@[^\s@,;<>]+$/.test(text) ? 'email' : undefined;
}

/** How many lines a CSV has that can be addresses: without empty ones and a head. */
export function linesOf(csv: string): number {
  const lines = csv.split(/\r?\n/).filter((line) => line.trim() !== '');
  const head = (lines[0] ?? '').toLowerCase().split(',').map((cell) => cell.replace(/["\ufeff ]/g, ''));
  return lines.length - (head.some((cell) => cell === 'email' || cell === 'endpoint' || cell === 'address') ? 1 : 0);
}
