import { describe, expect, it } from 'vitest';
import type { Delivery } from '../wire';
import { spanText, toldPeople } from './model';

const recipient = (id: string, method: string, state: string) => ({ user: { id, username: `${id}@x` }, method, state, createdAt: '', updatedAt: '' });

describe('who was told', () => {
  it('gathers the methods of a person and puts whoever reacted first', () => {
    const told = toldPeople([recipient('bo', 'email', 'notified'), recipient('ana', 'email', 'failed'), recipient('ana', 'sms', 'action')], []);
    expect(told.map(({ id, best, methods }) => [id, best, methods.length])).toEqual([
      ['ana', 'action', 2],
      ['bo', 'notified', 1],
    ]);
  });
  it('adds why a message did not arrive', () => {
    const delivery = { id: 'd', kind: 'alert', user: { id: 'ana' }, name: 'Ana', method: 'email', to: 'a@x', state: 'failed', reason: 'no such mailbox', tries: 3, createdAt: '', dueAt: '' } satisfies Delivery;
    expect(toldPeople([recipient('ana', 'email', 'failed')], [delivery])[0]?.methods[0]).toMatchObject({ reason: 'no such mailbox', tries: 3, to: 'a@x' });
  });
});

describe('texts', () => {
  it.each([
    [172, '0 s'],
    [59_000, '59 s'],
    [180_000, '3 min'],
    [7_500_000, '2 h 5 min'],
    [7_200_000, '2 h'],
    [400_000_000, '5 days'],
  ])('%i ms', (ms, words) => expect(spanText(ms)).toBe(words));
});
