import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { needsProduct, shellRoute, type ProductManifest } from '../shell';

export const product: ProductManifest = {
  name: 'oncall',
  label: 'On-call',
  icon: 'bell',
  paths: ['/oncall'],
  rail: [
    { label: 'Alerts', icon: 'bell', link: { to: '/oncall/alerts' }, keys: 'g o' },
    { label: 'Who is on call', icon: 'phone', link: { to: '/oncall/now' }, keys: 'g n', place: 'who is on call' },
    { label: 'Schedules', icon: 'calendar', link: { to: '/oncall/schedules' }, place: 'on-call schedules' },
    { label: 'Escalation and routing', icon: 'route', link: { to: '/oncall/teams' }, place: 'escalation and routing' },
    { label: 'Integrations', icon: 'plug', link: { to: '/oncall/integrations' }, place: 'on-call integrations' },
    { label: 'Heartbeats', icon: 'heart', link: { to: '/oncall/heartbeats' } },
  ],
  // All queries of this product begin with its name.
  stale: () => [['oncall']],
};

const oncall = createRoute({ getParentRoute: () => shellRoute, id: 'oncall', beforeLoad: needsProduct('oncall') });

const alerts = createRoute({ getParentRoute: () => oncall, path: '/oncall/alerts', component: lazyRouteComponent(() => import('./LandingPage'), 'LandingPage') });

const now = createRoute({ getParentRoute: () => oncall, path: '/oncall/now', component: lazyRouteComponent(() => import('./LandingPage'), 'LandingPage') });

const schedules = createRoute({ getParentRoute: () => oncall, path: '/oncall/schedules', component: lazyRouteComponent(() => import('./LandingPage'), 'LandingPage') });

const teams = createRoute({ getParentRoute: () => oncall, path: '/oncall/teams', component: lazyRouteComponent(() => import('./LandingPage'), 'LandingPage') });

const integrations = createRoute({ getParentRoute: () => oncall, path: '/oncall/integrations', component: lazyRouteComponent(() => import('./LandingPage'), 'LandingPage') });

const heartbeats = createRoute({ getParentRoute: () => oncall, path: '/oncall/heartbeats', component: lazyRouteComponent(() => import('./LandingPage'), 'LandingPage') });

export const routes = oncall.addChildren([alerts, now, schedules, teams, integrations, heartbeats]);
