import type { IconName } from '../../kit';
import type { IntegrationAction } from '../wire';

export interface Kind {
  type: string;
  title: string;
  icon: IconName;
  words: string;
  /** What its sender sends, to try the mapping with. */
  sample: string;
}

const alertmanager = {
  version: '4',
  groupKey: '{}:{alertname="DiskFull"}',
  status: 'firing',
  receiver: 'holdfast',
  commonLabels: { alertname: 'DiskFull', severity: 'critical' },
  externalURL: 'http://alertmanager.example:9093',
  alerts: [
    {
      status: 'firing',
      labels: { alertname: 'DiskFull', severity: 'critical', instance: 'db-7:9100' },
      annotations: { summary: 'Disk is almost full on db-7', description: 'Less than 4% are left on /var/lib/postgresql.' },
      startsAt: '2026-03-02T09:00:00Z',
      endsAt: '0001-01-01T00:00:00Z',
      fingerprint: 'c0ffee0123456789',
    },
  ],
};

const grafana = {
  ...alertmanager,
  title: '[FIRING:1] Latency is high',
  state: 'alerting',
  message: 'p99 over 2 s',
  alerts: [{ ...alertmanager.alerts[0], labels: { alertname: 'Latency is high', severity: 'warning' }, annotations: { summary: 'p99 over 2 s in search' } }],
};

const json = (value: unknown) => JSON.stringify(value, null, 2);

/** What alerts can come from; the server names the types, this says what they are. */
export const catalogue: readonly Kind[] = [
  { type: 'Prometheus', title: 'Prometheus Alertmanager', icon: 'pulse', words: 'Fires and resolves alerts from Alertmanager’s own receiver.', sample: json(alertmanager) },
  { type: 'Grafana', title: 'Grafana', icon: 'chart', words: 'Contact point for Grafana’s alerting, by webhook.', sample: json(grafana) },
  { type: 'Webhook', title: 'Webhook', icon: 'send', words: 'Any JSON that something can POST, mapped to alerts by rules.', sample: json({ title: 'Disk is full', status: 'firing', severity: 'critical', host: 'db-7' }) },
  { type: 'Email', title: 'Mail', icon: 'mail', words: 'An address of its own: what is sent there becomes an alert.', sample: json({ from: 'monitor@vendor.example', subject: 'Link down in Frankfurt', text: 'The link has been down since 9:00.' }) },
  { type: 'API', title: 'API', icon: 'key', words: 'A key for the Opsgenie-compatible API, its clients and scripts.', sample: json({ message: 'Disk is full', alias: 'disk', priority: 'P1' }) },
];

export const kindOf = (type: string): Kind => catalogue.find((kind) => kind.type === type) ?? { type, title: type, icon: 'plug', words: '', sample: '{}' };

/** The configuration with the key in its place, when it is known. */
export const withKey = (text: string, key: string | null): string => (key === null ? text : text.replaceAll('API_KEY', key));

const verbs: Readonly<Record<string, string>> = { create: 'Create an alert', close: 'Close the alert', acknowledge: 'Acknowledge the alert', addNote: 'Add a note', ignore: 'Ignore it' };
export const actionTypes = Object.keys(verbs);
export const verbOf = (type: string): string => verbs[type] ?? type;

/** When an action is carried out, in words. */
export function filterText({ conditionMatchType, conditions = [], expression }: IntegrationAction['filter']): string {
  const join = conditionMatchType === 'match-any-condition' ? ' or ' : ' and ';
  const said = conditionMatchType === 'match-all' ? '' : conditions.map(({ field, key, not, operation, expectedValue }) => `${key ? `${field}.${key}` : field} ${not ? 'not ' : ''}${operation.replaceAll('-', ' ')}${expectedValue ? ` ${expectedValue}` : ''}`).join(join);
  const all = [said, expression ?? ''].filter((each) => each !== '');
  return all.length === 0 ? 'whatever is received' : all.join(' and ');
}

/** Actions in a new order, numbered by it. */
export const numbered = (actions: readonly IntegrationAction[]): IntegrationAction[] => actions.map((action, order) => ({ ...action, order }));

export function swapped(actions: readonly IntegrationAction[], at: number, by: 1 | -1): IntegrationAction[] {
  const [a, b] = [actions[at], actions[at + by]];
  if (!a || !b) return [...actions];
  return numbered(actions.map((each, i) => (i === at ? b : i === at + by ? a : each)));
}

/** By type, as the API takes them; every type is named, so that a type whose last action is gone is emptied. */
export function categorized(actions: readonly IntegrationAction[]): Record<string, IntegrationAction[]> {
  return Object.fromEntries(actionTypes.map((type) => [type, numbered(actions).filter((action) => action.type === type)]));
}

export function freshAction(type: string): IntegrationAction {
  const base: IntegrationAction = { type, name: verbOf(type), order: 0, filter: { conditionMatchType: 'match-all' } };
  if (type === 'ignore') return base;
  if (type === 'create') return { ...base, message: '{{ _event.message }}', alias: '{{ _event.alias }}', description: '{{ _event.description }}', customPriority: '{{ _event.priority }}' };
  return { ...base, alias: '{{ _event.alias }}', ...(type === 'addNote' ? { note: '{{ _event.message }}' } : {}) };
}
