import type { IconName } from '../../kit';
import type { To } from '../../shell';

interface Thing {
  one: string;
  many: string;
  icon: IconName;
  /** Where one that exists now can be seen. */
  link?: (item: { id: string; key: string }) => To | undefined;
}

const thing = (one: string, icon: IconName, link?: Thing['link'], many = `${one}s`): Thing => ({ one, many, icon, ...(link ? { link } : {}) });

/** The words for the types of things that commits and previews name. */
const things: Readonly<Record<string, Thing>> = {
  issue: thing('issue', 'issues', ({ key }) => (key ? { to: '/browse/$key', params: { key } } : undefined)),
  comment: thing('comment', 'comment'),
  project: thing('project', 'projects', ({ key }) => (key ? { to: '/projects/$key', params: { key } } : undefined)),
  worklog: thing('work log', 'clock'),
  attachment: thing('attachment', 'attach'),
  issuelink: thing('issue link', 'link'),
  remotelink: thing('web link', 'external'),
  version: thing('version', 'tag'),
  component: thing('component', 'layers'),
  filter: thing('filter', 'filter'),
  account: thing('account', 'user'),
  member: thing('member', 'members'),
  status: thing('status', 'flag', undefined, 'statuses'),
  priority: thing('priority', 'flag', undefined, 'priorities'),
  'wiki.page': thing('page', 'page', ({ id }) => ({ to: '/wiki/pages/$id', params: { id } })),
  'wiki.space': thing('space', 'book'),
  'wiki.draft': thing('draft', 'edit'),
  'wiki.comment': thing('comment of a page', 'comment', undefined, 'comments of pages'),
  'wiki.attachment': thing('file of a page', 'attach', undefined, 'files of pages'),
  'wiki.label': thing('label', 'tag'),
  'wiki.task': thing('task', 'check'),
  'wiki.template': thing('template', 'copy'),
  'oncall.alert': thing('alert', 'bell', ({ id }) => ({ to: '/oncall/alerts/$id', params: { id } })),
  'oncall.schedule': thing('schedule', 'calendar', ({ id }) => ({ to: '/oncall/schedules/$id', params: { id } })),
  'oncall.escalation': thing('escalation', 'route'),
  'oncall.team': thing('on-call team', 'members', ({ id }) => ({ to: '/oncall/teams/$id', params: { id } })),
  'oncall.person': thing('on-call profile', 'user'),
  'oncall.integration': thing('integration', 'plug', ({ id }) => ({ to: '/oncall/integrations/$id', params: { id } })),
  'oncall.heartbeat': thing('heartbeat', 'heart'),
  'oncall.search': thing('saved search', 'search', undefined, 'saved searches'),
  'status.page': thing('status page', 'pulse'),
  'status.key': thing('key of the status page', 'key', undefined, 'keys of the status page'),
  'status.component': thing('component of the status page', 'layers', undefined, 'components of the status page'),
  'status.incident': thing('status incident', 'megaphone', ({ id }) => ({ to: '/statuspages/incidents/$id', params: { id } })),
  'status.template': thing('incident template', 'copy'),
  'status.subscriber': thing('subscriber', 'mail'),
  'status.metric': thing('metric', 'chart'),
};

const words = (type: string): string => type.slice(type.indexOf('.') + 1).replaceAll('_', ' ');

/** "1 issue", "3 pages"; an unknown type is shown as it is called. */
export function counted(count: number, type: string): string {
  const known = things[type];
  return `${count.toLocaleString()} ${count === 1 ? (known?.one ?? words(type)) : (known?.many ?? `${words(type)} records`)}`;
}

export const iconOf = (type: string): IconName => things[type]?.icon ?? 'file';

export const linkOf = (item: { type: string; id: string; key: string }): To | undefined => things[item.type]?.link?.(item);

export const productNames = { tracker: 'Tracker', wiki: 'Wiki', oncall: 'On-call', status: 'Status page' } as const;
export type ProductName = keyof typeof productNames;

/** The product that a type belongs to: what stands before the point, without one the tracker. */
export function productOf(type: string): ProductName | undefined {
  const point = type.indexOf('.');
  const name = point < 0 ? 'tracker' : type.slice(0, point);
  return name in productNames ? (name as ProductName) : undefined;
}
