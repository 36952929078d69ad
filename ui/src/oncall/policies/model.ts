import { dayWord } from '../parts/restriction';
import type { Criteria, Restriction, Target } from '../wire';

/** Wire types of policies, as the published API has them. */

/** Minutes where no unit is given. */
export interface Duration {
  timeAmount: number;
  timeUnit?: string;
}

export interface Delay {
  /** for-duration, next-time, next-weekday, next-monday … */
  delayOption: string;
  untilHour?: number;
  untilMinute?: number;
  duration?: Duration;
}

export interface Change {
  /** {{message}} leaves it as it is. */
  message?: string;
  /** The policies after it are tried too. */
  continue?: boolean;
  alias?: string;
  description?: string;
  entity?: string;
  source?: string;
  priority?: string;
  ignoreOriginalDetails?: boolean;
  details?: Record<string, string>;
  ignoreOriginalActions?: boolean;
  actions?: string[];
  ignoreOriginalResponders?: boolean;
  responders?: Target[];
  ignoreOriginalTags?: boolean;
  tags?: string[];
}

export interface Telling {
  autoRestartAction?: { duration: Duration; maxRepeatCount: number };
  autoCloseAction?: { duration: Duration };
  deduplicationAction?: { deduplicationActionType: 'value-based' | 'frequency-based'; duration?: Duration; count: number };
  delayAction?: Delay;
  suppress?: boolean;
}

export type PolicyType = 'alert' | 'notification';

export interface Policy extends Change, Telling {
  id: string;
  /** Empty or absent for the whole site. */
  teamId?: string;
  type: PolicyType;
  name: string;
  /** From 0, within its team and type. */
  order: number;
  enabled: boolean;
  policyDescription?: string;
  filter?: Criteria;
  timeRestrictions?: Restriction;
  timezone?: string;
}

export interface PolicyPage {
  policies: Policy[];
  /** Teams whose policies may be changed; an empty one for the whole site. */
  mayEdit: string[];
}

/** What an alert says of itself, untouched. */
export const sameMessage = '{{message}}';

export interface Owner {
  /** Empty for the whole site. */
  id: string;
  name: string;
  policies: Policy[];
}

/** Policies of a type in the order in which they are tried: the site's, then each team's; a team without any is left out. */
export function owners(policies: readonly Policy[], type: PolicyType, teams: readonly { id: string; name: string }[]): Owner[] {
  const of = (id: string) => policies.filter((each) => each.type === type && (each.teamId ?? '') === id).sort((a, b) => a.order - b.order);
  const gone = [...new Set(policies.map(({ teamId }) => teamId ?? ''))].filter((id) => id !== '' && !teams.some((team) => team.id === id));
  return [
    { id: '', name: 'The whole site', policies: of('') },
    ...teams.map(({ id, name }) => ({ id, name, policies: of(id) })).filter((owner) => owner.policies.length > 0),
    ...gone.map((id) => ({ id, name: 'A team that is gone', policies: of(id) })).filter((owner) => owner.policies.length > 0),
  ];
}

/** The policies with one of them moved to be number `to` (from 0) of its team and type. */
export function placed(policies: readonly Policy[], id: string, to: number): Policy[] {
  const moved = policies.find((each) => each.id === id);
  if (!moved) return [...policies];
  const mine = (each: Policy) => each.type === moved.type && (each.teamId ?? '') === (moved.teamId ?? '');
  const rest = policies.filter((each) => mine(each) && each.id !== id).sort((a, b) => a.order - b.order);
  rest.splice(Math.min(Math.max(0, to), rest.length), 0, moved);
  const order = new Map(rest.map((each, i) => [each.id, i]));
  return policies.map((each) => (mine(each) ? { ...each, order: order.get(each.id) ?? each.order } : each));
}

const one: Readonly<Record<string, string>> = { seconds: 'second', minutes: 'minute', hours: 'hour', days: 'day' };

/** "10 minutes", "1 hour". */
export function durationText({ timeAmount, timeUnit = 'minutes' }: Duration): string {
  return `${timeAmount.toLocaleString()} ${timeAmount === 1 ? (one[timeUnit] ?? timeUnit) : timeUnit}`;
}

const two = (n: number) => String(n).padStart(2, '0');

/** "for 10 minutes", "until the next Monday, 08:30". */
export function delayText(delay: Delay): string {
  if (delay.delayOption === 'for-duration') return `for ${delay.duration ? durationText(delay.duration) : 'no time'}`;
  const clock = `${two(delay.untilHour ?? 0)}:${two(delay.untilMinute ?? 0)}`;
  if (delay.delayOption === 'next-time') return `until it is ${clock}`;
  if (delay.delayOption === 'next-weekday') return `until the next weekday, ${clock}`;
  return `until the next ${dayWord(delay.delayOption.replace(/^next-/, ''))}, ${clock}`;
}

const list = (items: readonly string[]): string => (items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`);

export const targetName = ({ name, username }: Target): string => name ?? username ?? 'somebody who is gone';

function changes(change: Change): string[] {
  const out: string[] = [];
  if (change.priority) out.push(`set the priority to ${change.priority}`);
  if (change.message && change.message.replaceAll(' ', '') !== sameMessage) out.push(`make the message “${change.message}”`);
  const add = (what: string, items: readonly string[] | undefined, instead: boolean | undefined) => {
    const named = items?.length === 1 ? what : `${what}s`;
    if (items && items.length > 0) out.push(instead ? `have only the ${named} ${list(items)}` : `add the ${named} ${list(items)}`);
    else if (instead) out.push(`take the ${named} away`);
  };
  add('tag', change.tags, change.ignoreOriginalTags);
  add('responder', change.responders?.map(targetName), change.ignoreOriginalResponders);
  add('button', change.actions, change.ignoreOriginalActions);
  add('detail', change.details && Object.entries(change.details).map(([key, value]) => `${key}: ${value}`), change.ignoreOriginalDetails);
  for (const [field, word] of [
    ['alias', 'alias'],
    ['description', 'description'],
    ['entity', 'entity'],
    ['source', 'source'],
  ] as const) {
    if (change[field]) out.push(`make the ${word} “${change[field]}”`);
  }
  return out;
}

function tellings(telling: Telling): string[] {
  const { suppress, deduplicationAction: often, delayAction: delay, autoRestartAction: again, autoCloseAction: close } = telling;
  const out: string[] = [];
  if (suppress) out.push('tell nobody');
  if (often) out.push(`tell nobody before it came ${often.count} times${often.deduplicationActionType === 'frequency-based' && often.duration ? ` within ${durationText(often.duration)}` : ''}`);
  if (delay) out.push(`wait ${delayText(delay)}`);
  if (again) out.push(`begin again every ${durationText(again.duration)} while nobody acknowledges, ${again.maxRepeatCount === 1 ? 'once' : `${again.maxRepeatCount} times`} at most`);
  if (close) out.push(`close the alert after ${durationText(close.duration)}`);
  return out;
}

/** What a policy does, one phrase for each act. */
export function acts(policy: Policy): string[] {
  const out = policy.type === 'alert' ? changes(policy) : tellings(policy);
  return out.length === 0 ? ['change nothing'] : out;
}

/** What creates a policy as it was; its id goes, which a new one has of its own. */
export function copyOf(policy: Policy): Omit<Policy, 'id'> {
  return Object.fromEntries(Object.entries(policy).filter(([key]) => key !== 'id')) as unknown as Omit<Policy, 'id'>;
}

/** Lines "key: value" as an object; the number of the first line that is none. */
export function detailsOf(text: string): { details: Record<string, string> } | { problem: string } {
  const details: Record<string, string> = {};
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const at = line.indexOf(':');
    if (at < 1) return { problem: `Line ${i + 1} is not “key: value”.` };
    details[line.slice(0, at).trim()] = line.slice(at + 1).trim();
  }
  return { details };
}

export const detailLines = (details: Record<string, string> | undefined): string => Object.entries(details ?? {}).map(([key, value]) => `${key}: ${value}`).join('\n');

/** Words between commas. */
export const wordsOf = (text: string): string[] => text.split(',').map((word) => word.trim()).filter((word) => word !== '');
