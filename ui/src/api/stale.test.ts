import { expect, it } from 'vitest';
import { keys, staleKeys, type CommitEntity, type StaleKeys } from './stale';

const commit = (...entities: CommitEntity[]) => ({ at: '2026-01-01T00:00:00Z', actor: 'a', entities });
const wiki: StaleKeys = ({ type, id }) => [['wiki', type.slice('wiki.'.length), id], ['wiki', 'tree']];
const tracker: StaleKeys = ({ id }) => [['issue', id]];

it('asks the product before the point, and the tracker when there is none', () => {
  const found = staleKeys([commit({ type: 'wiki.page', id: '7', op: 'update' }, { type: 'issue', id: '10', op: 'update' })], { wiki, tracker });
  expect(found).toEqual([keys.timeMachine, ['wiki', 'page', '7'], ['wiki', 'tree'], ['issue', '10']]);
});

it('answers for the platform itself', () => {
  expect(staleKeys([commit({ type: 'token', id: '1', op: 'delete' })], { tracker })).toEqual([keys.timeMachine, keys.tokens]);
});

it('names each key once, however many commits touched it', () => {
  const one = commit({ type: 'wiki.page', id: '7', op: 'update' });
  expect(staleKeys([one, one], { wiki })).toHaveLength(3);
});

it('takes everything for stale when the server could not tell what changed', () => {
  expect(staleKeys([commit({ type: 'unknown', id: '', op: 'update' })], { tracker })).toEqual([[]]);
});

it('leaves a product alone that this page does not have', () => {
  expect(staleKeys([commit({ type: 'status.incident', id: '1', op: 'create' })], { tracker })).toEqual([keys.timeMachine]);
});
