import { createRoute, lazyRouteComponent, notFound, redirect } from '@tanstack/react-router';
import { lazy } from 'react';
import { needsProduct, searchText, shellRoute, type ProductManifest } from '../shell';
import { tinyId } from './paths';
import { RailSpaces } from './RailSpaces';
import { staleKeys } from './stale';

export const product: ProductManifest = {
  name: 'wiki',
  label: 'Wiki',
  icon: 'book',
  paths: ['/wiki'],
  rail: [
    { label: 'Spaces', icon: 'book', link: { to: '/wiki' }, exact: true, keys: 'g w', place: 'the spaces of the wiki' },
    { label: 'Search', icon: 'search', link: { to: '/wiki/search' }, place: 'the search of the wiki' },
    { label: 'Tasks', icon: 'check', link: { to: '/wiki/tasks' }, place: 'the tasks of the wiki' },
  ],
  RailMore: RailSpaces,
  create: [{ id: 'page', label: 'Page', icon: 'page', Dialog: lazy(() => import('./dialogs/NewPageDialog').then((m) => ({ default: m.NewPageDialog }))) }],
  stale: staleKeys,
  suggest: (query, signal) => import('./suggest').then((m) => m.suggest(query, signal)),
};

const wiki = createRoute({ getParentRoute: () => shellRoute, id: 'wiki', beforeLoad: needsProduct('wiki') });

const spaces = createRoute({ getParentRoute: () => wiki, path: '/wiki', component: lazyRouteComponent(() => import('./spaces/SpacesPage'), 'SpacesPage') });

interface SearchParams {
  q?: string | undefined;
  cql?: string | undefined;
  space?: string | undefined;
  type?: string | undefined;
  label?: string | undefined;
  contributor?: string | undefined;
}

const search = createRoute({
  getParentRoute: () => wiki,
  path: '/wiki/search',
  validateSearch: (given: Record<string, unknown>): SearchParams => ({
    q: searchText(given['q']),
    cql: searchText(given['cql']),
    space: searchText(given['space']),
    type: searchText(given['type']),
    label: searchText(given['label']),
    contributor: searchText(given['contributor']),
  }),
  component: lazyRouteComponent(() => import('./find/SearchPage'), 'SearchPage'),
});

const tasks = createRoute({ getParentRoute: () => wiki, path: '/wiki/tasks', component: lazyRouteComponent(() => import('./find/TasksPage'), 'TasksPage') });

/** Goes to a page of which only the identifier is known; its space is found on the way. */
const byId = createRoute({ getParentRoute: () => wiki, path: '/wiki/pages/$id', component: lazyRouteComponent(() => import('./page/ByIdPage'), 'ByIdPage') });

const tiny = createRoute({
  getParentRoute: () => wiki,
  path: '/wiki/x/$code',
  beforeLoad: ({ params }) => {
    const id = tinyId(params.code);
    if (!id) throw notFound();
    throw redirect({ to: '/wiki/pages/$id', params: { id } });
  },
});

const action = (path: '/wiki/pages/viewpage.action' | '/wiki/pages/viewpreviousversions.action') =>
  createRoute({
    getParentRoute: () => wiki,
    path,
    validateSearch: (given: Record<string, unknown>): { pageId?: string | number | undefined } => ({ pageId: typeof given['pageId'] === 'number' ? given['pageId'] : searchText(given['pageId']) }),
    beforeLoad: ({ search: { pageId } }) => {
      if (pageId === undefined) throw notFound();
      throw redirect({ to: '/wiki/pages/$id', params: { id: String(pageId) } });
    },
  });

const display = createRoute({
  getParentRoute: () => wiki,
  path: '/wiki/display/$key',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/wiki/spaces/$key', params });
  },
});

const displayTitle = createRoute({ getParentRoute: () => wiki, path: '/wiki/display/$key/$title', component: lazyRouteComponent(() => import('./page/ByIdPage'), 'ByTitlePage') });

const space = createRoute({ getParentRoute: () => wiki, path: '/wiki/spaces/$key', component: lazyRouteComponent(() => import('./frame/SpaceFrame'), 'SpaceFrame') });

export interface PageSearch {
  /** The page is being written. */
  edit?: true | undefined;
  /** A comment to show. */
  focusedCommentId?: string | undefined;
}

const pageSearch = (given: Record<string, unknown>): PageSearch => ({
  edit: given['edit'] === true || given['edit'] === 'true' ? true : undefined,
  focusedCommentId: typeof given['focusedCommentId'] === 'number' ? String(given['focusedCommentId']) : searchText(given['focusedCommentId']),
});

const pagePage = lazyRouteComponent(() => import('./page/PagePage'), 'PagePage');
const home = lazyRouteComponent(() => import('./page/PagePage'), 'HomePage');

const overview = createRoute({ getParentRoute: () => space, path: '/', validateSearch: pageSearch, component: home });
const overviewLong = createRoute({ getParentRoute: () => space, path: '/overview', validateSearch: pageSearch, component: home });
const page = createRoute({ getParentRoute: () => space, path: '/pages/$id', validateSearch: pageSearch, component: pagePage });
const pageTitled = createRoute({ getParentRoute: () => space, path: '/pages/$id/$title', validateSearch: pageSearch, component: pagePage });
const blogPost = createRoute({ getParentRoute: () => space, path: '/blog/$id', validateSearch: pageSearch, component: pagePage });
const blogDated = createRoute({ getParentRoute: () => space, path: '/blog/$year/$month/$day/$id/$title', validateSearch: pageSearch, component: pagePage });
const blogDatedShort = createRoute({ getParentRoute: () => space, path: '/blog/$year/$month/$day/$id', validateSearch: pageSearch, component: pagePage });
const editOld = createRoute({
  getParentRoute: () => space,
  path: '/pages/edit-v2/$id',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/wiki/spaces/$key/pages/$id', params, search: { edit: true } });
  },
});

const versionNumber = (value: unknown): number | undefined => (Number.isInteger(Number(value)) && Number(value) > 0 ? Number(value) : undefined);

const history = createRoute({
  getParentRoute: () => space,
  path: '/history/$id',
  validateSearch: (given: Record<string, unknown>): { from?: number | undefined; to?: number | undefined } => ({ from: versionNumber(given['from']), to: versionNumber(given['to']) }),
  component: lazyRouteComponent(() => import('./history/HistoryPage'), 'HistoryPage'),
});

const blog = createRoute({ getParentRoute: () => space, path: '/blog', component: lazyRouteComponent(() => import('./frame/BlogPage'), 'BlogPage') });
const trash = createRoute({ getParentRoute: () => space, path: '/trash', component: lazyRouteComponent(() => import('./frame/TrashPage'), 'TrashPage') });
const files = createRoute({ getParentRoute: () => space, path: '/attachments', component: lazyRouteComponent(() => import('./frame/SpaceFilesPage'), 'SpaceFilesPage') });
const settings = createRoute({ getParentRoute: () => space, path: '/settings', component: lazyRouteComponent(() => import('./settings/SettingsPage'), 'SettingsPage') });
const template = createRoute({ getParentRoute: () => space, path: '/templates/$id', component: lazyRouteComponent(() => import('./settings/TemplatePage'), 'TemplatePage') });

export const routes = wiki.addChildren([
  spaces,
  search,
  tasks,
  byId,
  tiny,
  action('/wiki/pages/viewpage.action'),
  action('/wiki/pages/viewpreviousversions.action'),
  display,
  displayTitle,
  space.addChildren([overview, overviewLong, page, pageTitled, blog, blogPost, blogDated, blogDatedShort, editOld, history, trash, files, settings, template]),
]);
