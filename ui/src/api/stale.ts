/** One entity that a commit touched. */
export interface CommitEntity {
  /** `wiki.page` belongs to the product before the point; a type without one to the tracker or the platform. */
  type: string;
  id: string;
  key?: string;
  /** Project key, of the tracker's entities. */
  project?: string;
  op: 'create' | 'update' | 'delete';
  /** Whatever else a product tells of its entities. */
  [more: string]: unknown;
}

export interface CommitEvent {
  /** RFC 3339. */
  at: string;
  /** Account id. */
  actor: string;
  entities: CommitEntity[];
}

/** The first parts of a query key; every query whose key begins so is meant. */
export type QueryKeyPrefix = readonly string[];

/**
 * Names the queries of a product that an entity made stale. It gets the entity with its type
 * as the server wrote it. What it does not know it should answer with all of its queries:
 * wrong data on the screen is worse than a request too many.
 */
export type StaleKeys = (entity: CommitEntity) => readonly QueryKeyPrefix[];

/** Query keys of the platform. Products keep theirs beside their queries, beginning with their own words. */
export const keys = {
  session: ['session'] as const,
  suggest: ['suggest'] as const,
  members: ['members'] as const,
  tokens: ['tokens'] as const,
  timeMachine: ['timemachine'] as const,
  products: ['products'] as const,
};

/** The product that answers for types without a point. */
const unprefixed = 'tracker';

const platform: Readonly<Record<string, QueryKeyPrefix>> = { account: keys.members, member: keys.members, token: keys.tokens };

/**
 * Which query keys these commits made stale, each once. `products` are the
 * products' own functions by name. The type `unknown` is how the server says
 * that it could not tell what a commit touched; then everything is stale.
 */
export function staleKeys(commits: readonly CommitEvent[], products: Readonly<Record<string, StaleKeys>>): QueryKeyPrefix[] {
  const found = new Map<string, QueryKeyPrefix>();
  const add = (key: QueryKeyPrefix) => found.set(key.join('\n'), key);
  if (commits.length > 0) add(keys.timeMachine);
  for (const entity of commits.flatMap((commit) => commit.entities)) {
    if (entity.type === 'unknown') return [[]];
    const own = platform[entity.type];
    const point = entity.type.indexOf('.');
    const product = point < 0 ? unprefixed : entity.type.slice(0, point);
    if (own) add(own);
    else for (const key of products[product]?.(entity) ?? []) add(key);
  }
  return [...found.values()];
}
