import { describe, expect, it } from 'vitest';
import { keys, staleKeys } from './stale';

const entity = (type: string) => ({ type, id: '1', op: 'update' as const });

describe('what a commit makes stale', () => {
  it('renews lists and pages of alerts for an alert', () => {
    expect(staleKeys(entity('oncall.alert'))).toEqual([keys.alerts, keys.anyAlert]);
  });
  it('renews everything that says who is on call for a schedule', () => {
    for (const key of [keys.who, keys.schedules, keys.teams, keys.me]) expect(staleKeys(entity('oncall.schedule'))).toContainEqual(key);
  });
  it.each([
    ['oncall.policy', keys.policies],
    ['oncall.maintenance', keys.maintenances],
    ['oncall.action', keys.customActions],
  ])('renews what it is about for %s', (type, key) => {
    expect(staleKeys(entity(type))).toEqual([key]);
  });
  it('renews all for what it does not know', () => {
    expect(staleKeys(entity('oncall.something'))).toEqual([keys.all]);
  });
});
