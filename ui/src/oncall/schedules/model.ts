import { addDays, clockOf, dayOf, offsetAt, shortDayOf, startOfDay, wallOf, weekday } from '../parts/zone';
import type { RangeName } from '../product';
import type { Participant, Period, TimelineRow } from '../wire';

const hour = 3_600_000;

export interface Range {
  from: number;
  to: number;
}

/** The window of a timeline that holds an instant: whole days by the zone's calendar, weeks from Monday. */
export function rangeAt(name: RangeName, at: number, zone: string): Range {
  const day = startOfDay(at, zone);
  if (name === 'day') return { from: day, to: addDays(day, 1, zone) };
  if (name === 'month') {
    const first = addDays(day, 1 - wallOf(day, zone).day, zone);
    return { from: first, to: addDays(first, daysInMonth(first, zone), zone) };
  }
  const monday = addDays(day, -weekday(day, zone), zone);
  return { from: monday, to: addDays(monday, name === 'week' ? 7 : 14, zone) };
}

function daysInMonth(at: number, zone: string): number {
  const { year, month } = wallOf(at, zone);
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** An instant in the window before or after. */
export const stepped = (range: Range, by: 1 | -1): number => (by > 0 ? range.to + hour : range.from - hour);

/** What a drag or a key moves by. */
export const snapOf: Readonly<Record<RangeName, number>> = { day: hour / 4, week: hour, '2weeks': hour, month: 6 * hour };

/** An instant moved to the nearest step of the zone's clock. */
export function snap(at: number, step: number, zone: string): number {
  const offset = offsetAt(at, zone);
  return Math.round((at + offset) / step) * step - offset;
}

export interface Tick {
  at: number;
  label: string;
  /** A day that has not 24 hours, because clocks are changed: "23 h". */
  odd?: string;
  major: boolean;
}

/** The days of a window, and in one of a day its hours. */
export function ticks(range: Range, name: RangeName, zone: string): Tick[] {
  const out: Tick[] = [];
  if (name === 'day') {
    for (let at = range.from; at < range.to; at += hour) {
      const { hour: shown } = wallOf(at, zone);
      if (shown % 2 === 0) out.push({ at, label: clockOf(at, zone), major: shown % 6 === 0 });
    }
    return out;
  }
  for (let at = range.from; at < range.to; at = addDays(at, 1, zone)) {
    const long = (addDays(at, 1, zone) - at) / hour;
    const label = name === 'month' ? String(wallOf(at, zone).day) : name === 'week' ? dayOf(at, zone) : shortDayOf(at, zone);
    out.push({ at, label, major: weekday(at, zone) === 0, ...(long === 24 ? {} : { odd: `${long} h` }) });
  }
  return out;
}

/** Where an instant lies in the window, from 0 to 1. */
export const placed = (at: number, { from, to }: Range): number => Math.min(1, Math.max(0, (at - from) / (to - from)));

export interface Block {
  key: string;
  from: number;
  to: number;
  who: Participant;
  kind: string;
  rotations: string[];
  lane: number;
}

const idOf = (who: Participant) => `${who.type}:${who.id ?? who.name ?? ''}`;

/**
 * Periods as blocks, those at the same time below each other: a lane for each rotation when that takes no more room, so that
 * a rotation stays in its lane. One person's in several rotations at the same time are one block.
 */
export function blocks(rows: readonly TimelineRow[]): Block[] {
  const found = new Map<string, Block>();
  for (const [at, row] of rows.entries()) {
    for (const period of row.periods) {
      const key = `${idOf(period.recipient)} ${period.startDate} ${period.endDate}`;
      const same = found.get(key);
      if (same) same.rotations.push(row.name);
      else found.set(key, block(key, period, row.name, at));
    }
  }
  const sorted = [...found.values()].sort((a, b) => a.from - b.from || a.to - b.to || a.key.localeCompare(b.key));
  const packed = pack(sorted);
  return rows.length <= Math.max(1, ...packed.map((lane) => lane + 1)) ? sorted : sorted.map((each, i) => ({ ...each, lane: packed[i] ?? 0 }));
}

/** The first lane that is free, for each of them. */
function pack(sorted: readonly Block[]): number[] {
  const ends: number[] = [];
  return sorted.map(({ from, to }) => {
    const free = ends.findIndex((end) => end <= from);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = to;
    return lane;
  });
}

const block = (key: string, period: Period, rotation: string, lane: number): Block => ({
  key,
  from: Date.parse(period.startDate),
  to: Date.parse(period.endDate),
  who: period.recipient,
  kind: period.type,
  rotations: [rotation],
  lane,
});

export const laneCount = (all: readonly Block[]): number => all.reduce((most, { lane }) => Math.max(most, lane + 1), 1);

export const toneCount = 6;

/** A colour for each person: in the order in which rotations name them, so that neighbours differ. */
export function tones(ids: readonly string[]): Map<string, number> {
  const out = new Map<string, number>();
  for (const id of ids) if (!out.has(id)) out.set(id, out.size % toneCount);
  return out;
}

/** The block at an instant in a lane, of those that are drawn. */
export const blockAt = (all: readonly Block[], at: number, lane: number): Block | undefined => all.find((each) => each.lane === lane && each.from <= at && at < each.to) ?? all.find((each) => each.from <= at && at < each.to);
