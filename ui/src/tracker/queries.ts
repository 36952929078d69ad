import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import {
  api,
  type AutocompleteData,
  type Field,
  type IssueType,
  type Page,
  type Priority,
  type Project,
  type SavedFilter,
  type SearchResult,
  type Status,
  type User,
} from '../api';
import { keys } from './stale';

const catalogue = 10 * 60_000;
const rest = '/rest/api/3';

/** Issues that match, page by page. `fields` are what the columns show. */
export const searchQuery = (jql: string, fields: readonly string[], pageSize = 100) =>
  infiniteQueryOptions({
    queryKey: [...keys.issues, 'search', jql, fields, pageSize],
    queryFn: ({ pageParam, signal }) =>
      api.post<SearchResult>(
        `${rest}/search/jql`,
        { jql, fields, maxResults: pageSize, ...(pageParam ? { nextPageToken: pageParam } : {}) },
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: (last) => (last.isLast ? undefined : last.nextPageToken),
    retry: false,
  });

export const countQuery = (jql: string) =>
  queryOptions({
    queryKey: [...keys.issues, 'count', jql],
    queryFn: ({ signal }) => api.post<{ count: number }>(`${rest}/search/approximate-count`, { jql }, { signal }),
    select: (data) => data.count,
  });

export const autocompleteQuery = queryOptions({
  queryKey: [...keys.jql, 'autocompletedata'],
  queryFn: ({ signal }) => api.get<AutocompleteData>(`${rest}/jql/autocompletedata`, { signal }),
  staleTime: catalogue,
});

export const valueSuggestionsQuery = (fieldName: string, fieldValue: string) =>
  queryOptions({
    queryKey: [...keys.jql, 'suggestions', fieldName, fieldValue],
    queryFn: ({ signal }) =>
      api.get<{ results: { value: string; displayName: string }[] }>(`${rest}/jql/autocompletedata/suggestions`, {
        query: { fieldName, fieldValue },
        signal,
      }),
    select: (data) => data.results.map((result) => ({ ...result, displayName: plainText(result.displayName) })),
  });

/** The API answers display names as HTML, with what was typed in bold. */
function plainText(html: string): string {
  return new DOMParser().parseFromString(html, 'text/html').body.textContent;
}

export const fieldsQuery = queryOptions({
  queryKey: ['fields'],
  queryFn: ({ signal }) => api.get<Field[]>(`${rest}/field`, { signal }),
  staleTime: catalogue,
});

export const statusesQuery = queryOptions({
  queryKey: ['statuses'],
  queryFn: ({ signal }) => api.get<Status[]>(`${rest}/status`, { signal }),
  staleTime: catalogue,
});

export const prioritiesQuery = queryOptions({
  queryKey: ['priorities'],
  queryFn: ({ signal }) => api.get<Priority[]>(`${rest}/priority`, { signal }),
  staleTime: catalogue,
});

export const issueTypesQuery = queryOptions({
  queryKey: ['issuetypes'],
  queryFn: ({ signal }) => api.get<IssueType[]>(`${rest}/issuetype`, { signal }),
  staleTime: catalogue,
});

export const labelsQuery = queryOptions({
  queryKey: ['labels'],
  queryFn: ({ signal }) => api.get<Page<string>>(`${rest}/label`, { query: { maxResults: 1000 }, signal }),
  select: (page) => page.values,
});

export const projectsQuery = (query = '') =>
  queryOptions({
    queryKey: [...keys.projects, query],
    queryFn: ({ signal }) =>
      api.get<Page<Project>>(`${rest}/project/search`, {
        query: { query, maxResults: 100, expand: 'lead,description,insight', orderBy: 'name' },
        signal,
      }),
  });

export const projectQuery = (key: string) =>
  queryOptions({
    queryKey: keys.project(key),
    queryFn: ({ signal }) => api.get<Project>(`${rest}/project/${encodeURIComponent(key)}`, { query: { expand: 'lead,issueTypes,description' }, signal }),
  });

export const usersQuery = (query: string) =>
  queryOptions({
    queryKey: ['users', query],
    queryFn: ({ signal }) => api.get<User[]>(`${rest}/user/search`, { query: { query, maxResults: 30 }, signal }),
    staleTime: 60_000,
  });

export const assignableQuery = (project: string, query: string) =>
  queryOptions({
    queryKey: ['assignable', project, query],
    queryFn: ({ signal }) => api.get<User[]>(`${rest}/user/assignable/search`, { query: { project, query, maxResults: 30 }, signal }),
    staleTime: 60_000,
  });

export const favouriteFiltersQuery = queryOptions({
  queryKey: [...keys.filters, 'favourite'],
  queryFn: ({ signal }) => api.get<SavedFilter[]>(`${rest}/filter/favourite`, { query: { expand: 'jql' }, signal }),
});

export const allFiltersQuery = queryOptions({
  queryKey: [...keys.filters, 'search'],
  queryFn: ({ signal }) =>
    api.get<Page<SavedFilter>>(`${rest}/filter/search`, { query: { expand: 'jql,favourite,owner', maxResults: 100 }, signal }),
});
