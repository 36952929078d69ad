/** Wall clocks of time zones, by what the browser knows of them. Instants are milliseconds. */

export interface Wall {
  year: number;
  /** From 1. */
  month: number;
  day: number;
  hour: number;
  minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string): Intl.DateTimeFormat {
  let found = formats.get(zone);
  if (!found) {
    found = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
    formats.set(zone, found);
  }
  return found;
}

export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

export function isZone(name: string): boolean {
  try {
    format(name);
    return true;
  } catch {
    return false;
  }
}

/** Every zone that the browser knows, UTC first. */
export function allZones(): string[] {
  const known = Intl.supportedValuesOf('timeZone');
  return ['UTC', ...known.filter((zone) => zone !== 'UTC')];
}

export function wallOf(at: number, zone: string): Wall {
  const parts = Object.fromEntries(format(zone).formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  return { year: parts['year'] ?? 0, month: parts['month'] ?? 1, day: parts['day'] ?? 1, hour: parts['hour'] ?? 0, minute: parts['minute'] ?? 0 };
}

const asUtc = ({ year, month, day, hour, minute }: Wall): number => Date.UTC(year, month - 1, day, hour, minute);

/** How far the zone's clock is ahead of UTC at an instant, in milliseconds. */
export function offsetAt(at: number, zone: string): number {
  const minute = Math.floor(at / 60_000) * 60_000;
  return asUtc(wallOf(minute, zone)) - minute;
}

/**
 * The instant at which a clock of the zone shows a time: the first of two when it shows it twice, and when it never does
 * because clocks are put forward, as much later as they are put.
 */
export function instantOf(wall: Wall, zone: string): number {
  const utc = asUtc(wall);
  const offsets = [offsetAt(utc - 86_400_000, zone), offsetAt(utc + 86_400_000, zone)];
  const valid = offsets.filter((offset) => offsetAt(utc - offset, zone) === offset);
  return utc - (valid.length > 0 ? Math.max(...valid) : Math.min(...offsets));
}

export function startOfDay(at: number, zone: string): number {
  return instantOf({ ...wallOf(at, zone), hour: 0, minute: 0 }, zone);
}

/** The start of a day so many days later, by the calendar and not by hours. */
export function addDays(at: number, days: number, zone: string): number {
  const wall = wallOf(at, zone);
  const moved = new Date(Date.UTC(wall.year, wall.month - 1, wall.day + days));
  return instantOf({ year: moved.getUTCFullYear(), month: moved.getUTCMonth() + 1, day: moved.getUTCDate(), hour: wall.hour, minute: wall.minute }, zone);
}

/** 0 for Monday. */
export function weekday(at: number, zone: string): number {
  const { year, month, day } = wallOf(at, zone);
  return (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7;
}

const two = (n: number) => String(n).padStart(2, '0');

/** As an input of type datetime-local has it. */
export function toInput(at: number, zone: string): string {
  const { year, month, day, hour, minute } = wallOf(at, zone);
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`;
}

/** What such an input says, as an instant; NaN when it is not filled. */
export function fromInput(text: string, zone: string): number {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(text);
  if (!found) return Number.NaN;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = found.slice(1).map(Number);
  return instantOf({ year, month, day, hour, minute }, zone);
}

/** "GMT+2", or the zone's letters. */
export function zoneAbbreviation(at: number, zone: string): string {
  return new Intl.DateTimeFormat(undefined, { timeZone: zone, timeZoneName: 'short' }).formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? zone;
}

const worded = (options: Intl.DateTimeFormatOptions) => (at: number, zone: string) => new Intl.DateTimeFormat(undefined, { ...options, timeZone: zone }).format(at);

export const clockOf = worded({ hour: '2-digit', minute: '2-digit' });
export const shortDayOf = worded({ weekday: 'short', day: 'numeric' });
export const dayOf = worded({ weekday: 'short', day: 'numeric', month: 'short' });
export const momentOf = worded({ weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
export const dateOf = worded({ day: 'numeric', month: 'long', year: 'numeric' });

/** A span, its day said once when it is one day. */
export function spanOf(from: number, to: number, zone: string): string {
  return dayOf(from, zone) === dayOf(to, zone) ? `${momentOf(from, zone)} to ${clockOf(to, zone)}` : `${momentOf(from, zone)} to ${momentOf(to, zone)}`;
}
