import type { Tone } from '../parts/marks';
import type { Heartbeat } from '../wire';

const units: Readonly<Record<Heartbeat['intervalUnit'], number>> = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 };

export const intervalText = ({ interval, intervalUnit }: Pick<Heartbeat, 'interval' | 'intervalUnit'>): string => (interval === 1 ? `every ${intervalUnit.slice(0, -1)}` : `every ${interval} ${intervalUnit}`);

export interface State {
  word: string;
  tone: Tone;
  icon: 'check' | 'warning' | 'pause' | 'clock';
}

/** A heartbeat is off, has never been heard, is alive, or is missed. */
export function stateOf(heartbeat: Heartbeat): State {
  if (!heartbeat.enabled) return { word: 'off', tone: 'neutral', icon: 'pause' };
  if (heartbeat.expired) return { word: 'missed', tone: 'red', icon: 'warning' };
  if (!heartbeat.lastPingTime) return { word: 'waiting for the first ping', tone: 'amber', icon: 'clock' };
  return { word: 'alive', tone: 'green', icon: 'check' };
}

/** When the next ping is due at the latest; null when nothing is waited for. */
export function dueAt(heartbeat: Heartbeat): number | null {
  if (!heartbeat.enabled || heartbeat.expired || !heartbeat.lastPingTime) return null;
  return Date.parse(heartbeat.lastPingTime) + heartbeat.interval * units[heartbeat.intervalUnit];
}

/** What a script calls at the end of its work. */
export const pingCommand = (origin: string, name: string): string => `curl -fsS -H 'Authorization: GenieKey API_KEY' ${origin}/v2/heartbeats/${encodeURIComponent(name)}/ping`;

export const goodName = (name: string): boolean => /^[\w-][\w .-]*$/.test(name.trim()) && name.trim().length <= 100;
