import type { ClockWindow, Restriction, WeekWindow } from '../wire';

export const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

const two = (n: number) => String(n).padStart(2, '0');
export const clockText = (hour: number, minute: number): string => `${two(hour)}:${two(minute)}`;

/** "09:30" as hour and minute; null for anything else. */
export function readClock(text: string): [number, number] | null {
  const found = /^(\d{1,2}):(\d{2})$/.exec(text);
  if (!found) return null;
  const [hour, minute] = [Number(found[1]), Number(found[2])];
  return hour < 24 && minute < 60 ? [hour, minute] : null;
}

export const dayWord = (day: string): string => day.charAt(0).toUpperCase() + day.slice(1);

const hours = (w: ClockWindow) => `${clockText(w.startHour, w.startMin)} to ${clockText(w.endHour, w.endMin)}`;

function windowText(w: WeekWindow): string {
  if (w.startDay === w.endDay) return `${dayWord(w.startDay)} ${hours(w)}`;
  return `${dayWord(w.startDay)} ${clockText(w.startHour, w.startMin)} to ${dayWord(w.endDay)} ${clockText(w.endHour, w.endMin)}`;
}

/** A restriction as people say it; an empty text for none. */
export function restrictionText(restriction: Restriction | null | undefined): string {
  if (!restriction) return '';
  if (restriction.type === 'time-of-day') return restriction.restriction ? `every day ${hours(restriction.restriction)}` : '';
  const windows = restriction.restrictions ?? [];
  const daily = windows.filter((w) => w.startDay === w.endDay);
  const [first] = daily;
  const workWeek = days.slice(0, 5);
  if (first && daily.length === windows.length && windows.length === 5 && workWeek.every((day) => daily.some((w) => w.startDay === day)) && daily.every((w) => hours(w) === hours(first))) {
    return `weekdays ${hours(first)}`;
  }
  return windows.map(windowText).join(', ');
}

export const officeDay: ClockWindow = { startHour: 9, startMin: 0, endHour: 17, endMin: 0 };

export const workWeek = (window: ClockWindow = officeDay): WeekWindow[] => days.slice(0, 5).map((day) => ({ startDay: day, endDay: day, ...window }));
