import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Link, Outlet, redirect } from '@tanstack/react-router';
import { lazy, type ReactElement } from 'react';
import { boot, sessionQuery } from './api';
import { EmptyState, SkeletonRows } from './kit';
import { PageError, SessionGate, Shell } from './shell';

interface RouterContext {
  queries: QueryClient;
}

const CreateDialog = lazy(() => import('./tracker/create/CreateDialog').then((m) => ({ default: m.CreateDialog })));

const root = createRootRouteWithContext<RouterContext>()({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: ({ error, reset }) => <PageError error={error} onRetry={reset} />,
});

function NotFound(): ReactElement {
  return (
    <EmptyState icon="search" title="There is no such page" action={<Link to="/">Go to my work</Link>}>
      The address may be mistyped, or what was here has moved.
    </EmptyState>
  );
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  beforeLoad: async ({ context }) => {
    const session = await context.queries.ensureQueryData(sessionQuery);
    if (session.state !== 'setup') throw redirect({ to: '/' });
  },
  component: lazyRouteComponent(() => import('./admin/SetupPage'), 'SetupPage'),
});

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search: Record<string, unknown>): { next?: string | undefined } => ({ next: text(search['next']) }),
  beforeLoad: async ({ context }) => {
    const session = await context.queries.ensureQueryData(sessionQuery);
    if (session.state === 'setup') throw redirect({ to: '/setup' });
    if (session.state === 'signed-in') throw redirect({ to: '/' });
  },
  component: lazyRouteComponent(() => import('./admin/LoginPage'), 'LoginPage'),
});

const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: async ({ context, location }) => {
    const session = await context.queries.ensureQueryData(sessionQuery);
    if (session.state === 'setup') throw redirect({ to: '/setup' });
    if (session.state !== 'signed-in') throw redirect({ to: '/login', search: { next: location.href } });
  },
  component: () => (
    <SessionGate>
      <Shell create={(overlay, close) => <CreateDialog {...overlay} onClose={close} />} />
    </SessionGate>
  ),
});

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  component: lazyRouteComponent(() => import('./tracker/MyWorkPage'), 'MyWorkPage'),
});

/** `jql` is the query, `selected` the issue that stands open beside the list. */
const listSearch = (search: Record<string, unknown>): { jql?: string | undefined; selected?: string | undefined } => ({
  jql: text(search['jql']),
  selected: text(search['selected']),
});

const issues = createRoute({
  getParentRoute: () => inside,
  path: '/issues',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('./tracker/list/IssueListPage'), 'AllIssuesPage'),
});

const browse = createRoute({
  getParentRoute: () => inside,
  path: '/browse/$key',
  component: lazyRouteComponent(() => import('./tracker/BrowsePage'), 'BrowsePage'),
});

const projects = createRoute({
  getParentRoute: () => inside,
  path: '/projects',
  component: lazyRouteComponent(() => import('./tracker/projects/ProjectsPage'), 'ProjectsPage'),
});

const project = createRoute({ getParentRoute: () => inside, path: '/projects/$key', component: Outlet });

const projectHome = createRoute({
  getParentRoute: () => project,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/projects/$key/board', params });
  },
});

const board = createRoute({
  getParentRoute: () => project,
  path: '/board',
  validateSearch: (search: Record<string, unknown>): { selected?: string | undefined } => ({ selected: text(search['selected']) }),
  component: lazyRouteComponent(() => import('./tracker/board/BoardPage'), 'BoardPage'),
});

const projectIssues = createRoute({
  getParentRoute: () => project,
  path: '/issues',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('./tracker/list/IssueListPage'), 'ProjectIssuesPage'),
});

const projectSettings = createRoute({
  getParentRoute: () => project,
  path: '/settings',
  component: lazyRouteComponent(() => import('./tracker/projects/ProjectSettingsPage'), 'ProjectSettingsPage'),
});

const tokens = createRoute({
  getParentRoute: () => inside,
  path: '/profile/tokens',
  component: lazyRouteComponent(() => import('./admin/TokensPage'), 'TokensPage'),
});

const members = createRoute({
  getParentRoute: () => inside,
  path: '/settings/members',
  component: lazyRouteComponent(() => import('./admin/MembersPage'), 'MembersPage'),
});

const timeMachine = createRoute({
  getParentRoute: () => inside,
  path: '/settings/time-machine',
  component: lazyRouteComponent(() => import('./admin/timemachine/TimeMachinePage'), 'TimeMachinePage'),
});

const tree = root.addChildren([
  setup,
  login,
  inside.addChildren([
    home,
    issues,
    browse,
    projects,
    project.addChildren([projectHome, board, projectIssues, projectSettings]),
    tokens,
    members,
    timeMachine,
  ]),
]);

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
