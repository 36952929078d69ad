import type { CommitEntity, QueryKeyPrefix } from '../api';

/** The first parts of the wiki's query keys, in one place: commits mark queries stale by them. */
export const keys = {
  all: ['wiki'] as const,
  spaces: ['wiki', 'spaces'] as const,
  space: (key: string) => ['wiki', 'space', key] as const,
  tree: (key: string) => ['wiki', 'tree', key] as const,
  trees: ['wiki', 'tree'] as const,
  pages: ['wiki', 'page'] as const,
  page: (id: string) => ['wiki', 'page', id] as const,
  drafts: ['wiki', 'drafts'] as const,
  lists: ['wiki', 'list'] as const,
  templates: ['wiki', 'templates'] as const,
  tasks: ['wiki', 'tasks'] as const,
  labels: ['wiki', 'labels'] as const,
};

const said = (entity: CommitEntity, name: string): string | undefined => {
  const value = entity[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** Things that stand on one page and nowhere else. */
const partsOfAPage = new Set(['comment', 'attachment', 'label', 'like', 'restriction', 'watch', 'property', 'task']);

/** Which of the wiki's queries an entity of a commit made stale; all of them when its type is unknown. */
export function staleKeys(entity: CommitEntity): QueryKeyPrefix[] {
  const type = entity.type.replace(/^wiki\./, '');
  const page = said(entity, 'page') ?? said(entity, 'owner');
  if (type === 'page' || type === 'blogpost' || type === 'content') return [keys.page(entity.id), keys.trees, keys.lists, ['wiki', 'space']];
  // Only lists show drafts: what somebody writes is in the hand of their own browser.
  if (type === 'draft') return [[...keys.drafts, 'all'], [...keys.lists, 'home']];
  if (type === 'space' || type === 'permission') return [keys.spaces, ['wiki', 'space'], keys.pages, keys.trees];
  if (type === 'template') return [keys.templates];
  if (partsOfAPage.has(type)) {
    const own = page ? keys.page(page) : keys.pages;
    if (type === 'task') return [own, keys.tasks];
    if (type === 'label') return [own, keys.labels, keys.lists];
    if (type === 'restriction') return [keys.pages, keys.trees];
    return [own];
  }
  return [keys.all];
}
