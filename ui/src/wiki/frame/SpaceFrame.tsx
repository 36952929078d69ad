import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useMemo, useState, type ReactElement } from 'react';
import { ApiError, siteUrl, useLocal } from '../../api';
import { Drawer, EmptyState, ErrorState, Icon, IconButton, SearchInput, type IconName, type MenuItem } from '../../kit';
import { useCommands, type To } from '../../shell';
import { CopyPageDialog } from '../dialogs/CopyPageDialog';
import { MovePageDialog } from '../dialogs/MovePageDialog';
import { TrashPageDialog } from '../dialogs/TrashPageDialog';
import { useNewPage } from '../edit/newPage';
import { copyText } from '../parts/say';
import { SpaceIcon } from '../parts/SpaceIcon';
import { pageTo, spaceTo } from '../paths';
import { spaceQuery, suggestions } from '../queries';
import { visitSpace } from '../recent';
import { useStarSpace, useWatchSpace } from '../spaces/star';
import { keys } from '../stale';
import { PageTree } from '../tree/PageTree';
import { useTree } from '../tree/useTree';
import type { Space, TreeNode } from '../wire';
import { FrameContext } from './context';
import css from './Frame.module.css';

type Asked = { what: 'move' | 'copy' | 'trash'; node: TreeNode };

/** A space: its pages as a tree at the left, and beside it whatever page of it is open. */
export function SpaceFrame(): ReactElement {
  const { key = '', id } = useParams({ strict: false });
  const space = useQuery(spaceQuery(key));
  const [drawer, setDrawer] = useState(false);
  const [hidden, setHidden] = useLocal('wiki.tree-hidden', false);
  const [shown, setShown] = useState<string | undefined>();
  const data = space.data;
  useEffect(() => {
    if (data) visitSpace(data);
  }, [data]);
  useCommands([{ id: 'toggle-tree', label: hidden ? 'Show the page tree' : 'Hide the page tree', keys: ']', group: 'Wiki', icon: 'tree', run: () => setHidden(!hidden) }]);
  const frame = useMemo(() => ({ openTree: () => setDrawer(true), show: setShown, hidden, setHidden }), [hidden, setHidden]);
  if (space.isError && !data) {
    const gone = space.error instanceof ApiError && space.error.status === 404;
    return gone ? (
      <EmptyState icon="book" title="There is no such space" action={<Link to="/wiki">All spaces</Link>}>
        It may have another key, or it is not open to you.
      </EmptyState>
    ) : (
      <ErrorState what="load the space" error={space.error} onRetry={() => void space.refetch()} />
    );
  }
  const side = (onDone: () => void) => <Side key={key} spaceKey={key} space={data} current={id ?? shown} onDone={onDone} onHide={() => setHidden(true)} />;
  return (
    <FrameContext value={frame}>
      <div className={css['frame']}>
        {!hidden && (
          <aside className={css['side']} aria-label={`Pages of ${data?.name ?? key}`}>
            {side(() => undefined)}
          </aside>
        )}
        <div className={css['main']}>
          <Outlet />
        </div>
      </div>
      <Drawer label="Pages" opened={drawer} onClose={() => setDrawer(false)} size={304}>
        <div className={css['drawer']}>{side(() => setDrawer(false))}</div>
      </Drawer>
    </FrameContext>
  );
}

interface SideProps {
  spaceKey: string;
  space: Space | undefined;
  current: string | undefined;
  onDone: () => void;
  onHide: () => void;
}

function Side({ spaceKey, space, current, onDone, onHide }: SideProps): ReactElement {
  const navigate = useNavigate();
  const tree = useTree(spaceKey, current ?? space?.homepageId, space?.homepageId);
  const [query, setQuery] = useState('');
  const [asked, setAsked] = useState<Asked | null>(null);
  const newPage = useNewPage();
  const star = useStarSpace();
  const watch = useWatchSpace();
  const can = space?.can;
  const go = (to: To) => {
    onDone();
    void navigate(to);
  };
  const create = (parentId: string | undefined) => {
    if (!space) return;
    onDone();
    void newPage({ space, parentId });
  };
  const menu = (node: TreeNode): MenuItem[] => [
    ...(can?.createPage ? [{ label: 'Create a page below', icon: 'plus' as const, onSelect: () => create(node.id) }] : []),
    { label: 'Copy link', icon: 'link', onSelect: () => copyText(location.origin + siteUrl(`/wiki/spaces/${spaceKey}/pages/${node.id}`), 'Link') },
    ...(can?.createPage
      ? [
          { label: 'Move…', icon: 'move' as const, onSelect: () => setAsked({ what: 'move', node }) },
          { label: 'Copy…', icon: 'copy' as const, onSelect: () => setAsked({ what: 'copy', node }) },
        ]
      : []),
    ...(can?.delete ? (['divider', { label: 'Move to trash…', icon: 'trash', danger: true, onSelect: () => setAsked({ what: 'trash', node }) }] as const) : []),
  ];
  return (
    <>
      <div className={css['spaceHead']}>
        <Link {...spaceTo(spaceKey)} className={css['spaceName'] ?? ''} onClick={onDone}>
          <SpaceIcon space={space ?? { key: spaceKey, name: spaceKey }} size={24} />
          <span>{space?.name ?? spaceKey}</span>
        </Link>
        {space && <IconButton icon="star" size="s" label={space.favourite ? 'Unstar this space' : 'Star this space'} pressed={space.favourite} className={space.favourite ? (css['starred'] ?? '') : ''} onClick={() => star(space)} />}
        {space && <IconButton icon="eye" size="s" label={space.watching ? 'Stop watching this space' : 'Watch this space'} pressed={space.watching} onClick={() => watch(space)} />}
        <span className={css['desktop']}>
          <IconButton icon="chevronLeft" size="s" label="Hide the page tree" keys="]" onClick={onHide} />
        </span>
      </div>
      {space?.status === 'archived' && <p className={css['archived']}>This space is archived.</p>}
      <nav className={css['places']} aria-label="Space">
        <Place to={{ to: '/wiki/spaces/$key/blog', params: { key: spaceKey } }} icon="megaphone" label="Blog" onDone={onDone} />
        <Place to={{ to: '/wiki/spaces/$key/attachments', params: { key: spaceKey } }} icon="attach" label="Files" onDone={onDone} />
        <Place to={{ to: '/wiki/spaces/$key/trash', params: { key: spaceKey } }} icon="trash" label="Trash" onDone={onDone} />
        <Place to={{ to: '/wiki/spaces/$key/settings', params: { key: spaceKey } }} icon="settings" label="Settings" onDone={onDone} />
      </nav>
      <div className={css['find']}>
        <SearchInput label="Find a page here" value={query} onChange={setQuery} width="100%" />
        {can?.createPage && <IconButton icon="plus" label="Create a page" size="s" onClick={() => create(space?.homepageId)} />}
      </div>
      {query.trim() !== '' ? (
        <Found spaceKey={spaceKey} query={query.trim()} onDone={onDone} />
      ) : (
        <PageTree
          tree={tree}
          current={current}
          label={`Pages of ${space?.name ?? spaceKey}`}
          mayMove={can?.createPage ?? false}
          onOpen={(node) => go(pageTo({ id: node.id, spaceKey, title: node.title }))}
          menu={menu}
          onCreate={can?.createPage ? (parent) => create(parent.id) : undefined}
        />
      )}
      {asked?.what === 'move' && <MovePageDialog page={{ id: asked.node.id, title: asked.node.title, spaceKey }} onClose={() => setAsked(null)} />}
      {asked?.what === 'copy' && <CopyPageDialog page={{ id: asked.node.id, title: asked.node.title, spaceKey, children: asked.node.children }} onClose={() => setAsked(null)} />}
      {asked?.what === 'trash' && <TrashPageDialog page={{ id: asked.node.id, title: asked.node.title, spaceKey, children: asked.node.children, parentId: asked.node.parentId }} open={asked.node.id === current} onClose={() => setAsked(null)} />}
    </>
  );
}

function Place({ to, icon, label, onDone }: { to: To; icon: IconName; label: string; onDone: () => void }): ReactElement {
  return (
    <Link {...to} className={css['place'] ?? ''} activeProps={{ 'data-current': 'true' }} onClick={onDone}>
      <Icon name={icon} size={14} /> {label}
    </Link>
  );
}

function Found({ spaceKey, query, onDone }: { spaceKey: string; query: string; onDone: () => void }): ReactElement {
  const found = useQuery({ queryKey: [...keys.lists, 'suggest', spaceKey, query], queryFn: ({ signal }) => suggestions(query, { space: spaceKey, signal }) });
  const pages = found.data?.pages ?? [];
  if (found.isError) return <ErrorState compact what="search" error={found.error} onRetry={() => void found.refetch()} />;
  return (
    <div className={css['found']} role="status">
      {found.data && pages.length === 0 && <p className={css['none']}>No page has this in its title.</p>}
      {pages.map((page) => (
        <Link key={page.id} {...pageTo({ id: page.id, spaceKey: page.spaceKey, title: page.title, type: page.type })} className={css['hit'] ?? ''} onClick={onDone}>
          <Icon name={page.type === 'blogpost' ? 'megaphone' : 'page'} size={14} />
          <span>{page.title}</span>
        </Link>
      ))}
      <Link to="/wiki/search" search={{ q: query, space: spaceKey }} className={css['hit'] ?? ''} onClick={onDone}>
        <Icon name="search" size={14} />
        <span>Search the texts for “{query}”</span>
      </Link>
    </div>
  );
}
