import type { CommitEntity, QueryKeyPrefix } from '../api';

/** The first parts of on-call's query keys, in one place: commits mark queries stale by them. */
export const keys = {
  all: ['oncall'] as const,
  alerts: ['oncall', 'alerts'] as const,
  anyAlert: ['oncall', 'alert'] as const,
  alert: (id: string) => ['oncall', 'alert', id] as const,
  deliveries: ['oncall', 'deliveries'] as const,
  people: ['oncall', 'people'] as const,
  who: ['oncall', 'who'] as const,
  schedules: ['oncall', 'schedules'] as const,
  schedule: (id: string) => ['oncall', 'schedules', id] as const,
  teams: ['oncall', 'teams'] as const,
  team: (id: string) => ['oncall', 'teams', id] as const,
  escalations: ['oncall', 'escalations'] as const,
  integrations: ['oncall', 'integrations'] as const,
  integration: (id: string) => ['oncall', 'integrations', id] as const,
  heartbeats: ['oncall', 'heartbeats'] as const,
  me: ['oncall', 'me'] as const,
  provider: ['oncall', 'provider'] as const,
  policies: ['oncall', 'policies'] as const,
  maintenances: ['oncall', 'maintenances'] as const,
  customActions: ['oncall', 'custom-actions'] as const,
  retention: ['oncall', 'retention'] as const,
};

/** Who is on call when follows from all of these. */
const watch: readonly QueryKeyPrefix[] = [keys.who, keys.schedules, keys.teams, keys.me];

const byType: Readonly<Record<string, readonly QueryKeyPrefix[]>> = {
  alert: [keys.alerts, keys.anyAlert],
  search: [keys.alerts],
  paging: [keys.anyAlert],
  delivery: [keys.anyAlert, keys.deliveries],
  message: [keys.anyAlert, keys.deliveries],
  alert_payload: [keys.anyAlert],
  integration: [keys.integrations],
  heartbeat: [keys.heartbeats],
  person: [keys.people, ...watch],
  schedule: watch,
  team: [...watch, keys.people, keys.policies],
  team_log: [],
  escalation: [keys.escalations, keys.teams],
  policy: [keys.policies],
  maintenance: [keys.maintenances],
  action: [keys.customActions],
};

/** Which of on-call's queries an entity of a commit made stale; all of them when its type is unknown. */
export function staleKeys({ type }: CommitEntity): readonly QueryKeyPrefix[] {
  return byType[type.replace(/^oncall\./, '')] ?? [keys.all];
}
