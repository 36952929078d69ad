import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useState, type ReactElement } from 'react';
import { ApiError, boot, useConnection } from '../api';
import { Drawer, ErrorState, Icon, IconButton, Menu, setTheme, SkeletonRows, useTheme, type IconName } from '../kit';
import { NotFound, useCommands } from '../shell';
import { listenForKeys } from '../shell/keyboard';
import rail from '../shell/Rail.module.css';
import shell from '../shell/Shell.module.css';
import { DrillsPage } from './assurance/DrillsPage';
import { ProofsPage } from './assurance/ProofsPage';
import css from './Console.module.css';
import { ContactsPage } from './ContactsPage';
import { EndingsPage } from './EndingsPage';
import { FleetPage } from './FleetPage';
import { GuardsPage } from './GuardsPage';
import { IncidentsPage } from './IncidentsPage';
import { LedgerPage } from './LedgerPage';
import { ManyPage } from './many/ManyPage';
import { ManyRestorePage } from './many/ManyRestorePage';
import { NewManyPage } from './many/NewManyPage';
import { OverviewPage } from './OverviewPage';
import { Go } from './parts';
import { PlanPage } from './plan/PlanPage';
import { NewPlanPage } from './plan/NewPlanPage';
import { PlansPage } from './plan/PlansPage';
import { ask, signOutOperator } from './platform';
import { RecoveryPage } from './recovery/RecoveryPage';
import { ReportsPage } from './ReportsPage';
import { SignInPage } from './SignInPage';
import { SitePage } from './SitePage';
import type { Me } from './wire';

const places: readonly { to: string; label: string; icon: IconName; keys: string }[] = [
  { to: '', label: 'Now', icon: 'pulse', keys: 'g n' },
  { to: 'fleet', label: 'Fleet', icon: 'server', keys: 'g f' },
  { to: 'plans', label: 'Plans', icon: 'layers', keys: 'g p' },
  { to: 'incidents', label: 'Incidents', icon: 'megaphone', keys: 'g i' },
  { to: 'restores', label: 'Restore many', icon: 'history', keys: 'g m' },
  { to: 'proofs', label: 'Restore tests', icon: 'check', keys: 'g t' },
  { to: 'drills', label: 'Drills', icon: 'bolt', keys: 'g d' },
  { to: 'reports', label: 'Loss reports', icon: 'file', keys: 'g r' },
  { to: 'endings', label: 'Endings', icon: 'archive', keys: 'g e' },
  { to: 'guards', label: 'Guards', icon: 'shield', keys: 'g g' },
  { to: 'ledger', label: 'Ledger', icon: 'book', keys: 'g l' },
  { to: 'contacts', label: 'Contacts', icon: 'members', keys: 'g c' },
];

/** The page of a path below /console. */
function pageOf(path: string): ReactElement {
  const [first = '', id = '', part = ''] = path.split('/');
  switch (first) {
    case '':
      return <OverviewPage />;
    case 'fleet':
      return <FleetPage />;
    case 'sites':
      if (id !== '' && part === '') return <SitePage key={id} id={id} />;
      if (id !== '' && part === 'recovery') return <RecoveryPage key={id} id={id} />;
      break;
    case 'plans':
      if (id === '') return <PlansPage />;
      if (id === 'new') return <NewPlanPage />;
      if (part === '') return <PlanPage key={id} id={id} />;
      break;
    case 'incidents':
      return <IncidentsPage />;
    case 'restores':
      if (id === '') return <ManyPage />;
      if (id === 'new') return <NewManyPage />;
      if (part === '') return <ManyRestorePage key={id} id={id} />;
      break;
    case 'proofs':
      return <ProofsPage />;
    case 'drills':
      return <DrillsPage />;
    case 'endings':
      return <EndingsPage />;
    case 'reports':
      return <ReportsPage />;
    case 'guards':
      return <GuardsPage />;
    case 'ledger':
      return <LedgerPage />;
    case 'contacts':
      return <ContactsPage />;
  }
  return <NotFound />;
}

/** The console of those who run the installation. It belongs to no site and is signed in for itself. */
export function Console(): ReactElement | null {
  const me = useQuery(ask.me);
  // Under a site's name there is no platform.
  const astray = boot.basePath !== '';
  useEffect(() => {
    if (astray) location.replace('/console');
  }, [astray]);
  if (astray) return null;
  if (me.isPending) return <SkeletonRows />;
  if (me.isError && me.error instanceof ApiError && me.error.status === 401) return <SignInPage />;
  if (me.isError) return <ErrorState what="reach the platform" error={me.error} onRetry={() => void me.refetch()} />;
  return <Inside me={me.data} />;
}

function Inside({ me }: { me: Me }): ReactElement {
  const path = useRouterState({ select: (state) => state.location.pathname }).replace(/^\/console\/?/, '');
  const [menu, setMenu] = useState(false);
  const navigate = useNavigate();
  const connection = useConnection();
  useEffect(listenForKeys, []);
  useCommands(
    places.map(({ to, label, keys, icon }) => ({ id: `console:${to}`, label, keys, icon, run: () => void navigate(to === '' ? { to: '/console' } : { to: '/console/$', params: { _splat: to } }) })),
  );
  return (
    <div className={shell['shell']}>
      <a href="#main" className={shell['skip']}>
        Skip to the content
      </a>
      <div className={shell['side']}>
        <ConsoleRail me={me} path={path} />
      </div>
      <Drawer label="Menu" opened={menu} onClose={() => setMenu(false)}>
        <ConsoleRail me={me} path={path} drawer onFollow={() => setMenu(false)} />
      </Drawer>
      <div className={shell['content']}>
        {connection !== 'online' && (
          <div className={shell['offline']} role="status">
            <Icon name="offline" />
            <span>The platform does not answer. What you see may be old; nothing can be changed until it does.</span>
          </div>
        )}
        <FreezeBanner />
        <main id="main" tabIndex={-1} className={shell['main']}>
          {pageOf(path)}
        </main>
        <nav aria-label="Main, for the thumb" className={shell['bottom']}>
          {places.slice(0, 3).map((place) => (
            <Go key={place.to} to={place.to}>
              <Icon name={place.icon} size={20} />
              {place.label}
            </Go>
          ))}
          <button type="button" onClick={() => setMenu(true)}>
            <Icon name="menu" size={20} />
            Menu
          </button>
        </nav>
      </div>
    </div>
  );
}

function FreezeBanner(): ReactElement | null {
  const { data } = useQuery(ask.freeze);
  if (!data?.frozen) return null;
  return (
    <div className={css['frozen']} role="status">
      <Icon name="lock" />
      <span>
        <b>All maintenance is frozen.</b> {data.reason}
      </span>
      <Go to="guards">Look at it</Go>
    </div>
  );
}

function ConsoleRail({ me, path, drawer = false, onFollow }: { me: Me; path: string; drawer?: boolean; onFollow?: () => void }): ReactElement {
  const queries = useQueryClient();
  const { choice } = useTheme();
  const here = path.split('/')[0] === 'sites' ? 'fleet' : path.split('/')[0];
  const leave = () => void signOutOperator().finally(() => location.assign('/console'));
  return (
    <nav
      aria-label="Console"
      className={rail['rail']}
      data-drawer={drawer}
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest('a')) onFollow?.();
      }}
    >
      <div className={rail['head']}>
        <span className={css['brand']}>
          <span className={css['mark']} aria-hidden="true">
            <Icon name="server" />
          </span>
          Platform
        </span>
        {drawer && <IconButton icon="close" label="Close the menu" size="s" onClick={onFollow} />}
      </div>
      <div className={rail['scroll']}>
        <div className={rail['group']}>
          {places.map((place) => (
            <span key={place.to} className={css['place']} data-current={here === place.to} title={`${place.label} (${place.keys})`}>
              <Go to={place.to} className={rail['link']}>
                <Icon name={place.icon} />
                <span className={rail['label']}>{place.label}</span>
              </Go>
            </span>
          ))}
        </div>
      </div>
      <div className={rail['foot']}>
        <Menu
          position="top-start"
          items={[
            { heading: 'Theme' },
            { label: 'Like the system', icon: 'monitor', checked: choice === 'system', onSelect: () => setTheme('system') },
            { label: 'Light', icon: 'sun', checked: choice === 'light', onSelect: () => setTheme('light') },
            { label: 'Dark', icon: 'moon', checked: choice === 'dark', onSelect: () => setTheme('dark') },
            'divider',
            { label: 'Read everything anew', icon: 'refresh', onSelect: () => void queries.invalidateQueries({ queryKey: ['console'] }) },
            { label: `Sign out ${me.name}`, icon: 'logout', onSelect: leave },
          ]}
          trigger={
            <button type="button" className={rail['link']}>
              <Icon name="user" />
              <span className={rail['label']}>
                {me.name}
                {me.owner && <span className={css['quiet']}> · owner</span>}
              </span>
            </button>
          }
        />
      </div>
    </nav>
  );
}
