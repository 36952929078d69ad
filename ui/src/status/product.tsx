import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { needsProduct, searchText, shellRoute, type ProductManifest } from '../shell';
import { staleKeys } from './stale';

export const product: ProductManifest = {
  name: 'status',
  label: 'Status page',
  icon: 'pulse',
  paths: ['/statuspages'],
  rail: [
    { label: 'Incidents', icon: 'megaphone', link: { to: '/statuspages/incidents' }, keys: 'g s', place: 'incidents of the status page' },
    { label: 'Components', icon: 'layers', link: { to: '/statuspages/components' }, place: 'components of the status page' },
    { label: 'Subscribers', icon: 'mail', link: { to: '/statuspages/subscribers' }, place: 'subscribers of the status page' },
    { label: 'Metrics', icon: 'chart', link: { to: '/statuspages/metrics' }, place: 'metrics of the status page' },
    { label: 'Design', icon: 'palette', link: { to: '/statuspages/design' }, place: 'the design of the status page' },
    { label: 'Settings', icon: 'settings', link: { to: '/statuspages/settings' }, place: 'settings of the status page' },
  ],
  create: [{ id: 'incident', label: 'Status incident', icon: 'megaphone', run: (navigate) => void navigate({ to: '/statuspages/incidents/new' }) }],
  stale: staleKeys,
  suggest: (query, signal) => import('./suggest').then((m) => m.suggest(query, signal)),
};

const oneOf = <T extends string>(value: unknown, ...allowed: readonly T[]): T | undefined => allowed.find((each) => each === value);

const status = createRoute({ getParentRoute: () => shellRoute, id: 'status', beforeLoad: needsProduct('status') });

const incidents = createRoute({
  getParentRoute: () => status,
  path: '/statuspages/incidents',
  validateSearch: (given: Record<string, unknown>): { tab?: 'maintenance' | 'past' | 'templates' | undefined } => ({ tab: oneOf(given['tab'], 'maintenance', 'past', 'templates') }),
  component: lazyRouteComponent(() => import('./incidents/IncidentsPage'), 'IncidentsPage'),
});

const newIncident = createRoute({
  getParentRoute: () => status,
  path: '/statuspages/incidents/new',
  validateSearch: (given: Record<string, unknown>): { kind?: 'maintenance' | 'past' | undefined; template?: string | undefined } => ({ kind: oneOf(given['kind'], 'maintenance', 'past'), template: searchText(given['template']) }),
  component: lazyRouteComponent(() => import('./incidents/NewIncidentPage'), 'NewIncidentPage'),
});

const incident = createRoute({ getParentRoute: () => status, path: '/statuspages/incidents/$id', component: lazyRouteComponent(() => import('./incidents/IncidentPage'), 'IncidentPage') });
const components = createRoute({ getParentRoute: () => status, path: '/statuspages/components', component: lazyRouteComponent(() => import('./components/ComponentsPage'), 'ComponentsPage') });
const subscribers = createRoute({ getParentRoute: () => status, path: '/statuspages/subscribers', component: lazyRouteComponent(() => import('./subscribers/SubscribersPage'), 'SubscribersPage') });
const metrics = createRoute({ getParentRoute: () => status, path: '/statuspages/metrics', component: lazyRouteComponent(() => import('./metrics/MetricsPage'), 'MetricsPage') });
const design = createRoute({ getParentRoute: () => status, path: '/statuspages/design', component: lazyRouteComponent(() => import('./design/DesignPage'), 'DesignPage') });

const settings = createRoute({
  getParentRoute: () => status,
  path: '/statuspages/settings',
  validateSearch: (given: Record<string, unknown>): { tab?: 'copies' | 'keys' | 'activity' | undefined } => ({ tab: oneOf(given['tab'], 'copies', 'keys', 'activity') }),
  component: lazyRouteComponent(() => import('./design/SettingsPage'), 'SettingsPage'),
});

export const routes = status.addChildren([incidents, newIncident, incident, components, subscribers, metrics, design, settings]);
