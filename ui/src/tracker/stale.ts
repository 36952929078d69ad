import type { CommitEntity, QueryKeyPrefix } from '../api';

/**
 * The first parts of the tracker's query keys, in one place: events mark queries stale
 * by them. A key continues with whatever narrows it, e.g. keys.issue('DEMO-1').
 */
export const keys = {
  issues: ['issues'] as const,
  issue: (idOrKey: string) => ['issue', idOrKey] as const,
  board: (projectKey: string) => ['board', projectKey] as const,
  projects: ['projects'] as const,
  project: (key: string) => ['project', key] as const,
  filters: ['filters'] as const,
  jql: ['jql'] as const,
};

const partsOfAnIssue = new Set(['issue', 'comment', 'worklog', 'attachment', 'issuelink', 'remotelink', 'watcher', 'vote']);
const partsOfAProject = new Set(['project', 'component', 'version']);

/** Which of the tracker's queries an entity of a commit made stale; all of them when its type is unknown. */
export function staleKeys({ type, id, key, project }: CommitEntity): QueryKeyPrefix[] {
  if (type === 'issue') {
    return [...(key ? [keys.issue(key)] : []), keys.issue(id), keys.issues, project ? keys.board(project) : ['board']];
  }
  if (partsOfAnIssue.has(type)) return [key ? keys.issue(key) : ['issue']];
  if (partsOfAProject.has(type)) return [keys.projects, ...(project && type !== 'project' ? [keys.project(project)] : [['project']])];
  if (type === 'filter') return [keys.filters];
  return [['issue'], keys.issues, ['board'], keys.projects, ['project'], keys.filters];
}
