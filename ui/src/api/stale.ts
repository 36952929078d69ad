/** One entity that a commit touched. */
export interface CommitEntity {
  type: string;
  id: string;
  key?: string;
  /** Project key. */
  project?: string;
  op: 'create' | 'update' | 'delete';
}

export interface CommitEvent {
  seq: number;
  /** RFC 3339. */
  at: string;
  /** Account id. */
  actor: string;
  entities: CommitEntity[];
}

/**
 * The first parts of every query key, in one place: events mark queries stale
 * by them. A key continues with whatever narrows it, e.g. keys.issue('DEMO-1').
 */
export const keys = {
  session: ['session'] as const,
  issues: ['issues'] as const,
  issue: (idOrKey: string) => ['issue', idOrKey] as const,
  board: (projectKey: string) => ['board', projectKey] as const,
  projects: ['projects'] as const,
  project: (key: string) => ['project', key] as const,
  filters: ['filters'] as const,
  members: ['members'] as const,
  tokens: ['tokens'] as const,
  timeMachine: ['timemachine'] as const,
  jql: ['jql'] as const,
};

const partsOfAnIssue = new Set(['issue', 'comment', 'worklog', 'attachment', 'issuelink', 'remotelink', 'watcher', 'vote']);
const partsOfAProject = new Set(['project', 'component', 'version']);

/**
 * Which query keys these commits made stale, each once. An unknown type makes
 * everything but the session stale: wrong data on the screen is worse than a
 * request too many.
 */
export function staleKeys(commits: readonly CommitEvent[]): (readonly string[])[] {
  const found = new Map<string, readonly string[]>();
  const add = (key: readonly string[]) => found.set(key.join('\n'), key);
  if (commits.length > 0) add(keys.timeMachine);
  for (const entity of commits.flatMap((commit) => commit.entities)) {
    if (partsOfAnIssue.has(entity.type)) {
      if (entity.key) add(keys.issue(entity.key));
      if (entity.type === 'issue') {
        add(keys.issue(entity.id));
        add(keys.issues);
        add(entity.project ? keys.board(entity.project) : ['board']);
      } else if (!entity.key) add(['issue']);
    } else if (partsOfAProject.has(entity.type)) {
      add(keys.projects);
      add(entity.project ? keys.project(entity.project) : ['project']);
      if (entity.type === 'project') add(['project']);
    } else if (entity.type === 'filter') add(keys.filters);
    else if (entity.type === 'account' || entity.type === 'member') add(keys.members);
    else if (entity.type === 'token') add(keys.tokens);
    else for (const key of [['issue'], keys.issues, ['board'], keys.projects, ['project'], keys.filters]) add(key);
  }
  return [...found.values()];
}
