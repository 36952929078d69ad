import { expect, it } from 'vitest';
import { naming, switchedNow, whenText, type Maintenance } from './model';

const maintenance = (id: string, start: string, more: Partial<Maintenance> = {}): Maintenance => ({
  id,
  status: 'active',
  description: id,
  time: { type: 'schedule', startDate: start, endDate: '2026-03-02T12:00:00Z' },
  rules: [{ state: 'disabled', entity: { id: 'p', type: 'policy' } }],
  ...more,
});

it('lets the maintenance that began last decide, and none that is not now', () => {
  const early = maintenance('early', '2026-03-02T08:00:00Z');
  const late = maintenance('late', '2026-03-02T09:00:00Z', { rules: [{ state: 'enabled', entity: { id: 'p', type: 'policy' } }] });
  const planned = maintenance('planned', '2026-03-02T10:00:00Z', { status: 'planned' });
  expect(switchedNow([planned, late, early]).get('policy:p')).toEqual({ on: true, by: late });
  expect(switchedNow([planned]).size).toBe(0);
});

it('finds the maintenances that would lose what they name', () => {
  const planned = maintenance('planned', '2026-03-02T10:00:00Z', { status: 'planned' });
  const over = maintenance('over', '2026-03-01T10:00:00Z', { status: 'past' });
  expect(naming([planned, over], 'policy', 'p')).toEqual([planned]);
  expect(naming([planned], 'integration', 'p')).toEqual([]);
});

it('says that one has no end', () => {
  expect(whenText(maintenance('m', '2026-03-02T08:00:00Z'), 'UTC')).toMatch(/08:00.* to .*12:00/);
  expect(whenText(maintenance('m', '', { time: { type: 'indefinitely', startDate: '2026-03-02T08:00:00Z' } }), 'UTC')).toMatch(/^since .*until somebody ends it$/);
});
