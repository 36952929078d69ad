import { describe, expect, it } from 'vitest';
import type { EscalationStep, RoutingRule } from '../wire';
import { minutesText, reordered, repeatText, stages, stepText, stepsProblem } from './model';

const rule = (id: string, isDefault = false): RoutingRule => ({ id, name: id, isDefault, order: 0, criteria: { type: 'match-all' }, timezone: '', notify: { type: 'none' } });
const rules = [rule('a'), rule('b'), rule('c'), rule('z', true)];
const order = (list: RoutingRule[]) => list.map(({ id }) => id).join('');

describe('the order of rules', () => {
  it('moves a rule', () => {
    expect(order(reordered(rules, 'c', 0))).toBe('cabz');
    expect(order(reordered(rules, 'a', 1))).toBe('bacz');
  });
  it('leaves the default at the end', () => {
    expect(order(reordered(rules, 'a', 9))).toBe('bcaz');
    expect(order(reordered(rules, 'z', 0))).toBe('abcz');
    expect(order(reordered(rules, 'none', 0))).toBe('abcz');
  });
});

const step = (minutes: number, more: Partial<EscalationStep> = {}): EscalationStep => ({
  condition: 'if-not-acked',
  notifyType: 'default',
  delay: { timeAmount: minutes, timeUnit: 'minutes' },
  recipient: { type: 'schedule', id: 's' },
  ...more,
});

describe('escalations', () => {
  it('gathers steps by their time', () => {
    expect(stages([step(10), step(0), step(10)]).map(({ at, steps }) => [at, steps.length])).toEqual([
      [0, 1],
      [10, 2],
    ]);
    expect(stages([{ ...step(2), delay: { timeAmount: 2, timeUnit: 'hours' } }])[0]?.at).toBe(120);
  });
  it('says whom a step tells', () => {
    expect(stepText(step(0, { notifyType: 'next' }), 'Weekly')).toBe('whoever is on call next in Weekly');
    expect(stepText(step(0, { recipient: { type: 'user', id: 'u' } }), 'Ana')).toBe('Ana');
    expect(stepText(step(0, { notifyType: 'admins', recipient: { type: 'team', id: 't' } }), 'Platform')).toBe('the administrators of Platform');
  });
  it('says how it is repeated', () => {
    expect(repeatText(undefined)).toBe('Not repeated.');
    expect(repeatText({ waitInterval: 90, count: 2, resetRecipientStates: false, closeAlertAfterAll: true })).toBe('Begins again 1 h 30 min after the last step, 2 more times. Then the alert is closed.');
  });
  it('asks for what is missing', () => {
    expect(stepsProblem([])).toBe('Add a step.');
    expect(stepsProblem([step(0), step(5, { recipient: { type: 'user' } })])).toBe('Step 2 tells nobody yet.');
    expect(stepsProblem([step(0)])).toBeNull();
  });
  it('says minutes', () => {
    expect([5, 60, 75, 1440, 1500].map(minutesText)).toEqual(['5 min', '1 h', '1 h 15 min', '1 d', '1 d 1 h']);
  });
});
