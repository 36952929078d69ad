import { describe, expect, it } from 'vitest';
import { blockAt, blocks, laneCount, placed, rangeAt, snap, stepped, ticks, tones } from './model';

const berlin = 'Europe/Berlin';
const at = (text: string) => Date.parse(text);
const hour = 3_600_000;

describe('windows of a timeline', () => {
  it('begins weeks on Monday and days at midnight of the zone', () => {
    expect(rangeAt('week', at('2026-11-26T10:00:00Z'), berlin)).toEqual({ from: at('2026-11-22T23:00:00Z'), to: at('2026-11-29T23:00:00Z') });
    expect(rangeAt('2weeks', at('2026-11-26T10:00:00Z'), 'UTC').to).toBe(at('2026-12-07T00:00:00Z'));
    expect(rangeAt('month', at('2026-02-10T10:00:00Z'), 'UTC')).toEqual({ from: at('2026-02-01T00:00:00Z'), to: at('2026-03-01T00:00:00Z') });
  });
  it('has an hour less when clocks are put forward, and says so', () => {
    const day = rangeAt('day', at('2026-03-29T10:00:00Z'), berlin);
    expect(day.to - day.from).toBe(23 * hour);
    const week = rangeAt('week', at('2026-03-29T10:00:00Z'), berlin);
    expect(week.to - week.from).toBe(167 * hour);
    expect(ticks(week, 'week', berlin).map(({ odd }) => odd)).toEqual([undefined, undefined, undefined, undefined, undefined, undefined, '23 h']);
    expect(ticks(rangeAt('week', at('2026-10-25T10:00:00Z'), berlin), 'week', berlin).at(-1)?.odd).toBe('25 h');
  });
  it('steps to the windows beside it', () => {
    const week = rangeAt('week', at('2026-11-26T10:00:00Z'), berlin);
    expect(rangeAt('week', stepped(week, 1), berlin).from).toBe(week.to);
    expect(rangeAt('week', stepped(week, -1), berlin).to).toBe(week.from);
  });
});

describe('places', () => {
  it('snaps to the clock of a zone that is off by quarters of an hour', () => {
    expect(snap(at('2026-01-01T00:20:00Z'), hour, 'Asia/Kathmandu')).toBe(at('2026-01-01T00:15:00Z'));
  });
  it('keeps within the window', () => {
    const range = { from: 0, to: 100 };
    expect([placed(-5, range), placed(25, range), placed(500, range)]).toEqual([0, 0.25, 1]);
  });
});

describe('blocks', () => {
  const period = (who: string, from: string, to: string, type = 'default') => ({ startDate: `2026-01-01T${from}:00Z`, endDate: `2026-01-01T${to}:00Z`, type, recipient: { type: 'user', id: who, name: who } });
  const rows = [
    { name: 'Primary', periods: [period('ana', '00:00', '12:00'), period('bo', '12:00', '20:00', 'override')] },
    { name: 'Backup', periods: [period('cy', '08:00', '14:00'), period('bo', '12:00', '20:00', 'override')] },
  ];
  it('puts what is at the same time below each other, and one person once', () => {
    const all = blocks(rows);
    expect(all.map(({ who, lane }) => [who.id, lane])).toEqual([
      ['ana', 0],
      ['cy', 1],
      ['bo', 0],
    ]);
    expect(all[2]?.rotations).toEqual(['Primary', 'Backup']);
    expect(laneCount(all)).toBe(2);
    expect(laneCount([])).toBe(1);
  });
  it('needs no more lanes than there are people at once', () => {
    const day = { name: 'Day', periods: [period('ana', '08:00', '16:00')] };
    const night = { name: 'Night', periods: [period('bo', '00:00', '08:00'), period('bo', '16:00', '23:00')] };
    expect(laneCount(blocks([day, night]))).toBe(1);
  });
  it('finds the one under the pointer', () => {
    const all = blocks(rows);
    expect(blockAt(all, at('2026-01-01T09:00:00Z'), 1)?.who.id).toBe('cy');
    expect(blockAt(all, at('2026-01-01T03:00:00Z'), 1)?.who.id).toBe('ana');
    expect(blockAt(all, at('2026-01-01T23:00:00Z'), 0)).toBeUndefined();
  });
  it('gives neighbours different colours', () => {
    expect([...tones(['a', 'b', 'a', 'c']).values()]).toEqual([0, 1, 2]);
  });
});
