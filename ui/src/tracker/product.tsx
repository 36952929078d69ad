import { createRoute, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import { lazy } from 'react';
import { needsProduct, searchText, shellRoute, type ProductManifest } from '../shell';
import { RailProjects } from './RailProjects';
import { staleKeys } from './stale';

export const product: ProductManifest = {
  name: 'tracker',
  label: 'Tracker',
  icon: 'issues',
  paths: ['/issues', '/browse', '/projects'],
  rail: [
    { top: true, label: 'My work', icon: 'home', link: { to: '/' }, exact: true, keys: 'g d|g h', place: 'my work' },
    { label: 'Issues', icon: 'issues', link: { to: '/issues' }, keys: 'g i' },
    { label: 'Projects', icon: 'projects', link: { to: '/projects' }, exact: true, keys: 'g p' },
  ],
  RailMore: RailProjects,
  commands: [
    {
      id: 'go-mine',
      label: 'Go to issues assigned to me',
      keys: 'g a',
      group: 'Go to',
      icon: 'user',
      run: (navigate) => navigate({ to: '/issues', search: { jql: 'assignee = currentUser() AND resolution IS EMPTY ORDER BY updated DESC' } }),
    },
  ],
  create: [{ id: 'issue', label: 'Issue', icon: 'issues', Dialog: lazy(() => import('./create/CreateDialog').then((m) => ({ default: m.CreateDialog }))) }],
  stale: staleKeys,
  ahead: (path) => {
    const key = /^\/browse\/([A-Z][A-Z0-9_]*-\d+)$/.exec(path)?.[1];
    if (!key) return undefined;
    const queriesOf = import('./issue/queries');
    return { code: () => import('./issue'), data: (queries) => queriesOf.then(({ issueQuery, commentsQuery }) => Promise.all([queries.prefetchQuery(issueQuery(key)), queries.prefetchInfiniteQuery(commentsQuery(key))])) };
  },
  suggest: (query, signal) => import('./suggest').then((m) => m.suggest(query, signal)),
};

const tracker = createRoute({ getParentRoute: () => shellRoute, id: 'tracker', beforeLoad: needsProduct('tracker') });

/** `jql` is the query, `selected` the issue that stands open beside the list. */
const listSearch = (search: Record<string, unknown>): { jql?: string | undefined; selected?: string | undefined } => ({
  jql: searchText(search['jql']),
  selected: searchText(search['selected']),
});

const issues = createRoute({
  getParentRoute: () => tracker,
  path: '/issues',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('./list/IssueListPage'), 'AllIssuesPage'),
});

const browse = createRoute({
  getParentRoute: () => tracker,
  path: '/browse/$key',
  component: lazyRouteComponent(() => import('./BrowsePage'), 'BrowsePage'),
});

const projects = createRoute({
  getParentRoute: () => tracker,
  path: '/projects',
  component: lazyRouteComponent(() => import('./projects/ProjectsPage'), 'ProjectsPage'),
});

const project = createRoute({ getParentRoute: () => tracker, path: '/projects/$key', component: Outlet });

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
  validateSearch: (search: Record<string, unknown>): { selected?: string | undefined } => ({ selected: searchText(search['selected']) }),
  component: lazyRouteComponent(() => import('./board/BoardPage'), 'BoardPage'),
});

const projectIssues = createRoute({
  getParentRoute: () => project,
  path: '/issues',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('./list/IssueListPage'), 'ProjectIssuesPage'),
});

const projectSettings = createRoute({
  getParentRoute: () => project,
  path: '/settings',
  component: lazyRouteComponent(() => import('./projects/ProjectSettingsPage'), 'ProjectSettingsPage'),
});

export const routes = tracker.addChildren([issues, browse, projects, project.addChildren([projectHome, board, projectIssues, projectSettings])]);
