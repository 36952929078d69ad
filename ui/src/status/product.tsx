import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { needsProduct, shellRoute, type ProductManifest } from '../shell';

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
  ],
  // All queries of this product begin with its name.
  stale: () => [['status']],
};

const status = createRoute({ getParentRoute: () => shellRoute, id: 'status', beforeLoad: needsProduct('status') });

const incidents = createRoute({ getParentRoute: () => status, path: '/statuspages/incidents', component: lazyRouteComponent(() => import('./LandingPage'), 'LandingPage') });

const components = createRoute({ getParentRoute: () => status, path: '/statuspages/components', component: lazyRouteComponent(() => import('./LandingPage'), 'LandingPage') });

const subscribers = createRoute({ getParentRoute: () => status, path: '/statuspages/subscribers', component: lazyRouteComponent(() => import('./LandingPage'), 'LandingPage') });

const metrics = createRoute({ getParentRoute: () => status, path: '/statuspages/metrics', component: lazyRouteComponent(() => import('./LandingPage'), 'LandingPage') });

const design = createRoute({ getParentRoute: () => status, path: '/statuspages/design', component: lazyRouteComponent(() => import('./LandingPage'), 'LandingPage') });

export const routes = status.addChildren([incidents, components, subscribers, metrics, design]);
