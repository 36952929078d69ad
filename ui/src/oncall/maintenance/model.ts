import type { Tone } from '../parts/marks';
import { spanOf, momentOf } from '../parts/zone';
import type { IconName } from '../../kit';

/** Wire types of maintenances. */

export interface MaintenanceRule {
  state: 'enabled' | 'disabled';
  entity: { id: string; type: 'integration' | 'policy' };
}

export type MaintenanceStatus = 'planned' | 'active' | 'past' | 'cancelled';

export interface Maintenance {
  id: string;
  status: MaintenanceStatus;
  description: string;
  time: { type: string; startDate?: string; endDate?: string };
  rules?: MaintenanceRule[];
}

export const isOver = ({ status }: Maintenance): boolean => status === 'past' || status === 'cancelled';

export const look: Readonly<Record<MaintenanceStatus, { tone: Tone; icon: IconName; word: string }>> = {
  active: { tone: 'amber', icon: 'pause', word: 'now' },
  planned: { tone: 'blue', icon: 'calendar', word: 'planned' },
  past: { tone: 'neutral', icon: 'check', word: 'over' },
  cancelled: { tone: 'neutral', icon: 'close', word: 'ended early' },
};

/** When it is, by the clock of a zone. */
export function whenText({ time }: Maintenance, zone: string): string {
  const [start, end] = [Date.parse(time.startDate ?? ''), Date.parse(time.endDate ?? '')];
  if (Number.isNaN(start)) return '';
  return Number.isNaN(end) ? `since ${momentOf(start, zone)}, until somebody ends it` : spanOf(start, end, zone);
}

export interface Switched {
  on: boolean;
  by: Maintenance;
}

/** What the maintenances of now switch, by "type:id". Of several the one that began last counts, as the server has it. */
export function switchedNow(all: readonly Maintenance[]): Map<string, Switched> {
  const out = new Map<string, Switched>();
  const active = all.filter(({ status }) => status === 'active').sort((a, b) => Date.parse(a.time.startDate ?? '') - Date.parse(b.time.startDate ?? ''));
  for (const by of active) for (const { state, entity } of by.rules ?? []) out.set(`${entity.type}:${entity.id}`, { on: state === 'enabled', by });
  return out;
}

/** Those that are not over and name a thing: they lose it when it is deleted. */
export const naming = (all: readonly Maintenance[], type: string, id: string): Maintenance[] => all.filter((each) => !isOver(each) && (each.rules ?? []).some(({ entity }) => entity.type === type && entity.id === id));

/** A name for one that has no description. */
export const nameOf = ({ description }: Maintenance): string => (description.trim() === '' ? 'Maintenance' : description);

export const lengths: readonly { value: string; label: string }[] = [
  { value: 'for-5-minutes', label: 'For 5 minutes from now' },
  { value: 'for-30-minutes', label: 'For 30 minutes from now' },
  { value: 'for-1-hour', label: 'For an hour from now' },
  { value: 'indefinitely', label: 'From now until somebody ends it' },
  { value: 'schedule', label: 'From … to …' },
];
