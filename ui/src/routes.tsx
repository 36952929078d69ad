import type { QueryClient } from '@tanstack/react-query';
import { createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { product as admin, routes as adminRoutes } from './admin/product';
import { boot, sessionQuery } from './api';
import { consoleRoutes } from './console/routes';
import { SkeletonRows } from './kit';
import { product as oncall, routes as oncallRoutes } from './oncall/product';
import { firstPage, NotFound, nowhereRoute, PageError, registerProducts, rootRoute, searchText, shellRoute } from './shell';
import { product as status, routes as statusRoutes } from './status/product';
import { product as tracker, routes as trackerRoutes } from './tracker/product';
import { product as wiki, routes as wikiRoutes } from './wiki/product';

/** All products of the suite, in the order of the rail. */
export const products = [tracker, wiki, oncall, status, admin];
registerProducts(products);

const setup = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  beforeLoad: async ({ context }) => {
    const session = await context.queries.ensureQueryData(sessionQuery);
    if (session.state !== 'setup') throw redirect({ to: '/' });
  },
  component: lazyRouteComponent(() => import('./admin/SetupPage'), 'SetupPage'),
});

const login = createRoute({
  getParentRoute: () => rootRoute,
  path: '/login',
  validateSearch: (search: Record<string, unknown>): { next?: string | undefined } => ({ next: searchText(search['next']) }),
  beforeLoad: async ({ context }) => {
    const session = await context.queries.ensureQueryData(sessionQuery);
    if (session.state === 'setup') throw redirect({ to: '/setup' });
    if (session.state === 'signed-in') throw redirect({ to: '/' });
  },
  component: lazyRouteComponent(() => import('./admin/LoginPage'), 'LoginPage'),
});

/** One's work in the tracker; without a tracker, the first page of the first product. */
const home = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  beforeLoad: async ({ context }) => {
    const { products: on } = await context.queries.ensureQueryData(sessionQuery);
    const other = on.includes(tracker.name) ? undefined : firstPage(on);
    if (other) throw redirect(other);
  },
  component: lazyRouteComponent(() => import('./tracker/MyWorkPage'), 'MyWorkPage'),
});

const tree = rootRoute.addChildren([setup, login, ...consoleRoutes, shellRoute.addChildren([home, trackerRoutes, wikiRoutes, oncallRoutes, statusRoutes, ...adminRoutes, nowhereRoute])]);

export function makeRouter(queries: QueryClient) {
  return createRouter({
    routeTree: tree,
    basepath: boot.basePath === '' ? '/' : boot.basePath,
    context: { queries },
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    defaultPendingMs: 150,
    defaultPendingComponent: SkeletonRows,
    defaultErrorComponent: ({ error, reset }) => <PageError error={error} onRetry={reset} />,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
