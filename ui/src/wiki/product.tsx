import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { needsProduct, shellRoute, type ProductManifest } from '../shell';

export const product: ProductManifest = {
  name: 'wiki',
  label: 'Wiki',
  icon: 'book',
  paths: ['/wiki'],
  rail: [
    { label: 'Spaces', icon: 'book', link: { to: '/wiki' }, keys: 'g w', place: 'the spaces of the wiki' },
  ],
  // All queries of this product begin with its name.
  stale: () => [['wiki']],
};

const wiki = createRoute({ getParentRoute: () => shellRoute, id: 'wiki', beforeLoad: needsProduct('wiki') });

const spaces = createRoute({ getParentRoute: () => wiki, path: '/wiki', component: lazyRouteComponent(() => import('./SpacesPage'), 'SpacesPage') });

export const routes = wiki.addChildren([spaces]);
