import { expect, it } from 'vitest';
import type { Version } from '../wire';
import { byDay } from './model';

const at = (number: number, createdAt: Date) => ({ number, createdAt: createdAt.toISOString() }) as Version;

it('puts versions under their days', () => {
  const now = new Date(2026, 5, 12, 10).getTime();
  const days = byDay([at(3, new Date(2026, 5, 12, 9)), at(2, new Date(2026, 5, 11, 23)), at(1, new Date(2026, 5, 11, 1))], now);
  expect(days.map((day) => [day.label, day.versions.length])).toEqual([
    ['Today', 1],
    ['Yesterday', 2],
  ]);
});
