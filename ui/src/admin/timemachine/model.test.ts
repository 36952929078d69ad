import { expect, it } from 'vitest';
import type { Commit, Restore, RestorePreview } from '../../api';
import { buckets, byDay, commitAt, commitKey, commitText, consequences, itemsByType, stepState, targetOf, valueText, wentTo } from './model';
import { counted, linkOf, productOf } from './things';

const commit = (seq: number, at: string, summary: Commit['summary'] = [], volume: Commit['volume'] = 'work'): Commit => ({
  volume,
  seq,
  at,
  actor: { accountId: 'a', displayName: 'Ana' },
  source: 'web',
  reason: '',
  changes: 2,
  summary,
});

it('groups commits into days in order', () => {
  const days = byDay([commit(3, '2026-03-02T12:00:00Z'), commit(2, '2026-03-02T11:00:00Z'), commit(1, '2026-02-27T11:00:00Z')]);
  expect(days.map((day) => day.commits.map((c) => c.seq))).toEqual([[3, 2], [1]]);
});

it('says what a commit did', () => {
  expect(
    commitText(
      commit(1, '2026-01-01T00:00:00Z', [
        { type: 'issue', op: 'update', count: 1, example: 'DEMO-7' },
        { type: 'comment', op: 'create', count: 3, example: '' },
      ]),
    ),
  ).toBe('Changed DEMO-7, created 3 comments');
});

it('puts every commit into exactly one bucket', () => {
  const commits = [commit(3, '2026-01-03T00:00:00Z'), commit(2, '2026-01-02T00:00:00Z'), commit(1, '2026-01-01T00:00:00Z')];
  const found = buckets(commits, 10, Date.parse('2026-01-04T00:00:00Z'));
  expect(found).toHaveLength(10);
  expect(found.reduce((sum, bucket) => sum + bucket.changes, 0)).toBe(6);
  expect(found[0]?.last?.seq).toBe(1);
  expect(buckets([], 10, 0)).toEqual([]);
});

it('shows values as people read them', () => {
  expect(valueText(null)).toBe('');
  expect(valueText({ id: '1', name: 'Done' })).toBe('Done');
  expect(valueText(['a', { value: 'b' }])).toBe('a, b');
  expect(valueText({ type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: 'Hello' }] }] })).toBe('Hello');
});

it('says only the consequences that there are', () => {
  const preview: RestorePreview = {
    commit: 1,
    at: '',
    head: 9,
    added: 0,
    changed: 2,
    removed: 1,
    later: 8,
    byType: [{ type: 'issue', added: 0, changed: 2, removed: 1 }],
    items: [],
    truncated: false,
  };
  expect(consequences(preview)).toEqual(['Gets back the values of then: 2 issues.', 'Leaves the site, being created since then: 1 issue.']);
});

it('knows which steps lie behind', () => {
  const restore = { state: 'verifying' } as Restore;
  expect(['building', 'verifying', 'switching'].map((s) => stepState(restore, s as Restore['state']))).toEqual(['done', 'now', 'ahead']);
});

it('puts what disappears first', () => {
  const item = (op: 'add' | 'change' | 'remove') => ({ type: 'issue', op, id: op, key: op, title: '', fields: [] });
  expect(itemsByType([item('add'), item('remove'), item('change')])[0]?.[1].map((i) => i.op)).toEqual(['remove', 'change', 'add']);
});

it('tells commits of several volumes apart', () => {
  const work = commit(4, '2026-01-01T00:00:04Z');
  const alert = commit(4, '2026-01-01T00:00:05.000001Z', [{ type: 'oncall.alert', op: 'update', count: 2, example: '' }], 'oncall');
  expect(commitKey(work)).not.toBe(commitKey(alert));
  expect(targetOf(work)).toEqual({ commit: 4 });
  expect(targetOf(alert)).toEqual({ at: alert.at });
  expect(commitAt([alert, work], targetOf(alert))).toBe(alert);
  expect(commitAt([alert, work], targetOf(work))).toBe(work);
  expect(commitAt([alert, work], { at: '2026-01-01T00:00:00Z' })).toBeUndefined();
  expect(commitText(alert)).toBe('Changed 2 alerts');
});

it('has words and links for the things of every product', () => {
  expect(counted(1, 'status.incident')).toBe('1 status incident');
  expect(counted(2, 'wiki.new_thing')).toBe('2 new thing records');
  expect(productOf('issue')).toBe('tracker');
  expect(productOf('addon.object')).toBeUndefined();
  expect(linkOf({ type: 'wiki.page', id: '7', key: '' })).toEqual({ to: '/wiki/pages/$id', params: { id: '7' } });
  expect(linkOf({ type: 'wiki.label', id: '7', key: '' })).toBeUndefined();
});

it('says where a restore went', () => {
  expect(wentTo({ to: 'to commit 17' } as Restore)).toBe('commit 17');
  expect(wentTo({ to: 'undo of 0192-ab' } as Restore)).toBe('the state before the last restore');
  expect(wentTo({ to: 'to 2026-01-02T03:04:05Z' } as Restore)).toContain('2026');
});
