import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from '../api';
import { keys } from './stale';
import type { Archived, Draft, Label, Media, Ref, Space, SpaceHome, SpacePermission, Template, Trashed, Version, WikiComment, WikiHome, WikiPage, WikiTask } from './wire';

export const rest = '/api/wiki';
export const pagePath = (id: string): string => `${rest}/pages/${encodeURIComponent(id)}`;
export const spacePath = (key: string): string => `${rest}/spaces/${encodeURIComponent(key)}`;

export const spacesQuery = (status: 'current' | 'archived' = 'current') =>
  queryOptions({
    queryKey: [...keys.spaces, status],
    queryFn: ({ signal }) => api.get<{ spaces: Space[] | null }>(`${rest}/spaces`, { query: { status }, signal }),
    select: (data) => data.spaces ?? [],
  });

export const homeQuery = queryOptions({
  queryKey: [...keys.lists, 'home'],
  queryFn: ({ signal }) => api.get<WikiHome>(`${rest}/home`, { signal }),
});

/** Starred pages, for the rail. */
export const favouritesQuery = queryOptions({
  queryKey: [...keys.lists, 'home', 'favourites'],
  queryFn: ({ signal }) => api.get<{ results: Ref[] | null }>(`${rest}/favourites`, { signal }),
  select: (data) => data.results ?? [],
  staleTime: 60_000,
  retry: false,
});

export const spaceQuery = (key: string) =>
  queryOptions({
    queryKey: keys.space(key),
    queryFn: ({ signal }) => api.get<Space>(spacePath(key), { signal }),
  });

export const spaceHomeQuery = (key: string) =>
  queryOptions({
    queryKey: [...keys.space(key), 'home'],
    queryFn: ({ signal }) => api.get<SpaceHome>(`${spacePath(key)}/home`, { signal }),
  });

/** Everything a page shows, in one request. */
export const pageQuery = (id: string) =>
  queryOptions({
    queryKey: keys.page(id),
    queryFn: ({ signal }) => api.get<WikiPage>(pagePath(id), { signal }),
    retry: false,
  });

export const draftQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.drafts, id],
    queryFn: ({ signal }) => api.get<Draft>(`${rest}/drafts/${encodeURIComponent(id)}`, { signal }),
    retry: false,
    // What is being written must not change under the hand.
    staleTime: Infinity,
  });

export const commentsQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.page(id), 'comments'],
    queryFn: ({ signal }) => api.get<{ comments: WikiComment[] | null }>(`${pagePath(id)}/comments`, { signal }),
    select: (data) => data.comments ?? [],
  });

export const versionsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.page(id), 'versions'],
    queryFn: ({ pageParam, signal }) => api.get<{ versions: Version[] | null; next?: string }>(`${pagePath(id)}/versions`, { query: { limit: 50, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  });

/** A version never changes. */
export const versionQuery = (id: string, number: number) =>
  queryOptions({
    queryKey: ['wiki', 'version', id, number],
    queryFn: ({ signal }) => api.get<Version>(`${pagePath(id)}/versions/${number}`, { signal }),
    staleTime: Infinity,
  });

export const pageFilesQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.page(id), 'attachments'],
    queryFn: ({ pageParam, signal }) => api.get<{ media: Media[] | null; next?: string }>(`${pagePath(id)}/attachments`, { query: { limit: 100, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  });

export const spaceFilesQuery = (key: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.space(key), 'attachments'],
    queryFn: ({ pageParam, signal }) => api.get<{ media: Media[] | null; next?: string }>(`${spacePath(key)}/attachments`, { query: { limit: 100, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  });

export const blogQuery = (key: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.lists, 'blog', key],
    queryFn: ({ pageParam, signal }) => api.get<{ results: Ref[] | null; next?: string }>(`${spacePath(key)}/blogposts`, { query: { limit: 50, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  });

export const trashQuery = (key: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.lists, 'trash', key],
    queryFn: ({ pageParam, signal }) => api.get<{ results: Trashed[] | null; next?: string }>(`${spacePath(key)}/trash`, { query: { limit: 50, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  });

/** Pages of a space that were archived, those last changed first. */
export const archiveQuery = (spaceId: string) =>
  queryOptions({
    queryKey: [...keys.lists, 'archive', spaceId],
    queryFn: ({ signal }) => api.get<{ results: Archived[]; _links?: { next?: string } }>('/wiki/api/v2/pages', { query: { 'space-id': spaceId, status: 'archived', sort: '-modified-date', limit: 250 }, signal }),
    enabled: spaceId !== '',
  });

export const permissionsQuery = (key: string) =>
  queryOptions({
    queryKey: [...keys.space(key), 'permissions'],
    queryFn: ({ signal }) => api.get<{ permissions: SpacePermission[] | null }>(`${spacePath(key)}/permissions`, { signal }),
    select: (data) => data.permissions ?? [],
  });

export const templatesQuery = (key: string) =>
  queryOptions({
    queryKey: [...keys.templates, key],
    queryFn: ({ signal }) => api.get<{ templates: Template[] | null }>(`${spacePath(key)}/templates`, { signal }),
    select: (data) => data.templates ?? [],
  });

export const templateQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.templates, 'one', id],
    queryFn: ({ signal }) => api.get<Template>(`${rest}/templates/${encodeURIComponent(id)}`, { signal }),
  });

export const labelsQuery = (prefix: string) =>
  queryOptions({
    queryKey: [...keys.labels, prefix],
    queryFn: ({ signal }) => api.get<{ labels: Label[] | null }>(`${rest}/labels`, { query: { prefix }, signal }),
    select: (data) => data.labels ?? [],
  });

export interface TaskFilter {
  assignee: 'me' | '';
  status: 'incomplete' | 'complete' | '';
}

export const tasksQuery = ({ assignee, status }: TaskFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.tasks, assignee, status],
    queryFn: ({ pageParam, signal }) => api.get<{ tasks: WikiTask[] | null; next?: string }>(`${rest}/tasks`, { query: { assignee, status, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  });

export interface SearchFilter {
  q?: string | undefined;
  cql?: string | undefined;
  space?: string | undefined;
  type?: string | undefined;
  label?: string | undefined;
  contributor?: string | undefined;
}

export const searchQuery = (filter: SearchFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.lists, 'search', filter],
    queryFn: ({ pageParam, signal }) => api.get<{ results: Ref[] | null; total: number; totalIsMore?: boolean; next?: string }>(`${rest}/search`, { query: { ...filter, limit: 25, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
    retry: false,
  });

export interface WikiSuggestions {
  pages: Ref[] | null;
  spaces: Space[] | null;
  people: { accountId: string; displayName: string }[] | null;
}

export const suggestions = (q: string, options: { space?: string; signal?: AbortSignal | undefined } = {}) =>
  api.get<WikiSuggestions>(`${rest}/suggest`, { query: { q, space: options.space }, signal: options.signal });

/** Groups of the site, by the words of their names. */
export const groupsQuery = (q: string) =>
  queryOptions({
    queryKey: ['wiki', 'groups', q],
    queryFn: ({ signal }) => api.get<{ results: { name: string }[] | null }>(`${rest}/groups`, { query: { q, limit: 20 }, signal }),
    select: (data) => data.results ?? [],
    staleTime: 60_000,
  });

/** People to mention, restrict to or search for, as they are typed. */
export const searchPeople = async (q: string) => (await suggestions(q)).people ?? [];
