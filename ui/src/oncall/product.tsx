import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { lazy } from 'react';
import { needsProduct, searchText, shellRoute, type ProductManifest } from '../shell';
import { staleKeys } from './stale';

export const product: ProductManifest = {
  name: 'oncall',
  label: 'On-call',
  icon: 'bell',
  paths: ['/oncall'],
  rail: [
    { label: 'Alerts', icon: 'bell', link: { to: '/oncall/alerts' }, keys: 'g o' },
    { label: 'Who is on call', icon: 'phone', link: { to: '/oncall/now' }, keys: 'g n', place: 'who is on call' },
    { label: 'Schedules', icon: 'calendar', link: { to: '/oncall/schedules' }, place: 'on-call schedules' },
    { label: 'Teams and routing', icon: 'route', link: { to: '/oncall/teams' }, place: 'on-call teams, escalation and routing' },
    { label: 'Policies', icon: 'filter', link: { to: '/oncall/policies' }, place: 'on-call policies' },
    { label: 'Maintenance', icon: 'clock', link: { to: '/oncall/maintenance' }, place: 'on-call maintenance' },
    { label: 'Integrations', icon: 'plug', link: { to: '/oncall/integrations' }, place: 'on-call integrations' },
    { label: 'Heartbeats', icon: 'heart', link: { to: '/oncall/heartbeats' } },
    { label: 'My on-call profile', icon: 'user', link: { to: '/oncall/me' } },
    { label: 'Custom actions', icon: 'bolt', link: { to: '/oncall/custom-actions' }, admin: true, place: 'custom actions of alerts' },
    { label: 'Delivery log', icon: 'mail', link: { to: '/oncall/deliveries' }, admin: true },
    { label: 'Text messages and calls', icon: 'phone', link: { to: '/oncall/provider' }, admin: true, place: 'how text messages and calls leave' },
  ],
  create: [{ id: 'alert', label: 'Alert', icon: 'bell', Dialog: lazy(() => import('./alerts/CreateAlertDialog').then((m) => ({ default: m.CreateAlertDialog }))) }],
  stale: staleKeys,
  suggest: (query, signal) => import('./suggest').then((m) => m.suggest(query, signal)),
};

const oncall = createRoute({ getParentRoute: () => shellRoute, id: 'oncall', beforeLoad: needsProduct('oncall') });

const start = createRoute({
  getParentRoute: () => oncall,
  path: '/oncall',
  beforeLoad: () => {
    throw redirect({ to: '/oncall/alerts' });
  },
});

const alerts = createRoute({
  getParentRoute: () => oncall,
  path: '/oncall/alerts',
  validateSearch: (given: Record<string, unknown>): { query?: string | undefined } => ({ query: typeof given['query'] === 'string' ? given['query'] : searchText(given['query']) }),
  component: lazyRouteComponent(() => import('./alerts/AlertsPage'), 'AlertsPage'),
});

const alertTabs = ['details', 'responders', 'log', 'notes', 'payload'] as const;
export type AlertTab = (typeof alertTabs)[number];
const oneOf = <T extends string>(values: readonly T[], value: unknown): T | undefined => values.find((each) => each === value);

const alert = createRoute({
  getParentRoute: () => oncall,
  path: '/oncall/alerts/$id',
  validateSearch: (given: Record<string, unknown>): { tab?: AlertTab | undefined } => ({ tab: oneOf(alertTabs, given['tab']) }),
  component: lazyRouteComponent(() => import('./alert/AlertPage'), 'AlertPage'),
});

const now = createRoute({ getParentRoute: () => oncall, path: '/oncall/now', component: lazyRouteComponent(() => import('./now/NowPage'), 'NowPage') });

const schedules = createRoute({ getParentRoute: () => oncall, path: '/oncall/schedules', component: lazyRouteComponent(() => import('./schedules/SchedulesPage'), 'SchedulesPage') });

const ranges = ['day', 'week', '2weeks', 'month'] as const;
export type RangeName = (typeof ranges)[number];

const schedule = createRoute({
  getParentRoute: () => oncall,
  path: '/oncall/schedules/$id',
  validateSearch: (given: Record<string, unknown>): { range?: RangeName | undefined; from?: string | undefined; zone?: string | undefined } => ({
    range: oneOf(ranges, given['range']),
    from: searchText(given['from']),
    zone: searchText(given['zone']),
  }),
  component: lazyRouteComponent(() => import('./schedules/SchedulePage'), 'SchedulePage'),
});

const teams = createRoute({ getParentRoute: () => oncall, path: '/oncall/teams', component: lazyRouteComponent(() => import('./teams/TeamsPage'), 'TeamsPage') });

const teamTabs = ['oncall', 'members', 'policies', 'integrations', 'activity'] as const;
export type TeamTab = (typeof teamTabs)[number];

const team = createRoute({
  getParentRoute: () => oncall,
  path: '/oncall/teams/$id',
  validateSearch: (given: Record<string, unknown>): { tab?: TeamTab | undefined } => ({ tab: oneOf(teamTabs, given['tab']) }),
  component: lazyRouteComponent(() => import('./teams/TeamPage'), 'TeamPage'),
});

const policies = createRoute({
  getParentRoute: () => oncall,
  path: '/oncall/policies',
  validateSearch: (given: Record<string, unknown>): { type?: 'notification' | undefined } => ({ type: oneOf(['notification'] as const, given['type']) }),
  component: lazyRouteComponent(() => import('./policies/PoliciesPage'), 'PoliciesPage'),
});

const maintenance = createRoute({
  getParentRoute: () => oncall,
  path: '/oncall/maintenance',
  validateSearch: (given: Record<string, unknown>): { show?: 'over' | undefined } => ({ show: oneOf(['over'] as const, given['show']) }),
  component: lazyRouteComponent(() => import('./maintenance/MaintenancePage'), 'MaintenancePage'),
});

const customActions = createRoute({ getParentRoute: () => oncall, path: '/oncall/custom-actions', component: lazyRouteComponent(() => import('./custom/CustomActionsPage'), 'CustomActionsPage') });

const integrations = createRoute({ getParentRoute: () => oncall, path: '/oncall/integrations', component: lazyRouteComponent(() => import('./integrations/IntegrationsPage'), 'IntegrationsPage') });

const integration = createRoute({ getParentRoute: () => oncall, path: '/oncall/integrations/$id', component: lazyRouteComponent(() => import('./integrations/IntegrationPage'), 'IntegrationPage') });

const heartbeats = createRoute({ getParentRoute: () => oncall, path: '/oncall/heartbeats', component: lazyRouteComponent(() => import('./heartbeats/HeartbeatsPage'), 'HeartbeatsPage') });

const me = createRoute({ getParentRoute: () => oncall, path: '/oncall/me', component: lazyRouteComponent(() => import('./me/MePage'), 'MePage') });

const deliveries = createRoute({ getParentRoute: () => oncall, path: '/oncall/deliveries', component: lazyRouteComponent(() => import('./deliveries/DeliveriesPage'), 'DeliveriesPage') });

const provider = createRoute({ getParentRoute: () => oncall, path: '/oncall/provider', component: lazyRouteComponent(() => import('./provider/ProviderPage'), 'ProviderPage') });

export const routes = oncall.addChildren([start, alerts, alert, now, schedules, schedule, teams, team, policies, maintenance, customActions, integrations, integration, heartbeats, me, deliveries, provider]);
