import { describe, expect, it } from 'vitest';
import { acts, copyOf, delayText, detailsOf, owners, placed, wordsOf, type Policy } from './model';

const policy = (id: string, more: Partial<Policy> = {}): Policy => ({ id, type: 'alert', name: id, order: 0, enabled: true, ...more });

describe('what a policy does, in words', () => {
  it('says every change, and leaves out the message that stays', () => {
    expect(acts(policy('p', { message: '{{ message }}', priority: 'P1', tags: ['a', 'b', 'c'], responders: [{ type: 'team', name: 'Ops' }] }))).toEqual(['set the priority to P1', 'add the tags a, b and c', 'add the responder Ops']);
  });
  it('tells adding from replacing and from taking away', () => {
    expect(acts(policy('p', { tags: ['a'], ignoreOriginalTags: true, ignoreOriginalActions: true }))).toEqual(['have only the tag a', 'take the buttons away']);
  });
  it('admits when nothing is changed', () => {
    expect(acts(policy('p', { message: '{{message}}' }))).toEqual(['change nothing']);
  });
  it('says how people are told', () => {
    expect(acts(policy('p', { type: 'notification', deduplicationAction: { deduplicationActionType: 'frequency-based', count: 5, duration: { timeAmount: 10 } }, autoCloseAction: { duration: { timeAmount: 1, timeUnit: 'hours' } } }))).toEqual([
      'tell nobody before it came 5 times within 10 minutes',
      'close the alert after 1 hour',
    ]);
  });
  it.each([
    [{ delayOption: 'for-duration', duration: { timeAmount: 2, timeUnit: 'days' } }, 'for 2 days'],
    [{ delayOption: 'next-time', untilHour: 8 }, 'until it is 08:00'],
    [{ delayOption: 'next-weekday', untilHour: 8, untilMinute: 5 }, 'until the next weekday, 08:05'],
    [{ delayOption: 'next-monday', untilHour: 18, untilMinute: 30 }, 'until the next Monday, 18:30'],
  ])('waits %j: %s', (delay, words) => expect(delayText(delay)).toBe(words));
});

describe('the order of policies', () => {
  const all = [policy('a', { order: 0 }), policy('b', { order: 1 }), policy('c', { order: 2 }), policy('n', { type: 'notification' }), policy('t', { teamId: 'ops' })];
  const names = (policies: readonly Policy[]) => owners(policies, 'alert', [{ id: 'ops', name: 'Ops' }, { id: 'none', name: 'None' }]).map((owner) => [owner.name, owner.policies.map(({ id }) => id).join('')]);

  it('lists the site first, then the teams that have some', () => {
    expect(names(all)).toEqual([['The whole site', 'abc'], ['Ops', 't']]);
  });
  it('keeps those of a team that is gone in sight', () => {
    expect(owners([policy('x', { teamId: 'old' })], 'alert', []).at(-1)).toMatchObject({ id: 'old', name: 'A team that is gone' });
  });
  it.each([
    ['c', 0, 'cab'],
    ['a', 1, 'bac'],
    ['a', 9, 'bca'],
    ['b', -3, 'bac'],
    ['gone', 0, 'abc'],
  ])('moves %s to %i: %s, and no other', (id, to, order) => {
    const moved = placed(all, id, to);
    expect(names(moved)).toEqual([['The whole site', order], ['Ops', 't']]);
    expect(moved.find((each) => each.id === 'n')).toEqual(all[3]);
  });
});

it('copies all but the id', () => {
  expect(copyOf(policy('p', { teamId: 'ops', suppress: true }))).toEqual({ type: 'alert', name: 'p', order: 0, enabled: true, teamId: 'ops', suppress: true });
});

it('reads details a line, and says which line is none', () => {
  expect(detailsOf('runbook: https://x.example/a:b\n\n hall:2 ')).toEqual({ details: { runbook: 'https://x.example/a:b', hall: '2' } });
  expect(detailsOf('a: b\nnothing')).toEqual({ problem: 'Line 2 is not “key: value”.' });
});

it('reads words between commas', () => {
  expect(wordsOf(' a, b c,, ')).toEqual(['a', 'b c']);
});
