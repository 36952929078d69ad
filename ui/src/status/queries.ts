import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, boot } from '../api';
import { keys } from './stale';
import type { Activity, Components, Design, Incident, ManageKey, Metric, Postmortem, Preview, Series, StatusPage, SubscriberList, SubscriberState, SubscriberType, Template, Told } from './wire';

/** The interface's own operations on a page, and those of the manage API. */
export const own = (page: string): string => `/api/status/pages/${encodeURIComponent(page)}`;
export const manage = (page: string): string => `/v1/pages/${encodeURIComponent(page)}`;

export const pagesQuery = queryOptions({
  queryKey: keys.pages,
  queryFn: ({ signal }) => api.get<{ pages: StatusPage[] }>('/api/status/pages', { signal }),
  select: (data) => data.pages,
});

export const componentsQuery = (page: string) =>
  queryOptions({
    queryKey: [...keys.components, page],
    queryFn: ({ signal }) => api.get<Components>(`${own(page)}/components`, { signal }),
  });

export const openQuery = (page: string, kind: 'unresolved' | 'scheduled') =>
  queryOptions({
    queryKey: [...keys.incidents, page, kind],
    queryFn: ({ signal }) => api.get<Incident[]>(`${manage(page)}/incidents/${kind}`, { signal }),
  });

const perPage = 50;

/** All incidents, newest first; `q` looks into names and messages. */
export const allIncidentsQuery = (page: string, q: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.incidents, page, 'all', q],
    queryFn: ({ pageParam, signal }) => api.get<Incident[]>(`${manage(page)}/incidents`, { query: { q, limit: perPage, page: pageParam }, signal }),
    initialPageParam: 1,
    getNextPageParam: (last, _pages, at) => (last.length === perPage ? at + 1 : undefined),
    placeholderData: keepPreviousData,
  });

export const incidentQuery = (page: string, id: string) =>
  queryOptions({
    queryKey: [...keys.incident(id), page],
    queryFn: ({ signal }) => api.get<Incident>(`${manage(page)}/incidents/${encodeURIComponent(id)}`, { signal }),
    retry: false,
  });

export const postmortemQuery = (page: string, id: string) =>
  queryOptions({
    queryKey: [...keys.incident(id), page, 'postmortem'],
    queryFn: async ({ signal }) => {
      try {
        return await api.get<Postmortem>(`${manage(page)}/incidents/${encodeURIComponent(id)}/postmortem`, { signal });
      } catch (error) {
        if (typeof error === 'object' && error !== null && 'status' in error && error.status === 404) return null;
        throw error;
      }
    },
    retry: false,
  });

export const toldQuery = (page: string, incident: string) =>
  queryOptions({
    queryKey: [...keys.told, page, incident],
    queryFn: ({ signal }) => api.get<{ notices: Told[] }>(`${own(page)}/notices`, { query: { incident, limit: 200 }, signal }),
    select: (data) => data.notices,
  });

export const templatesQuery = (page: string) =>
  queryOptions({
    queryKey: [...keys.templates, page],
    queryFn: ({ signal }) => api.get<Template[]>(`${manage(page)}/incident_templates`, { query: { per_page: 100 }, signal }),
  });

export const previewQuery = (page: string, body: Readonly<Record<string, unknown>>) =>
  queryOptions({
    queryKey: [...keys.preview, page, JSON.stringify(body)],
    queryFn: ({ signal }) => api.post<Preview>(`${own(page)}/preview`, body, { signal }),
    placeholderData: keepPreviousData,
    retry: false,
  });

/** A file of the public page as text: its path is complete, with the site's base path. */
export const publicTextQuery = (path: string, version = '') =>
  queryOptions({
    queryKey: [...keys.design, 'text', path, version],
    queryFn: ({ signal }) => api.text(path.slice(boot.basePath.length), { signal }),
    placeholderData: keepPreviousData,
  });

export interface SubscriberFilter {
  state: SubscriberState;
  type: SubscriberType | '';
  q: string;
}

export const subscribersQuery = (page: string, filter: SubscriberFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.subscribers, page, filter.state, filter.type, filter.q],
    queryFn: ({ pageParam, signal }) => api.get<SubscriberList>(`${own(page)}/subscribers`, { query: { ...filter, after: pageParam, limit: 200 }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => (last.next === '' ? undefined : last.next),
    placeholderData: keepPreviousData,
  });

export const metricsQuery = (page: string) =>
  queryOptions({
    queryKey: [...keys.metrics, page],
    queryFn: ({ signal }) => api.get<Metric[]>(`${manage(page)}/metrics`, { query: { per_page: 100 }, signal }),
  });

export type Period = 'day' | 'week' | 'month';

export const seriesQuery = (page: string, metric: string, period: Period) =>
  queryOptions({
    queryKey: [...keys.series, page, metric, period],
    queryFn: ({ signal }) => api.get<Series>(`${own(page)}/metrics/${encodeURIComponent(metric)}/series`, { query: { period }, signal }),
    placeholderData: keepPreviousData,
  });

export const designQuery = (page: string) =>
  queryOptions({
    queryKey: [...keys.design, page],
    queryFn: ({ signal }) => api.get<Design>(`${own(page)}/design`, { signal }),
  });

export const keysQuery = queryOptions({
  queryKey: keys.manageKeys,
  queryFn: ({ signal }) => api.get<{ keys: ManageKey[] }>('/api/status/keys', { signal }),
  select: (data) => data.keys,
});

export const activityQuery = (page: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.activity, page],
    queryFn: ({ pageParam, signal }) => api.get<{ activity: Activity[]; next: string }>(`${own(page)}/activity`, { query: { after: pageParam, limit: 50 }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => (last.next === '' ? undefined : last.next),
  });
