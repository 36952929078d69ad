import { useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useRouterState, type NavigateOptions } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useLayoutEffect, useState, type ReactElement } from 'react';
import { followCommits, useConnection, useLocal } from '../api';
import { Drawer, Icon, setTheme, SkeletonRows, toast } from '../kit';
import { useCommands, type Command } from './commands';
import { createLabel, CreateOverlay, useCreateEntries } from './Create';
import { ErrorBoundary } from './ErrorBoundary';
import { listenForKeys } from './keyboard';
import { closeOverlay, openOverlay, useOverlay } from './overlays';
import { productAt, staleByProduct, useProducts, type Navigate, type ProductManifest } from './product';
import { Rail } from './Rail';
import { useSignedIn } from './session';
import css from './Shell.module.css';

const loadPalette = () => import('./Palette');
const loadKeys = () => import('./KeysDialog');
const Palette = lazy(() => loadPalette().then((m) => ({ default: m.Palette })));
const KeysDialog = lazy(() => loadKeys().then((m) => ({ default: m.KeysDialog })));

/** What opens over every page is fetched when the page has had its time, so that it is there at once, and offline. */
const fetchLater = () => {
  const timer = setTimeout(() => {
    for (const load of [loadPalette, loadKeys]) void load().catch(() => undefined);
  }, 3_000);
  return () => clearTimeout(timer);
};

/** "Go to …" for every link of the rail. */
const goCommands = (product: ProductManifest, navigate: Navigate): Command[] =>
  product.rail.map(({ label, place, icon, keys, link }) => ({
    id: `go:${product.name}:${String(link.to)}`,
    label: `Go to ${place ?? label.toLowerCase()}`,
    group: 'Go to',
    icon,
    ...(keys ? { keys } : {}),
    run: () => void navigate(link as NavigateOptions),
  }));

function useShellCommands(toggleRail: () => void): void {
  const navigate = useNavigate() as Navigate;
  const products = useProducts();
  const creates = useCreateEntries();
  useCommands([
    { id: 'palette', label: 'Search and commands', keys: 'mod+k|/|.', group: 'Everywhere', icon: 'search', run: () => openOverlay({ kind: 'palette' }) },
    ...creates.map((entry, i) => ({
      id: `create:${entry.id}`,
      label: createLabel(entry),
      ...(i === 0 ? { keys: 'c' } : {}),
      group: 'Everywhere',
      icon: 'plus' as const,
      run: () => openOverlay({ kind: 'create', what: entry.id }),
    })),
    { id: 'keys', label: 'Keyboard shortcuts', keys: '?', group: 'Everywhere', icon: 'help', run: () => openOverlay({ kind: 'keys' }) },
    { id: 'rail', label: 'Collapse or expand the sidebar', keys: '[', group: 'Everywhere', icon: 'sidebar', run: toggleRail },
    ...products.flatMap((product) => [
      ...goCommands(product, navigate),
      ...product.commands.map(({ run, ...command }) => ({ group: product.label, ...command, run: () => run(navigate) })),
    ]),
    { id: 'theme-light', label: 'Theme: light', group: 'Appearance', icon: 'sun', run: () => setTheme('light') },
    { id: 'theme-dark', label: 'Theme: dark', group: 'Appearance', icon: 'moon', run: () => setTheme('dark') },
    { id: 'theme-system', label: 'Theme: like the system', group: 'Appearance', icon: 'monitor', run: () => setTheme('system') },
  ]);
}

function OfflineBanner(): ReactElement | null {
  const connection = useConnection();
  if (connection === 'online') return null;
  return (
    <div className={css['offline']} role="status">
      <Icon name="offline" />
      <span>You are offline. What is on the screen stays readable; changes wait until the server answers again.</span>
    </div>
  );
}

/** A site whose volume was lost shows the newest state that the vault has, until it is restored. */
function ReadOnlyBanner(): ReactElement | null {
  const { site } = useSignedIn();
  if (site?.state !== 'read-only') return null;
  return (
    <div className={css['offline']} role="status">
      <Icon name="lock" />
      <span>
        This site is being repaired and can only be read. You see it as of {site.shownAt ? new Date(site.shownAt).toLocaleString() : 'its last copy'}; changes wait until it is back.
      </span>
    </div>
  );
}

/** For the thumb: the topmost place, the first of the product one looks at, and what is done everywhere. */
function BottomBar({ onMenu }: { onMenu: () => void }): ReactElement {
  const products = useProducts();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const optional = products.filter((product) => !product.always);
  const at = productAt(optional, path) ?? optional[0];
  const top = optional.flatMap((product) => product.rail).find((entry) => entry.top);
  const entries = [top, ...(at?.rail.filter((entry) => !entry.top).slice(0, top ? 1 : 2) ?? [])].filter((entry) => entry !== undefined);
  const creates = useCreateEntries();
  return (
    <nav aria-label="Main, for the thumb" className={css['bottom']}>
      {entries.map((entry) => (
        <Link key={String(entry.link.to)} {...entry.link} activeOptions={{ exact: entry.exact ?? false, includeSearch: false }} activeProps={{ 'data-current': 'true' }}>
          <Icon name={entry.icon} size={20} />
          {entry.label}
        </Link>
      ))}
      {creates.length > 0 && (
        <button type="button" onClick={() => openOverlay({ kind: 'create' })}>
          <Icon name="plus" size={20} />
          Create
        </button>
      )}
      <button type="button" onClick={() => openOverlay({ kind: 'palette' })}>
        <Icon name="search" size={20} />
        Search
      </button>
      <button type="button" onClick={onMenu}>
        <Icon name="menu" size={20} />
        Menu
      </button>
    </nav>
  );
}

/** The frame of every page behind the login. */
export function Shell(): ReactElement {
  const queries = useQueryClient();
  const session = useSignedIn();
  const [narrow, setNarrow] = useLocal('rail-narrow', false);
  const [menu, setMenu] = useState(false);
  const overlay = useOverlay();
  const path = useRouterState({ select: (state) => state.location.pathname });
  useLayoutEffect(listenForKeys, []);
  useEffect(fetchLater, []);
  const [since] = useState(session.now);
  useEffect(() => followCommits(queries, staleByProduct(), since), [queries, since]);
  useShellCommands(() => setNarrow(!narrow));

  return (
    <div className={css['shell']}>
      <a href="#main" className={css['skip']}>
        Skip to the content
      </a>
      <div className={css['side']}>
        <Rail narrow={narrow} onToggle={() => setNarrow(!narrow)} />
      </div>
      <Drawer label="Menu" opened={menu} onClose={() => setMenu(false)}>
        <Rail narrow={false} drawer onToggle={() => setMenu(false)} onFollow={() => setMenu(false)} />
      </Drawer>
      <div className={css['content']}>
        <OfflineBanner />
        <ReadOnlyBanner />
        <main id="main" tabIndex={-1} className={css['main']}>
          <ErrorBoundary resetKey={path}>
            <Suspense fallback={<SkeletonRows />}>
              <Outlet />
            </Suspense>
          </ErrorBoundary>
        </main>
        <BottomBar onMenu={() => setMenu(true)} />
      </div>
      <ErrorBoundary
        resetKey={overlay.kind}
        onError={(detail) => {
          closeOverlay();
          toast({ title: 'That could not be opened', detail, tone: 'error' });
        }}
      >
        <Suspense>
          {overlay.kind === 'palette' && <Palette />}
          {overlay.kind === 'keys' && <KeysDialog />}
          {overlay.kind === 'create' && <CreateOverlay overlay={overlay} />}
        </Suspense>
      </ErrorBoundary>
    </div>
  );
}
