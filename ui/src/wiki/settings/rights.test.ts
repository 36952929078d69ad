import { expect, it } from 'vitest';
import { holders, rightKey } from './rights';

it('puts the rights of a space under who holds them', () => {
  const found = holders([
    { id: '1', subjectType: 'user', subject: 'a', operation: 'read', target: 'space', person: { accountId: 'a', displayName: 'Ana', active: true } },
    { id: '2', subjectType: 'everyone', subject: '', operation: 'read', target: 'space' },
    { id: '3', subjectType: 'user', subject: 'a', operation: 'administer', target: 'space', person: { accountId: 'a', displayName: 'Ana', active: true } },
    { id: '4', subjectType: 'group', subject: 'press', operation: 'create', target: 'page' },
  ]);
  expect(found.map((holder) => holder.name)).toEqual(['Everybody', 'press', 'Ana']);
  expect(found[2]?.has.get(rightKey({ operation: 'administer', target: 'space' }))).toBe('3');
});
