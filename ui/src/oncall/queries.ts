import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from '../api';
import type { CustomAction } from './custom/model';
import type { Maintenance } from './maintenance/model';
import type { PolicyPage } from './policies/model';
import type { Provider } from './provider/model';
import { keys } from './stale';
import type { AlertPage, AlertView, Delivery, Escalation, Heartbeat, IntegrationRow, IntegrationView, Me, Schedule, ScheduleView, Shift, Team, TeamView, User, WatchCard } from './wire';

/** What the pages ask for; the published API, which monitoring uses, lies at /v2. */
export const rest = '/api/oncall';

interface Envelope<T> {
  data: T;
}

const data = <T>(path: string, options: { signal?: AbortSignal; query?: Record<string, string | number | undefined> } = {}) =>
  api.get<Envelope<T>>(path, options).then((answer) => answer.data);

export const segment = encodeURIComponent;

/** How text messages and calls leave; administrators alone may see it. */
export const providerQuery = queryOptions({ queryKey: keys.provider, queryFn: ({ signal }) => data<Provider>(`${rest}/provider`, { signal }), retry: false });

export const pageSize = 100;

export const alertsQuery = (query: string, searchId?: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.alerts, query, searchId ?? ''],
    queryFn: ({ pageParam, signal }) => api.get<AlertPage>(`${rest}/alerts`, { query: { query, searchIdentifier: searchId, offset: pageParam, limit: pageSize }, signal }),
    initialPageParam: 0,
    getNextPageParam: (last) => (last.alerts.length === last.limit && last.offset + last.limit < last.total ? last.offset + last.limit : undefined),
  });

export const alertQuery = (id: string) =>
  queryOptions({
    queryKey: keys.alert(id),
    queryFn: ({ signal }) => api.get<AlertView>(`${rest}/alerts/${segment(id)}`, { signal }),
  });

export const alertDeliveriesQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.alert(id), 'deliveries'],
    queryFn: ({ signal }) => data<Delivery[]>(`${rest}/alerts/${segment(id)}/deliveries`, { signal }),
  });

export const deliveriesQuery = infiniteQueryOptions({
  queryKey: keys.deliveries,
  queryFn: ({ pageParam, signal }) => api.get<{ data: Delivery[]; next: string }>(`${rest}/deliveries`, { query: { before: pageParam, limit: 100 }, signal }),
  initialPageParam: '',
  getNextPageParam: (last) => last.next || undefined,
});

/** Everybody, in pages of a hundred: their names stand all over the product. */
export const peopleQuery = queryOptions({
  queryKey: keys.people,
  queryFn: async ({ signal }) => {
    const all: User[] = [];
    for (let offset = 0; ; offset += 100) {
      const page = await data<User[]>(`${rest}/users`, { query: { limit: 100, offset }, signal });
      all.push(...page);
      if (page.length < 100) return all;
    }
  },
  staleTime: 5 * 60_000,
});

export const whoQuery = queryOptions({
  queryKey: keys.who,
  queryFn: ({ signal }) => data<WatchCard[]>(`${rest}/who`, { signal }),
  // A shift can end without anybody changing anything.
  refetchInterval: 60_000,
});

export const schedulesQuery = queryOptions({
  queryKey: [...keys.schedules, 'all'],
  queryFn: ({ signal }) => data<Schedule[]>(`${rest}/schedules`, { query: { expand: 'rotation' }, signal }),
});

export const scheduleQuery = (id: string, from: number, to: number) =>
  queryOptions({
    queryKey: [...keys.schedule(id), from, to],
    queryFn: ({ signal }) => data<ScheduleView>(`${rest}/schedules/${segment(id)}/view`, { query: { from: new Date(from).toISOString(), to: new Date(to).toISOString() }, signal }),
  });

export const teamsQuery = queryOptions({
  queryKey: [...keys.teams, 'all'],
  queryFn: ({ signal }) => data<Team[]>(`${rest}/teams`, { query: { expand: 'member' }, signal }),
});

export const teamQuery = (id: string) =>
  queryOptions({
    queryKey: keys.team(id),
    queryFn: ({ signal }) => data<TeamView>(`${rest}/teams/${segment(id)}/view`, { signal }),
  });

export const escalationsQuery = queryOptions({
  queryKey: keys.escalations,
  queryFn: ({ signal }) => data<Escalation[]>(`${rest}/escalations`, { signal }),
});

export const integrationsQuery = queryOptions({
  queryKey: [...keys.integrations, 'all'],
  queryFn: ({ signal }) => api.get<{ integrations: IntegrationRow[]; types: string[] }>(`${rest}/integrations`, { signal }),
});

export const integrationQuery = (id: string) =>
  queryOptions({
    queryKey: keys.integration(id),
    queryFn: ({ signal }) => api.get<IntegrationView>(`${rest}/integrations/${segment(id)}`, { signal }),
    // Requests are not commits, so nobody tells when one came.
    refetchInterval: 15_000,
  });

export const heartbeatsQuery = queryOptions({
  queryKey: keys.heartbeats,
  queryFn: ({ signal }) => data<{ heartbeats: Heartbeat[] }>('/v2/heartbeats', { signal }),
  select: ({ heartbeats }) => heartbeats,
  refetchInterval: 60_000,
});

export const meQuery = queryOptions({
  queryKey: keys.me,
  queryFn: ({ signal }) => data<Me>(`${rest}/me`, { signal }),
});

export const shiftsQuery = queryOptions({
  queryKey: [...keys.me, 'shifts'],
  queryFn: ({ signal }) => data<Shift[]>(`${rest}/me/shifts`, { query: { days: 60 }, signal }),
});

export const policiesQuery = queryOptions({
  queryKey: keys.policies,
  queryFn: ({ signal }) => data<PolicyPage>(`${rest}/policies`, { signal }),
});

export const maintenancesQuery = queryOptions({
  queryKey: keys.maintenances,
  queryFn: ({ signal }) => data<Maintenance[]>(`${rest}/maintenances`, { signal }),
  // One begins and ends without anybody changing anything.
  refetchInterval: 60_000,
});

/** What administrators alone may see. */
export const customActionsQuery = queryOptions({
  queryKey: keys.customActions,
  queryFn: ({ signal }) => data<CustomAction[]>(`${rest}/custom-actions`, { signal }),
  retry: false,
});

export const retentionQuery = queryOptions({
  queryKey: keys.retention,
  queryFn: ({ signal }) => data<{ days: number }>(`${rest}/retention`, { signal }),
  retry: false,
});
