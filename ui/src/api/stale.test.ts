import { expect, it } from 'vitest';
import { keys, staleKeys, type CommitEntity } from './stale';

const commit = (...entities: CommitEntity[]) => ({ seq: 1, at: '2026-01-01T00:00:00Z', actor: 'a', entities });

it('marks the issue, every list and the board of its project', () => {
  const found = staleKeys([commit({ type: 'issue', id: '10', key: 'DEMO-1', project: 'DEMO', op: 'update' })]);
  expect(found).toContainEqual(keys.issue('DEMO-1'));
  expect(found).toContainEqual(keys.issues);
  expect(found).toContainEqual(keys.board('DEMO'));
  expect(found).not.toContainEqual(keys.projects);
});

it('does not refetch lists for a comment', () => {
  const found = staleKeys([commit({ type: 'comment', id: '5', key: 'DEMO-1', project: 'DEMO', op: 'create' })]);
  expect(found).toEqual([keys.timeMachine, keys.issue('DEMO-1')]);
});

it('names each key once, however many commits touched it', () => {
  const one = commit({ type: 'version', id: '5', project: 'DEMO', op: 'create' });
  expect(staleKeys([one, one, one])).toEqual([keys.timeMachine, keys.projects, keys.project('DEMO')]);
});

it('distrusts everything when it does not know the type', () => {
  expect(staleKeys([commit({ type: 'workflow', id: '1', op: 'update' })])).toContainEqual(['board']);
});
