import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../shell';

const component = lazyRouteComponent(() => import('./Console'), 'Console');

/** The operators' console finds its pages itself, so that nothing but its address is in the first load of anybody else. */
export const consoleRoutes = [
  createRoute({ getParentRoute: () => rootRoute, path: '/console', component }),
  createRoute({ getParentRoute: () => rootRoute, path: '/console/$', component }),
];
