import { expect, it } from 'vitest';
import type { Subject } from '../wire';
import { allOf, locksOut, withRight, without, type Restricted } from './restrictions';

const user = (name: string): Subject => ({ type: 'user', name });
const names = (subjects: readonly Subject[]) => subjects.map((each) => each.name);

it('names an editor among the viewers once viewing is restricted', () => {
  const one = withRight({ read: [], update: [] }, user('ana'), 'update');
  expect([names(one.read), names(one.update)]).toEqual([[], ['ana']]);
  const two = withRight(one, user('ben'), 'read');
  expect([names(two.read), names(two.update)]).toEqual([['ana', 'ben'], ['ana']]);
  const three = withRight(two, user('ben'), 'update');
  expect([names(three.read), names(three.update)]).toEqual([['ana', 'ben'], ['ana', 'ben']]);
  expect(names(allOf(three))).toEqual(['ana', 'ben']);
});

it('takes somebody out of both lists and knows who is locked out', () => {
  const state: Restricted = { read: [user('ana'), user('ben')], update: [user('ana')] };
  expect(without(state, user('ana'))).toEqual({ read: [user('ben')], update: [] });
  expect(locksOut(state, 'ben')).toBe(true);
  expect(locksOut(state, 'ana')).toBe(false);
  expect(locksOut({ read: [], update: [] }, 'ana')).toBe(false);
});
