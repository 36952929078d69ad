import { queryOptions } from '@tanstack/react-query';
import { api, type FieldMeta, type IssueType } from '../../api';

const base = '/rest/api/3/issue/createmeta';

export const createTypesQuery = (project: string) =>
  queryOptions({
    queryKey: ['createmeta', project],
    queryFn: ({ signal }) =>
      api.get<{ issueTypes?: IssueType[]; values?: IssueType[] }>(`${base}/${encodeURIComponent(project)}/issuetypes`, { query: { maxResults: 200 }, signal }),
    select: (data) => data.issueTypes ?? data.values ?? [],
    enabled: project !== '',
    staleTime: 60_000,
  });

export const createFieldsQuery = (project: string, type: string) =>
  queryOptions({
    queryKey: ['createmeta', project, type],
    queryFn: ({ signal }) =>
      api.get<{ fields?: FieldMeta[]; results?: FieldMeta[]; values?: FieldMeta[] }>(`${base}/${encodeURIComponent(project)}/issuetypes/${type}`, {
        query: { maxResults: 200 },
        signal,
      }),
    select: (data) => data.fields ?? data.results ?? data.values ?? [],
    enabled: project !== '' && type !== '',
    staleTime: 60_000,
  });
