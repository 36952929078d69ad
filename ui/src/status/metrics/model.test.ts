import { describe, expect, it } from 'vitest';
import { columnsOf, curlOf, valueText } from './model';

describe('metrics', () => {
  it('are written with their unit', () => {
    expect(valueText(12.345, { decimal_places: 1, suffix: 'ms' })).toBe('12.3 ms');
    expect(valueText(5, { decimal_places: 0, suffix: null })).toBe('5');
  });
  it('have gaps where nothing arrived', () => {
    const points = [0, 60, 300, 360].map((timestamp) => ({ timestamp, value: timestamp }));
    expect(columnsOf({ interval: 60, points, mean: 1, last: 1 })).toEqual([
      [0, 60, 120, 300, 360],
      [0, 60, null, 300, 360],
    ]);
    expect(columnsOf({ interval: 60, points: [], mean: null, last: null })).toEqual([[], []]);
  });
  it('are fed by a command that a shell takes', () => {
    expect(curlOf('https://s.example', 'p', 'm')).toContain(`'https://s.example/v1/pages/p/metrics/m/data'`);
  });
});
