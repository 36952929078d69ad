import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import { boot, signOut } from '../api';
import { Avatar, Icon, IconButton, Kbd, Menu, setTheme, Tooltip, useTheme, type IconName, type MenuItem } from '../kit';
import { openOverlay } from './overlays';
import css from './Rail.module.css';
import { useRecentProjects, useStarredProjects, type ProjectLink } from './recent';
import { useSignedIn } from './session';

interface RailProps {
  narrow: boolean;
  onToggle: () => void;
  /** Called after a link was followed, so that the drawer closes. */
  onFollow?: () => void;
  /** In the drawer of a phone there is nothing to collapse. */
  drawer?: boolean;
}

type To = Pick<LinkProps, 'to' | 'params' | 'search'>;

function RailLink({ to, icon, label, keys, narrow, exact }: { to: To; icon: IconName; label: string; keys?: string; narrow: boolean; exact?: boolean }): ReactElement {
  const link = (
    <Link {...to} className={css['link'] ?? ''} activeOptions={{ exact: exact ?? false, includeSearch: false }} activeProps={{ 'data-current': 'true' }} aria-label={narrow ? label : undefined}>
      <Icon name={icon} />
      {!narrow && <span className={css['label']}>{label}</span>}
    </Link>
  );
  return narrow || keys ? (
    <Tooltip label={label} keys={keys} position="right">
      {link}
    </Tooltip>
  ) : (
    link
  );
}

/** A project wears the first letters of its key on a quiet tile. */
export function ProjectTile({ projectKey, size = 18 }: { projectKey: string; size?: number }): ReactElement {
  const hue = [...projectKey].reduce((sum, char) => sum + (char.codePointAt(0) ?? 0) * 47, 0) % 360;
  return (
    <span
      className={css['tile']}
      style={{ width: size, height: size, fontSize: Math.round(size * 0.5), background: `hsl(${hue} 42% 40%)` }}
      aria-hidden="true"
    >
      {projectKey.slice(0, size > 24 ? 2 : 1)}
    </span>
  );
}

function ProjectLinks({ title, projects, narrow }: { title: string; projects: readonly ProjectLink[]; narrow: boolean }): ReactElement | null {
  if (projects.length === 0) return null;
  return (
    <Group title={title} narrow={narrow}>
      {projects.map((project) => {
        const link = (
          <Link key={project.key} to="/projects/$key" params={{ key: project.key }} className={css['link'] ?? ''} activeProps={{ 'data-current': 'true' }} aria-label={narrow ? project.name : undefined}>
            <ProjectTile projectKey={project.key} />
            {!narrow && <span className={css['label']}>{project.name}</span>}
          </Link>
        );
        return narrow ? (
          <Tooltip key={project.key} label={project.name} position="right">
            {link}
          </Tooltip>
        ) : (
          link
        );
      })}
    </Group>
  );
}

function Group({ title, narrow, children }: { title: string; narrow: boolean; children: ReactNode }): ReactElement {
  return (
    <div className={css['group']} role="group" aria-label={title}>
      {narrow ? <hr className={css['rule']} /> : <div className={css['title']}>{title}</div>}
      {children}
    </div>
  );
}

function SiteSwitcher({ narrow }: { narrow: boolean }): ReactElement {
  const { site, sites, account } = useSignedIn();
  const { choice } = useTheme();
  const leave = () => void signOut().finally(() => location.assign(`${boot.basePath}/login`));
  const items: MenuItem[] = [
    ...(sites.length > 1
      ? [
          { heading: 'Sites' },
          ...sites.map((other) => ({
            label: other.name,
            checked: other.slug === site.slug,
            onSelect: () => location.assign(other.url),
          })),
          'divider' as const,
        ]
      : []),
    { heading: 'Theme' },
    { label: 'Like the system', icon: 'monitor', checked: choice === 'system', onSelect: () => setTheme('system') },
    { label: 'Light', icon: 'sun', checked: choice === 'light', onSelect: () => setTheme('light') },
    { label: 'Dark', icon: 'moon', checked: choice === 'dark', onSelect: () => setTheme('dark') },
    'divider',
    { label: 'Keyboard shortcuts', icon: 'help', keys: '?', onSelect: () => openOverlay({ kind: 'keys' }) },
    { label: `Sign out ${account.displayName}`, icon: 'logout', onSelect: leave },
  ];
  return (
    <Menu
      position="bottom-start"
      width={240}
      items={items}
      trigger={
        <button type="button" className={css['site']}>
          <span className={css['logo']} aria-hidden="true">
            {site.name.slice(0, 1).toUpperCase()}
          </span>
          {narrow ? (
            <span className="visually-hidden">{site.name}</span>
          ) : (
            <>
              <span className={css['siteName']}>{site.name}</span>
              <Icon name="selector" />
            </>
          )}
        </button>
      }
    />
  );
}

/** The way about: site, search, create, products, projects, settings, and oneself. */
export function Rail({ narrow, onToggle, onFollow, drawer = false }: RailProps): ReactElement {
  const { account } = useSignedIn();
  const { starred } = useStarredProjects();
  const starredKeys = new Set(starred.map((project) => project.key));
  const recent = useRecentProjects().filter((project) => !starredKeys.has(project.key));
  return (
    <nav
      aria-label="Main"
      className={css['rail']}
      data-narrow={narrow}
      data-drawer={drawer}
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest('a')) onFollow?.();
      }}
    >
      <div className={css['head']}>
        <SiteSwitcher narrow={narrow} />
        {!narrow && !drawer && <IconButton icon="sidebar" label="Collapse the sidebar" keys="[" size="s" onClick={onToggle} />}
        {drawer && <IconButton icon="close" label="Close the menu" size="s" onClick={onToggle} />}
      </div>
      <div className={css['acts']}>
        {narrow ? (
          <>
            <IconButton icon="sidebar" label="Expand the sidebar" keys="[" onClick={onToggle} />
            <IconButton icon="search" label="Search" keys="/" onClick={() => openOverlay({ kind: 'palette' })} />
            <IconButton icon="plus" label="Create issue" keys="c" onClick={() => openOverlay({ kind: 'create' })} />
          </>
        ) : (
          <>
            <button type="button" className={css['search']} onClick={() => openOverlay({ kind: 'palette' })}>
              <Icon name="search" />
              <span className={css['label']}>Search</span>
              <Kbd keys="mod+k" />
            </button>
            <IconButton icon="plus" label="Create issue" keys="c" className={css['create'] ?? ''} onClick={() => openOverlay({ kind: 'create' })} />
          </>
        )}
      </div>
      <div className={css['scroll']}>
        <div className={css['group']}>
          <RailLink to={{ to: '/' }} exact icon="home" label="My work" keys="g d" narrow={narrow} />
          <RailLink to={{ to: '/issues' }} icon="issues" label="Issues" keys="g i" narrow={narrow} />
          <RailLink to={{ to: '/projects' }} exact icon="projects" label="Projects" keys="g p" narrow={narrow} />
        </div>
        <ProjectLinks title="Starred" projects={starred} narrow={narrow} />
        <ProjectLinks title="Recent" projects={recent.slice(0, 5)} narrow={narrow} />
        {account.admin && (
          <Group title="Site" narrow={narrow}>
            <RailLink to={{ to: '/settings/members' }} icon="members" label="Members" narrow={narrow} />
            <RailLink to={{ to: '/settings/time-machine' }} icon="history" label="Time machine" keys="g t" narrow={narrow} />
          </Group>
        )}
      </div>
      <div className={css['foot']}>
        <Link to="/profile/tokens" className={css['link'] ?? ''} activeProps={{ 'data-current': 'true' }} aria-label={narrow ? account.displayName : undefined}>
          <Avatar person={account} size={20} />
          {!narrow && <span className={css['label']}>{account.displayName}</span>}
        </Link>
        {!narrow && <IconButton icon="help" label="Keyboard shortcuts" keys="?" size="s" onClick={() => openOverlay({ kind: 'keys' })} />}
      </div>
    </nav>
  );
}
