import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, type Issue, type Page, type SearchResult, type Suggestions, type User } from '../../api';
import type { CommentPage, FullIssue, HistoryEntry, LinkType, RemoteLink, WorklogPage } from './wire';
import { keys } from '../stale';

export const issuePath = (key: string): string => `/rest/api/3/issue/${encodeURIComponent(key)}`;

/** Everything about an issue but what has a list of its own. */
export const issueQuery = (key: string) =>
  queryOptions({
    queryKey: [...keys.issue(key), 'view'],
    queryFn: ({ signal }) => api.get<FullIssue>(issuePath(key), { query: { fields: '*all,-comment,-worklog', expand: 'names,editmeta,transitions' }, signal }),
  });

const pageSize = 40;

/** Comments from the newest back; the page shows them in order. */
export const commentsQuery = (key: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.issue(key), 'comments'],
    queryFn: ({ pageParam, signal }) => api.get<CommentPage>(`${issuePath(key)}/comment`, { query: { startAt: pageParam, maxResults: pageSize, orderBy: '-created' }, signal }),
    initialPageParam: 0,
    getNextPageParam: (last) => (last.startAt + last.comments.length < last.total && last.comments.length > 0 ? last.startAt + last.comments.length : undefined),
  });

/** Changes, a page at a time from the newest back, though the server counts from the oldest. */
export const historyQuery = (key: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.issue(key), 'history'],
    queryFn: async ({ pageParam, signal }) => {
      const read = (startAt: number, maxResults: number) => api.get<Page<HistoryEntry>>(`${issuePath(key)}/changelog`, { query: { startAt, maxResults }, signal });
      const end = pageParam ?? (await read(0, 1)).total;
      const start = Math.max(0, end - 100);
      const page = await read(start, Math.max(1, end - start));
      return { entries: [...page.values].reverse(), start, total: page.total };
    },
    initialPageParam: null as number | null,
    getNextPageParam: (last) => (last.start > 0 ? last.start : undefined),
  });

export const worklogQuery = (key: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.issue(key), 'worklog'],
    queryFn: ({ pageParam, signal }) => api.get<WorklogPage>(`${issuePath(key)}/worklog`, { query: { startAt: pageParam, maxResults: 100 }, signal }),
    initialPageParam: 0,
    getNextPageParam: (last) => (last.startAt + last.worklogs.length < last.total && last.worklogs.length > 0 ? last.startAt + last.worklogs.length : undefined),
  });

/** Links to pages elsewhere, and to other products of this site. */
export const remoteLinksQuery = (key: string) =>
  queryOptions({
    queryKey: [...keys.issue(key), 'remotelinks'],
    queryFn: ({ signal }) => api.get<RemoteLink[]>(`${issuePath(key)}/remotelink`, { signal }),
  });

export const watchersQuery = (key: string) =>
  queryOptions({
    queryKey: [...keys.issue(key), 'watchers'],
    queryFn: ({ signal }) => api.get<{ watchers: User[]; isWatching: boolean; watchCount: number }>(`${issuePath(key)}/watchers`, { signal }),
  });

/** Issues below this one, whatever their type. */
export const childrenQuery = (key: string) =>
  queryOptions({
    queryKey: [...keys.issues, 'children', key],
    queryFn: ({ signal }) =>
      api.post<SearchResult>('/rest/api/3/search/jql', { jql: `parent = "${key}" ORDER BY rank`, fields: ['summary', 'status', 'issuetype', 'priority', 'assignee'], maxResults: 100 }, { signal }),
    select: (found): Issue[] => found.issues,
  });

export const linkTypesQuery = queryOptions({
  queryKey: ['linktypes'],
  queryFn: ({ signal }) => api.get<{ issueLinkTypes: LinkType[] }>('/rest/api/3/issueLinkType', { signal }),
  select: (found) => found.issueLinkTypes,
  staleTime: 10 * 60_000,
});

export const suggestQuery = (query: string) =>
  queryOptions({
    queryKey: ['suggest', query],
    queryFn: ({ signal }) => api.get<Suggestions>('/api/suggest', { query: { q: query, limit: 12 }, signal }),
    staleTime: 10_000,
  });
