import type { Escalation, Schedule, Target, Team, User } from '../wire';

export type TargetKind = 'user' | 'team' | 'schedule' | 'escalation' | 'none';

/** One word for a target, as a choice in a list has it: "team:9f3". */
export const targetValue = (target: Target): string => (target.type === 'none' ? 'none' : `${target.type}:${target.id ?? target.username ?? target.name ?? ''}`);

export function targetOf(value: string): Target {
  const at = value.indexOf(':');
  return at < 0 ? { type: value } : { type: value.slice(0, at), id: value.slice(at + 1) };
}

export const kindWords: Readonly<Record<string, string>> = { user: 'Person', team: 'Team', schedule: 'Schedule', escalation: 'Escalation', none: '' };

export interface Sources {
  people: readonly User[];
  teams: readonly Team[];
  schedules: readonly Schedule[];
  escalations: readonly Escalation[];
}

export interface TargetOption {
  value: string;
  label: string;
  note: string;
  kind: TargetKind;
  /** For a face. */
  id: string;
}

/** Everything that an alert can go to, of the kinds that are asked for, people first. */
export function targetOptions(sources: Sources, kinds: readonly TargetKind[]): TargetOption[] {
  const named = (kind: TargetKind, items: readonly { id: string; name: string }[]): TargetOption[] =>
    items.map(({ id, name }) => ({ value: `${kind}:${id}`, label: name, note: kindWords[kind] ?? '', kind, id }));
  const lists: Record<TargetKind, () => TargetOption[]> = {
    user: () => sources.people.filter(({ blocked }) => !blocked).map(({ id, fullName, username }) => ({ value: `user:${id}`, label: fullName || username, note: username, kind: 'user', id })),
    team: () => named('team', sources.teams),
    schedule: () => named('schedule', sources.schedules),
    escalation: () => named('escalation', sources.escalations),
    none: () => [{ value: 'none', label: 'Nobody', note: 'The alert is kept, no one is told', kind: 'none', id: 'none' }],
  };
  return kinds.flatMap((kind) => lists[kind]());
}
