import { Link, useRouterState } from '@tanstack/react-router';
import { Fragment, useId, type ReactElement, type ReactNode } from 'react';
import { boot, signOut, useLocal } from '../api';
import { Avatar, Icon, IconButton, Kbd, Menu, setTheme, Tooltip, useTheme, type IconName, type MenuItem } from '../kit';
import { CreateButton } from './Create';
import { openOverlay } from './overlays';
import { productAt, useProducts, type RailEntry, type To } from './product';
import css from './Rail.module.css';
import { useSignedIn } from './session';

interface RailProps {
  narrow: boolean;
  onToggle: () => void;
  /** Called after a link was followed, so that the drawer closes. */
  onFollow?: () => void;
  /** In the drawer of a phone there is nothing to collapse. */
  drawer?: boolean;
}

interface RailLinkProps {
  to: To;
  icon?: IconName;
  /** Instead of an icon. */
  mark?: ReactNode;
  label: string;
  keys?: string | undefined;
  narrow: boolean;
  exact?: boolean;
}

/** A line of the rail; collapsed it is its icon with a tooltip. */
export function RailLink({ to, icon, mark, label, keys, narrow, exact }: RailLinkProps): ReactElement {
  const link = (
    <Link {...to} className={css['link'] ?? ''} activeOptions={{ exact: exact ?? false, includeSearch: false }} activeProps={{ 'data-current': 'true' }} aria-label={narrow ? label : undefined}>
      {icon ? <Icon name={icon} /> : mark}
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

/** Links under a quiet title; with `name` it folds, and this browser remembers. */
export function RailGroup({ title, narrow, icon, name, unfolded = true, children }: { title: string; narrow: boolean; icon?: IconName; name?: string; unfolded?: boolean; children: ReactNode }): ReactElement {
  const [folds, setFolds] = useLocal<Record<string, boolean>>('rail-folds', noFolds);
  const id = useId();
  const open = name === undefined || !(folds[name] ?? !unfolded);
  return (
    <div className={css['group']} role="group" aria-label={title} data-folded={!open && !narrow}>
      {narrow ? (
        <hr className={css['rule']} />
      ) : name === undefined ? (
        <div className={css['title']}>{title}</div>
      ) : (
        <button type="button" className={css['fold']} aria-expanded={open} aria-controls={id} onClick={() => setFolds({ ...folds, [name]: open })}>
          {icon && <Icon name={icon} size={14} />}
          <span className={css['label']}>{title}</span>
          <Icon name="chevronRight" size={12} />
        </button>
      )}
      {(open || narrow) && (
        <div id={id} className={css['links']}>
          {children}
        </div>
      )}
    </div>
  );
}

const noFolds: Record<string, boolean> = {};

function EntryLink({ entry, narrow }: { entry: RailEntry; narrow: boolean }): ReactElement {
  return <RailLink to={entry.link} icon={entry.icon} label={entry.label} narrow={narrow} {...(entry.keys ? { keys: entry.keys.split('|')[0] } : {})} exact={entry.exact ?? false} />;
}

/** More products than this, and those one does not look at stand folded. */
const unfoldedProducts = 2;

/** A group for each product. The collapsed rail shows the links of the product one looks at, and the others' first. */
function Products({ narrow }: { narrow: boolean }): ReactElement {
  const products = useProducts();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const optional = products.filter((product) => product.always !== true);
  const at = productAt(products, path);
  // On pages of the site itself the first product stays open.
  const here = at && !at.always ? at : optional[0];
  const single = optional.length === 1;
  return (
    <>
      {products.map((product) => {
        const entries = product.rail.filter((entry) => !entry.top);
        const More = product.RailMore;
        const first = entries[0];
        const shown = narrow && product !== here && !product.always && first ? [{ ...first, icon: product.icon, label: product.label }] : entries;
        const links = shown.map((entry) => <EntryLink key={String(entry.link.to)} entry={entry} narrow={narrow} />);
        if (entries.length === 0) return null;
        return (
          <Fragment key={product.name}>
            {/* A site with one product needs no name over it. */}
            {single && !product.always ? (
              <div className={css['group']}>{links}</div>
            ) : (
              <RailGroup title={product.label} narrow={narrow} {...(product.always ? {} : { name: product.name, icon: product.icon, unfolded: product === here || optional.length <= unfoldedProducts })}>
                {links}
              </RailGroup>
            )}
            {More && (single || product === here) && <More narrow={narrow} />}
          </Fragment>
        );
      })}
    </>
  );
}

function Tops({ narrow }: { narrow: boolean }): ReactElement | null {
  const tops = useProducts().flatMap((product) => product.rail.filter((entry) => entry.top));
  if (tops.length === 0) return null;
  return (
    <div className={css['group']}>
      {tops.map((entry) => (
        <EntryLink key={String(entry.link.to)} entry={entry} narrow={narrow} />
      ))}
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
            <CreateButton />
          </>
        ) : (
          <>
            <button type="button" className={css['search']} onClick={() => openOverlay({ kind: 'palette' })}>
              <Icon name="search" />
              <span className={css['label']}>Search</span>
              <Kbd keys="mod+k" />
            </button>
            <CreateButton className={css['create'] ?? ''} />
          </>
        )}
      </div>
      <div className={css['scroll']}>
        <Tops narrow={narrow} />
        <Products narrow={narrow} />
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
