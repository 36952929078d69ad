import type { Commit, PreviewItem, Restore, RestorePreview, RestoreState } from '../../api';
import { counted } from './things';

export interface Day {
  /** Midnight of the day where the reader is, in milliseconds. */
  start: number;
  commits: Commit[];
}

/** Cuts commits, newest first, into the days of the reader. */
export function byDay(commits: readonly Commit[]): Day[] {
  const days: Day[] = [];
  for (const commit of commits) {
    const start = new Date(commit.at).setHours(0, 0, 0, 0);
    const last = days.at(-1);
    if (last?.start === start) last.commits.push(commit);
    else days.push({ start, commits: [commit] });
  }
  return days;
}

export function dayTitle(start: number, now: number): string {
  const today = new Date(now).setHours(0, 0, 0, 0);
  const days = Math.round((today - start) / 86_400_000);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  const sameYear = new Date(start).getFullYear() === new Date(now).getFullYear();
  return new Date(start).toLocaleDateString(undefined, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(sameYear ? {} : { year: 'numeric' }),
  });
}

/** Where to go back to: a commit of the work volume, or an instant as RFC 3339. All volumes go to the one instant. */
export type Target = { commit: number } | { at: string };

/** Names a commit among those of all volumes. */
export const commitKey = (commit: Commit): string => `${commit.volume}-${commit.seq}`;

/** A commit of the work volume is named exactly; one of another volume stands for its instant. */
export const targetOf = (commit: Commit): Target => (commit.volume === 'work' ? { commit: commit.seq } : { at: commit.at });

/** The commit that a target was chosen by, if it was. */
export function commitAt(commits: readonly Commit[], target: Target | null): Commit | undefined {
  if (!target) return undefined;
  return commits.find((commit) => ('commit' in target ? commit.volume === 'work' && commit.seq === target.commit : commit.volume !== 'work' && commit.at === target.at));
}

const verbs = { create: 'created', update: 'changed', delete: 'deleted' } as const;

/** What a commit did, in one line: "changed 3 issues, created 1 comment". */
export function commitText(commit: Commit): string {
  const parts = commit.summary.map((part) => {
    const what = part.count === 1 && part.example ? part.example : counted(part.count, part.type);
    return `${verbs[part.op]} ${what}`;
  });
  const text = parts.join(', ');
  return text === '' ? `Did background work, ${commit.changes === 1 ? '1 record' : `${commit.changes.toLocaleString()} records`}` : text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** A field's value as people read it: names rather than objects, "empty" rather than null. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined || value === '') return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map(valueText).filter(Boolean).join(', ');
  const record = value as Record<string, unknown>;
  for (const name of ['displayName', 'name', 'key', 'value', 'title', 'summary']) {
    if (typeof record[name] === 'string') return record[name];
  }
  if (record['type'] === 'doc' || Array.isArray(record['content'])) return documentText(record);
  return JSON.stringify(value);
}

function documentText(node: Record<string, unknown>): string {
  if (typeof node['text'] === 'string') return node['text'];
  if (!Array.isArray(node['content'])) return '';
  return (node['content'] as Record<string, unknown>[]).map(documentText).filter(Boolean).join(' ');
}

/** The sentences that stand before a restore: what it brings back, changes and takes away. */
export function consequences(preview: RestorePreview): string[] {
  const list = (pick: 'added' | 'changed' | 'removed') =>
    preview.byType
      .filter((type) => type[pick] > 0)
      .map((type) => counted(type[pick], type.type))
      .join(', ');
  const lines: string[] = [];
  if (preview.added > 0) lines.push(`Comes back: ${list('added')}.`);
  if (preview.changed > 0) lines.push(`Gets back the values of then: ${list('changed')}.`);
  if (preview.removed > 0) lines.push(`Leaves the site, being created since then: ${list('removed')}.`);
  return lines;
}

/** Where a restore went, for people. */
export function wentTo({ to }: Restore): string {
  if (to.startsWith('undo of ')) return 'the state before the last restore';
  const at = Date.parse(to.replace(/^to /, ''));
  return /^to \d{4}-/.test(to) && !Number.isNaN(at) ? new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' }) : to.replace(/^to /, '');
}

export function isRunning(state: RestoreState): boolean {
  return state === 'building' || state === 'verifying' || state === 'switching';
}

export const steps: readonly { state: RestoreState; label: string; explains: string }[] = [
  { state: 'building', label: 'Build', explains: 'The earlier state is rebuilt beside the present one. Everybody can work on.' },
  { state: 'verifying', label: 'Verify', explains: 'Every record is checked against the journal before anything is replaced.' },
  { state: 'switching', label: 'Switch', explains: 'The rebuilt state takes over in one moment. Pages reload by themselves.' },
];

/** Whether a step lies behind, is being done, lies ahead, or is where it failed. */
export function stepState(restore: Restore, step: RestoreState): 'done' | 'now' | 'ahead' {
  if (restore.state === 'done' || restore.state === 'undone') return 'done';
  const order = steps.map((each) => each.state);
  const at = order.indexOf(restore.state);
  const mine = order.indexOf(step);
  if (at < 0) return 'ahead';
  return mine < at ? 'done' : mine === at ? 'now' : 'ahead';
}

export interface Bucket {
  from: number;
  to: number;
  changes: number;
  /** The newest commit in it; null when nothing happened. */
  last: Commit | null;
}

/** Spreads commits, newest first, over `count` equal spans from the oldest to `now`. */
export function buckets(commits: readonly Commit[], count: number, now: number): Bucket[] {
  const oldest = commits.at(-1);
  if (!oldest) return [];
  const begin = Date.parse(oldest.at);
  const span = Math.max(1, (Math.max(now, Date.parse(commits[0]?.at ?? oldest.at)) - begin) / count);
  const found = Array.from({ length: count }, (_, i): Bucket => ({ from: begin + i * span, to: begin + (i + 1) * span, changes: 0, last: null }));
  for (const commit of commits) {
    const bucket = found[Math.min(count - 1, Math.floor((Date.parse(commit.at) - begin) / span))];
    if (!bucket) continue;
    bucket.changes += commit.changes;
    bucket.last ??= commit;
  }
  return found;
}

/** The commit closest to an instant. */
export function nearest(commits: readonly Commit[], at: number): Commit | undefined {
  let best: Commit | undefined;
  for (const commit of commits) {
    if (!best || Math.abs(Date.parse(commit.at) - at) < Math.abs(Date.parse(best.at) - at)) best = commit;
  }
  return best;
}

const groupOrder = { remove: 0, change: 1, add: 2 } as const;

/** Items by type, within a type removals first: those are what people must see. */
export function itemsByType(items: readonly PreviewItem[]): [string, PreviewItem[]][] {
  const groups = new Map<string, PreviewItem[]>();
  for (const item of items) groups.set(item.type, [...(groups.get(item.type) ?? []), item]);
  return [...groups].map(([type, list]) => [type, list.sort((a, b) => groupOrder[a.op] - groupOrder[b.op])]);
}
