import type { CommitEntity, QueryKeyPrefix } from '../api';

/** The first parts of the status pages' query keys, in one place: commits mark queries stale by them. */
export const keys = {
  all: ['status'] as const,
  pages: ['status', 'pages'] as const,
  components: ['status', 'components'] as const,
  incidents: ['status', 'incidents'] as const,
  incident: (id: string) => ['status', 'incident', id] as const,
  templates: ['status', 'templates'] as const,
  preview: ['status', 'preview'] as const,
  subscribers: ['status', 'subscribers'] as const,
  metrics: ['status', 'metrics'] as const,
  series: ['status', 'series'] as const,
  design: ['status', 'design'] as const,
  manageKeys: ['status', 'keys'] as const,
  activity: ['status', 'activity'] as const,
  told: ['status', 'told'] as const,
};

/** Which queries an entity of a commit made stale; all of them when its type is unknown. What was done is in the activity. */
export function staleKeys(entity: CommitEntity): readonly QueryKeyPrefix[] {
  switch (entity.type) {
    case 'status.incident':
      return [keys.incidents, keys.incident(entity.id), keys.pages, keys.components, keys.told, keys.activity];
    case 'status.component':
      // An incident shows its components' names and states, and the preview what they will be.
      return [keys.components, keys.pages, keys.incidents, ['status', 'incident'], keys.preview, keys.activity];
    case 'status.page':
      return [keys.pages, keys.design, keys.components, keys.preview, keys.manageKeys, keys.activity];
    case 'status.subscriber':
      return [keys.subscribers, keys.preview, keys.activity];
    case 'status.metric':
      return [keys.metrics, keys.series, keys.activity];
    case 'status.template':
      return [keys.templates, keys.activity];
    case 'status.notice':
      return [keys.told];
    default:
      return [keys.all];
  }
}
