import { describe, expect, it } from 'vitest';
import { shortNumber, ticks } from './chart';

describe('the axis of a chart', () => {
  it('has round steps and reaches the highest value', () => {
    for (const most of [0.003, 0.9, 1, 3.1, 7, 42, 99, 100, 883, 12_345, 2e9]) {
      const axis = ticks(most);
      expect(axis[0]).toBe(0);
      expect(axis.at(-1)).toBeGreaterThanOrEqual(most * 0.999999);
      expect(axis.length).toBeLessThanOrEqual(6);
      expect(axis.length).toBeGreaterThanOrEqual(3);
    }
  });
  it('is there when nothing is', () => {
    expect(ticks(0)).toEqual([0, 1]);
    expect(ticks(Number.NaN)).toEqual([0, 1]);
  });
  it('writes large numbers shortly', () => {
    expect(shortNumber(0.25)).toBe('0.25');
    expect(shortNumber(12_345)).toBe('12.3 k');
    expect(shortNumber(3_400_000)).toBe('3.4 M');
  });
});
