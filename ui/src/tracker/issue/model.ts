import { jiraTime, type FieldMeta, type FieldSchema, type Issue, type Status } from '../../api';
import type { Attachment, Change, IssueLink, IssueRef } from './wire';

/** A field's value as the API takes it back, from the form it gives it in. */
export function wireValue(value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map(wireValue);
  if (typeof value !== 'object') return value;
  const { accountId, id, key, type } = value as Record<string, unknown>;
  if (type === 'doc') return value;
  if (typeof accountId === 'string') return { accountId };
  if (typeof key === 'string' && 'fields' in value) return { key };
  if (typeof id === 'string') return { id };
  return value;
}

/** The words for a value of any shape, for the page and for messages. */
export function wordsOf(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'none';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(wordsOf).join(', ');
  if (typeof value !== 'object') return String(value);
  const { displayName, name, key, value: option } = value as Record<string, unknown>;
  const found = [displayName, name, option, key].find((each) => typeof each === 'string');
  return (found as string | undefined) ?? '';
}

export type FieldKind = 'person' | 'people' | 'labels' | 'choice' | 'choices' | 'date' | 'datetime' | 'number' | 'url' | 'text' | 'rich' | 'fixed';

/** How a field is shown and edited, by its schema. */
export function kindOf({ schema, allowedValues }: Pick<FieldMeta, 'schema' | 'allowedValues'>): FieldKind {
  const { type, items, custom } = schema;
  const own = custom?.split(':')[1] ?? '';
  if (own === 'textarea' || schema.system === 'environment' || schema.system === 'description') return 'rich';
  if (own === 'readonlyfield') return 'fixed';
  if (type === 'user') return 'person';
  if (type === 'array') return items === 'user' ? 'people' : items === 'string' ? 'labels' : allowedValues ? 'choices' : 'fixed';
  if (allowedValues) return 'choice';
  if (type === 'date' || type === 'datetime' || type === 'number') return type;
  if (own === 'url') return 'url';
  return type === 'string' ? 'text' : 'fixed';
}

export function isEmptyValue(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

/** Fields with a place of their own on the page. */
const placed = new Set(['summary', 'issuetype', 'project', 'status', 'description', 'parent', 'timetracking', 'assignee', 'reporter', 'priority', 'labels', 'components', 'fixVersions', 'versions', 'duedate', 'attachment', 'issuelinks', 'resolution']);

/** What else can be said about this issue: fields with words for the wide column, and those for the narrow one. */
export function otherFields(editmeta: Readonly<Record<string, FieldMeta>>): { rich: [string, FieldMeta][]; plain: [string, FieldMeta][] } {
  const others = Object.entries(editmeta).filter(([id, meta]) => !placed.has(id) && isKnown(meta.schema));
  return { rich: others.filter(([, meta]) => kindOf(meta) === 'rich'), plain: others.filter(([, meta]) => kindOf(meta) !== 'rich') };
}

const isKnown = (schema: FieldSchema): boolean => !/gh-epic-(link|label|color|status)|gh-lexo-rank/.test(schema.custom ?? '');

/** Links under the words that lead from this issue to the others, in one order. */
export function groupLinks(links: readonly IssueLink[]): { words: string; links: { id: string; issue: IssueRef }[] }[] {
  const groups = new Map<string, { id: string; issue: IssueRef }[]>();
  for (const link of links) {
    const issue = link.outwardIssue ?? link.inwardIssue;
    if (!issue) continue;
    const words = link.outwardIssue ? link.type.outward : link.type.inward;
    groups.set(words, [...(groups.get(words) ?? []), { id: link.id, issue }]);
  }
  return [...groups].sort(([a], [b]) => a.localeCompare(b)).map(([words, found]) => ({ words, links: found }));
}

export function progressOf(children: readonly { fields: { status: Status } }[]): { done: number; begun: number; total: number } {
  const count = (category: string) => children.filter((child) => child.fields.status.statusCategory.key === category).length;
  return { done: count('done'), begun: count('indeterminate'), total: children.length };
}

/** A change as a sentence: who did it stands before. */
export interface Sentence {
  verb: string;
  from: string | null;
  to: string | null;
  /** Long texts are shown only when asked for. */
  long: boolean;
}

const fieldWords: Readonly<Record<string, string>> = { description: 'description', environment: 'environment', summary: 'summary', duedate: 'due date', issuetype: 'type', timeestimate: 'remaining estimate', timeoriginalestimate: 'original estimate', timespent: 'time spent' };

export function sentenceOf({ field, fieldId, fromString, toString: to }: Change): Sentence {
  const id = (fieldId ?? field).toLowerCase().replaceAll(' ', '');
  const name = fieldWords[id] ?? (fieldId?.startsWith('customfield_') ? field : field.toLowerCase());
  const had = fromString !== null && fromString !== '';
  const has = to !== null && to !== '';
  if (id === 'description' || id === 'environment') return { verb: had ? (has ? `changed the ${name}` : `removed the ${name}`) : `added a ${name}`, from: fromString, to, long: true };
  if (id === 'assignee') {
    if (!has) return { verb: 'unassigned', from: fromString, to: null, long: false };
    return { verb: 'assigned', from: had ? fromString : null, to, long: false };
  }
  if (id === 'link' || id === 'issuelinks') return { verb: has ? 'added a link:' : 'removed a link:', from: null, to: to ?? fromString, long: false };
  if (id === 'attachment') return { verb: has ? 'attached' : 'removed the file', from: null, to: to ?? fromString, long: false };
  if (id === 'timespent' || id === 'timeestimate' || id === 'timeoriginalestimate') return { verb: `changed the ${name}`, from: had ? spanText(fromString) : null, to: has ? spanText(to) : 'none', long: false };
  if (had && has) return { verb: `changed the ${name}`, from: fromString, to, long: false };
  if (has) return { verb: `set the ${name} to`, from: null, to, long: false };
  return { verb: `cleared the ${name}`, from: fromString, to: null, long: false };
}

/** Seconds as the history has them, in the words people log: eight hours a day, five days a week. */
export function spanText(seconds: string | number | null): string {
  const total = Number(seconds);
  if (!Number.isFinite(total)) return String(seconds);
  const units: readonly [string, number][] = [
    ['w', 144_000],
    ['d', 28_800],
    ['h', 3_600],
    ['m', 60],
  ];
  let rest = total;
  const parts: string[] = [];
  for (const [sign, length] of units) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) parts.push(`${count}${sign}`);
  }
  return parts.join(' ') || '0m';
}

/** Whether a typed duration can be read, "2h 30m" or "45". */
export function isSpan(typed: string): boolean {
  return /^\s*\d+(\.\d+)?[wdhm]?(\s+\d+(\.\d+)?[wdhm]?)*\s*$/i.test(typed);
}

/** Overdue days count from the end of the day, and only while the work is open. */
export function isOverdue(due: string | null | undefined, issue: Issue, now: number): boolean {
  if (!due || issue.fields.status.statusCategory.key === 'done') return false;
  return now > Date.parse(`${due}T23:59:59`);
}

/** The form of an instant that an input of type datetime-local takes, and back. */
export function localInput(at: number): string {
  const date = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 16);
}

export function jiraInstant(local: string): string {
  return new Date(local).toISOString().replace('Z', '+0000');
}

export function newestFirst(attachments: readonly Attachment[]): Attachment[] {
  return [...attachments].sort((a, b) => jiraTime(b.created) - jiraTime(a.created));
}
