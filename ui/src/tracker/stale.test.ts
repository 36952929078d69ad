import { expect, it } from 'vitest';
import { keys, staleKeys } from './stale';

it('marks the issue, every list and the board of its project', () => {
  const found = staleKeys({ type: 'issue', id: '10', key: 'DEMO-1', project: 'DEMO', op: 'update' });
  expect(found).toContainEqual(keys.issue('DEMO-1'));
  expect(found).toContainEqual(keys.issues);
  expect(found).toContainEqual(keys.board('DEMO'));
  expect(found).not.toContainEqual(keys.projects);
});

it('does not refetch lists for a comment', () => {
  expect(staleKeys({ type: 'comment', id: '5', key: 'DEMO-1', project: 'DEMO', op: 'create' })).toEqual([keys.issue('DEMO-1')]);
});

it('marks a project for its versions', () => {
  expect(staleKeys({ type: 'version', id: '5', project: 'DEMO', op: 'create' })).toEqual([keys.projects, keys.project('DEMO')]);
});

it('distrusts everything when it does not know the type', () => {
  expect(staleKeys({ type: 'workflow', id: '1', op: 'update' })).toContainEqual(['board']);
});
