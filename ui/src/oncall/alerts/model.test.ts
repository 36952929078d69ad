import { describe, expect, it } from 'vitest';
import type { Alert, AlertPage } from '../wire';
import { after, age, alertsOf, batches, changedBy, patched, sameQuery, snoozeChoices, stateOf } from './model';

const alert = (id: string, more: Partial<Alert> = {}): Alert => ({
  id,
  tinyId: id,
  alias: id,
  message: `Alert ${id}`,
  status: 'open',
  acknowledged: false,
  seen: false,
  snoozed: false,
  tags: [],
  count: 1,
  createdAt: '2026-03-01T10:00:00.000Z',
  updatedAt: '2026-03-01T10:00:00.000Z',
  lastOccurredAt: '2026-03-01T10:00:00.000Z',
  source: '',
  owner: '',
  priority: 'P3',
  responders: [],
  ...more,
});

const page = (alerts: Alert[]): AlertPage => ({ alerts, total: alerts.length, offset: 0, limit: 100, counts: { open: 0, unacknowledged: 0, acknowledged: 0, snoozed: 0, byPriority: {} }, savedSearches: [] });
const pages = (...lists: Alert[][]) => ({ pages: lists.map(page), pageParams: lists.map((_, i) => i) });

describe('the state of an alert', () => {
  it('is the strongest thing that can be said', () => {
    expect(stateOf(alert('1'))).toBe('unacknowledged');
    expect(stateOf(alert('1', { snoozed: true }))).toBe('snoozed');
    expect(stateOf(alert('1', { acknowledged: true, snoozed: true }))).toBe('acknowledged');
    expect(stateOf(alert('1', { acknowledged: true, status: 'closed' }))).toBe('closed');
  });
});

describe('actions', () => {
  it('gives an acknowledged alert to whoever acknowledged it, unless it has an owner', () => {
    expect(after(alert('1'), 'acknowledge', 'ana').owner).toBe('ana');
    expect(after(alert('1', { owner: 'bo' }), 'acknowledge', 'ana').owner).toBe('bo');
  });
  it('says nothing to closed alerts', () => {
    const closed = alert('1', { status: 'closed' });
    expect(after(closed, 'acknowledge', 'ana')).toBe(closed);
    expect(changedBy([closed, alert('2'), alert('3', { acknowledged: true })], 'acknowledge').map(({ id }) => id)).toEqual(['2']);
    expect(changedBy([closed, alert('2'), alert('3', { acknowledged: true })], 'close').map(({ id }) => id)).toEqual(['2', '3']);
  });
});

describe('lists', () => {
  it('changes what is in them and leaves others alone', () => {
    const data = pages([alert('1'), alert('2')], [alert('3')]);
    const next = patched(data, new Set(['3']), (each) => ({ ...each, acknowledged: true }));
    expect(alertsOf(next).map(({ acknowledged }) => acknowledged)).toEqual([false, false, true]);
    expect(patched(data, new Set(['9']), (each) => each)).toBe(data);
  });
  it('shows an alert once when pages overlap', () => {
    expect(alertsOf(pages([alert('1'), alert('2')], [alert('2'), alert('3')])).map(({ id }) => id)).toEqual(['1', '2', '3']);
  });
  it('cuts what is too much for one request', () => {
    expect(batches([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  });
});

describe('words', () => {
  it('says ages shortly', () => {
    const now = Date.parse('2026-03-04T12:00:00Z');
    expect(age('2026-03-04T11:59:40Z', now)).toBe('now');
    expect(age('2026-03-04T11:12:00Z', now)).toBe('48m');
    expect(age('2026-03-04T02:00:00Z', now)).toBe('10h');
    expect(age('2026-03-01T02:00:00Z', now)).toBe('3d');
  });
  it('compares queries as people read them', () => {
    expect(sameQuery('status: open  AND x', ' Status: Open and X')).toBe(true);
  });
  it('snoozes until tomorrow morning', () => {
    const at = new Date(2026, 2, 4, 22, 30).getTime();
    expect(new Date(snoozeChoices.at(-1)?.until(at) ?? 0)).toEqual(new Date(2026, 2, 5, 9, 0));
  });
});
