import { describe, expect, it } from 'vitest';
import { addDays, fromInput, instantOf, offsetAt, startOfDay, toInput, wallOf, weekday } from './zone';

const berlin = 'Europe/Berlin';
const at = (text: string) => Date.parse(text);

describe('wall clocks', () => {
  it('reads and sets a clock', () => {
    expect(wallOf(at('2026-07-01T10:30:00Z'), berlin)).toEqual({ year: 2026, month: 7, day: 1, hour: 12, minute: 30 });
    expect(instantOf({ year: 2026, month: 1, day: 15, hour: 9, minute: 0 }, berlin)).toBe(at('2026-01-15T08:00:00Z'));
    expect(offsetAt(at('2026-01-15T08:00:00Z'), 'America/New_York')).toBe(-5 * 3_600_000);
    expect(offsetAt(at('2026-01-15T08:00:00Z'), 'Asia/Kathmandu')).toBe(345 * 60_000);
  });

  it('puts a time that clocks skip as much later as they are put', () => {
    expect(instantOf({ year: 2026, month: 3, day: 29, hour: 2, minute: 30 }, berlin)).toBe(at('2026-03-29T01:30:00Z'));
  });

  it('takes the first of two times', () => {
    expect(instantOf({ year: 2026, month: 10, day: 25, hour: 2, minute: 30 }, berlin)).toBe(at('2026-10-25T00:30:00Z'));
  });

  it('counts days by the calendar', () => {
    const before = startOfDay(at('2026-03-28T12:00:00Z'), berlin);
    expect(addDays(before, 1, berlin) - before).toBe(24 * 3_600_000);
    expect(addDays(before, 2, berlin) - addDays(before, 1, berlin)).toBe(23 * 3_600_000);
    const autumn = startOfDay(at('2026-10-25T12:00:00Z'), berlin);
    expect(addDays(autumn, 1, berlin) - autumn).toBe(25 * 3_600_000);
    expect(weekday(at('2026-03-29T22:30:00Z'), berlin)).toBe(0);
  });

  it('fills inputs and reads them back, in zones that are hard', () => {
    for (const zone of [berlin, 'Australia/Lord_Howe', 'America/St_Johns', 'Pacific/Apia', 'Asia/Tehran', 'UTC']) {
      for (let hour = 0; hour < 24 * 366; hour += 7) {
        const instant = at('2026-01-01T00:15:00Z') + hour * 3_600_000;
        const back = fromInput(toInput(instant, zone), zone);
        // The second showing of a time reads as the first.
        expect(Math.abs(back - instant)).toBeLessThanOrEqual(3_600_000);
        expect(toInput(back, zone)).toBe(toInput(instant, zone));
      }
    }
  });

  it('knows an empty input', () => {
    expect(fromInput('', berlin)).toBeNaN();
  });
});
