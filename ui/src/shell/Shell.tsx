import { useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState, type ReactElement, type ReactNode } from 'react';
import { followCommits, useConnection, useLocal } from '../api';
import { Drawer, Icon, setTheme, SkeletonRows } from '../kit';
import { useCommands } from './commands';
import { ErrorBoundary } from './ErrorBoundary';
import { listenForKeys } from './keyboard';
import { closeOverlay, openOverlay, useOverlay, type Overlay } from './overlays';
import { Rail } from './Rail';
import { useSignedIn } from './session';
import css from './Shell.module.css';

const Palette = lazy(() => import('./Palette').then((m) => ({ default: m.Palette })));
const KeysDialog = lazy(() => import('./KeysDialog').then((m) => ({ default: m.KeysDialog })));

function useShellCommands(toggleRail: () => void): void {
  const navigate = useNavigate();
  const { account } = useSignedIn();
  useCommands([
    { id: 'palette', label: 'Search and commands', keys: 'mod+k|/|.', group: 'Everywhere', icon: 'search', run: () => openOverlay({ kind: 'palette' }) },
    { id: 'create', label: 'Create issue', keys: 'c', group: 'Everywhere', icon: 'plus', run: () => openOverlay({ kind: 'create' }) },
    { id: 'keys', label: 'Keyboard shortcuts', keys: '?', group: 'Everywhere', icon: 'help', run: () => openOverlay({ kind: 'keys' }) },
    { id: 'rail', label: 'Collapse or expand the sidebar', keys: '[', group: 'Everywhere', icon: 'sidebar', run: toggleRail },
    { id: 'go-home', label: 'Go to my work', keys: 'g d|g h', group: 'Go to', icon: 'home', run: () => void navigate({ to: '/' }) },
    { id: 'go-issues', label: 'Go to issues', keys: 'g i', group: 'Go to', icon: 'issues', run: () => void navigate({ to: '/issues' }) },
    { id: 'go-projects', label: 'Go to projects', keys: 'g p', group: 'Go to', icon: 'projects', run: () => void navigate({ to: '/projects' }) },
    {
      id: 'go-mine',
      label: 'Go to issues assigned to me',
      keys: 'g a',
      group: 'Go to',
      icon: 'user',
      run: () => void navigate({ to: '/issues', search: { jql: 'assignee = currentUser() AND resolution IS EMPTY ORDER BY updated DESC' } }),
    },
    { id: 'go-time', label: 'Go to the time machine', keys: 'g t', group: 'Go to', icon: 'history', disabled: !account.admin, run: () => void navigate({ to: '/settings/time-machine' }) },
    { id: 'go-members', label: 'Go to members', group: 'Go to', icon: 'members', disabled: !account.admin, run: () => void navigate({ to: '/settings/members' }) },
    { id: 'go-tokens', label: 'Go to API tokens', group: 'Go to', icon: 'key', run: () => void navigate({ to: '/profile/tokens' }) },
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

function BottomBar({ onMenu }: { onMenu: () => void }): ReactElement {
  return (
    <nav aria-label="Main, for the thumb" className={css['bottom']}>
      <Link to="/" activeOptions={{ exact: true }} activeProps={{ 'data-current': 'true' }}>
        <Icon name="home" size={20} />
        My work
      </Link>
      <Link to="/issues" activeOptions={{ includeSearch: false }} activeProps={{ 'data-current': 'true' }}>
        <Icon name="issues" size={20} />
        Issues
      </Link>
      <button type="button" onClick={() => openOverlay({ kind: 'create' })}>
        <Icon name="plus" size={20} />
        Create
      </button>
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

/** The frame of every page behind the login. `create` draws the dialog of the product that creates. */
export function Shell({ create }: { create: (overlay: Extract<Overlay, { kind: 'create' }>, close: () => void) => ReactNode }): ReactElement {
  const queries = useQueryClient();
  const [narrow, setNarrow] = useLocal('rail-narrow', false);
  const [menu, setMenu] = useState(false);
  const overlay = useOverlay();
  const path = useRouterState({ select: (state) => state.location.pathname });
  useEffect(listenForKeys, []);
  useEffect(() => followCommits(queries), [queries]);
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
        <main id="main" tabIndex={-1} className={css['main']}>
          <ErrorBoundary resetKey={path}>
            <Suspense fallback={<SkeletonRows />}>
              <Outlet />
            </Suspense>
          </ErrorBoundary>
        </main>
        <BottomBar onMenu={() => setMenu(true)} />
      </div>
      <Suspense>
        {overlay.kind === 'palette' && <Palette />}
        {overlay.kind === 'keys' && <KeysDialog />}
        {overlay.kind === 'create' && create(overlay, closeOverlay)}
      </Suspense>
    </div>
  );
}
