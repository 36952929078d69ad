import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, Link, notFound, Outlet, redirect } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { sessionQuery } from '../api';
import { Breadcrumb, EmptyState } from '../kit';
import { PageError } from './ErrorBoundary';
import { Page } from './Page';
import { SessionGate } from './session';
import { Shell } from './Shell';

export interface RouterContext {
  queries: QueryClient;
}

export function NotFound(): ReactElement {
  return (
    <EmptyState icon="search" title="There is no such page" action={<Link to="/">Go to the first page</Link>}>
      The address may be mistyped, or what was here has moved.
    </EmptyState>
  );
}

export const rootRoute = createRootRouteWithContext<RouterContext>()({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: ({ error, reset }) => <PageError error={error} onRetry={reset} />,
});

/** Everything behind the login, in the frame of the shell. Products hang their routes under it. */
export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'inside',
  beforeLoad: async ({ context, location }) => {
    const session = await context.queries.ensureQueryData(sessionQuery);
    if (session.state === 'setup') throw redirect({ to: '/setup' });
    if (session.state !== 'signed-in') throw redirect({ to: '/login', search: { next: location.href } });
  },
  component: () => (
    <SessionGate>
      <Shell />
    </SessionGate>
  ),
});

/** What no other route takes: said in the frame, from which everything else can be reached. */
export const nowhereRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '$',
  component: () => (
    <Page title="No such page" head={<Breadcrumb>{['No such page']}</Breadcrumb>}>
      <NotFound />
    </Page>
  ),
});

/** For beforeLoad of a product's topmost route: while the product is off, its pages do not exist. */
export function needsProduct(name: string) {
  return async ({ context }: { context: RouterContext }): Promise<void> => {
    const session = await context.queries.ensureQueryData(sessionQuery);
    if (!session.products.includes(name)) throw notFound();
  };
}
