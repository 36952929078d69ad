import { describe, expect, it } from 'vitest';
import { readClock, restrictionText, workWeek } from './restriction';

describe('time restrictions in words', () => {
  it('says hours of every day', () => {
    expect(restrictionText({ type: 'time-of-day', restriction: { startHour: 22, startMin: 0, endHour: 6, endMin: 30 } })).toBe('every day 22:00 to 06:30');
  });
  it('knows weekdays', () => {
    expect(restrictionText({ type: 'weekday-and-time-of-day', restrictions: workWeek() })).toBe('weekdays 09:00 to 17:00');
  });
  it('names days one by one otherwise', () => {
    const window = { startDay: 'friday', endDay: 'monday', startHour: 18, startMin: 0, endHour: 8, endMin: 0 };
    expect(restrictionText({ type: 'weekday-and-time-of-day', restrictions: [window] })).toBe('Friday 18:00 to Monday 08:00');
  });
  it('says nothing for none', () => {
    expect(restrictionText(null)).toBe('');
  });
});

describe('clock times', () => {
  it.each([
    ['09:30', [9, 30]],
    ['9:05', [9, 5]],
    ['24:00', null],
    ['12:60', null],
    ['noon', null],
  ])('%s', (text, expected) => {
    expect(readClock(text)).toEqual(expected);
  });
});
