import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute, type ProductManifest } from '../shell';

export const product: ProductManifest = {
  name: 'admin',
  label: 'Site',
  icon: 'settings',
  always: true,
  paths: ['/settings', '/profile'],
  rail: [
    { admin: true, label: 'Members', icon: 'members', link: { to: '/settings/members' } },
    { admin: true, label: 'Products', icon: 'layers', link: { to: '/settings/products' }, place: 'the products of this site' },
    { admin: true, label: 'Time machine', icon: 'history', link: { to: '/settings/time-machine' }, keys: 'g t', place: 'the time machine' },
  ],
  commands: [{ id: 'go-tokens', label: 'Go to API tokens', group: 'Go to', icon: 'key', run: (navigate) => navigate({ to: '/profile/tokens' }) }],
};

const tokens = createRoute({
  getParentRoute: () => shellRoute,
  path: '/profile/tokens',
  component: lazyRouteComponent(() => import('./TokensPage'), 'TokensPage'),
});

const members = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings/members',
  component: lazyRouteComponent(() => import('./MembersPage'), 'MembersPage'),
});

const products = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings/products',
  component: lazyRouteComponent(() => import('./ProductsPage'), 'ProductsPage'),
});

const timeMachine = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings/time-machine',
  component: lazyRouteComponent(() => import('./timemachine/TimeMachinePage'), 'TimeMachinePage'),
});

export const routes = [tokens, members, products, timeMachine] as const;
