import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useMemo, useRef, useState, type ReactElement } from 'react';
import { useLocal } from '../../api';
import { Breadcrumb, Button, EmptyState, ErrorState, Icon, IconButton, RelativeTime, SearchInput, SkeletonRows, Tabs } from '../../kit';
import { openOverlay, Page, useCommands } from '../../shell';
import { RefList } from '../parts/RefList';
import { SpaceIcon } from '../parts/SpaceIcon';
import { spaceTo } from '../paths';
import { homeQuery, spacesQuery } from '../queries';
import type { Draft, Ref, Space } from '../wire';
import { CreateSpaceDialog } from './CreateSpaceDialog';
import { matching } from './model';
import css from './Spaces.module.css';
import { useStarSpace } from './star';

type View = 'spaces' | 'recent' | 'starred' | 'drafts' | 'archived';

const none: Ref[] = [];

/** Where the wiki begins: all spaces, and what one was at last. */
export function SpacesPage(): ReactElement {
  const [view, setView] = useState<View>('spaces');
  const [query, setQuery] = useState('');
  const [cards, setCards] = useLocal('wiki.cards', true);
  const [creating, setCreating] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  const spaces = useQuery(spacesQuery(view === 'archived' ? 'archived' : 'current'));
  const home = useQuery(homeQuery);
  useCommands([
    { id: 'create-space', label: 'Create space', group: 'Wiki', icon: 'book', run: () => setCreating(true) },
    { id: 'find', label: 'Find a space', keys: 'f', group: 'Wiki', icon: 'search', run: () => search.current?.focus() },
  ]);
  const drafts = home.data?.drafts ?? [];
  const directory = view === 'spaces' || view === 'archived';
  return (
    <Page
      title="Spaces"
      head={<Breadcrumb>{['Wiki']}</Breadcrumb>}
      actions={
        <>
          <Button icon="book" onClick={() => setCreating(true)}>
            Create space
          </Button>
          <Button variant="primary" icon="plus" onClick={() => openOverlay({ kind: 'create', what: 'page' })}>
            Create page
          </Button>
        </>
      }
    >
      <div className={css['tools']}>
        <Tabs<View>
          label="What is shown"
          value={view}
          onChange={setView}
          tabs={[
            { value: 'spaces', label: 'Spaces' },
            { value: 'recent', label: 'Recent' },
            { value: 'starred', label: 'Starred' },
            { value: 'drafts', label: 'Drafts', ...(drafts.length > 0 ? { count: drafts.length } : {}) },
            { value: 'archived', label: 'Archived' },
          ]}
        />
        <span className={css['spring']} />
        {directory && (
          <>
            <SearchInput ref={search} label="Find a space" value={query} onChange={setQuery} width={220} />
            <IconButton icon={cards ? 'issues' : 'board'} label={cards ? 'Show as a list' : 'Show as cards'} onClick={() => setCards(!cards)} />
          </>
        )}
      </div>
      <div className={css['scroll']} tabIndex={0} role="tabpanel" aria-label={view}>
        {directory ? (
          spaces.isPending ? (
            <SkeletonRows rows={6} height={56} />
          ) : spaces.isError ? (
            <ErrorState what="load the spaces" error={spaces.error} onRetry={() => void spaces.refetch()} />
          ) : (
            <Directory spaces={spaces.data} query={query} cards={cards} archived={view === 'archived'} onCreate={() => setCreating(true)} />
          )
        ) : home.isPending ? (
          <SkeletonRows rows={6} height={40} />
        ) : home.isError ? (
          <ErrorState what="load your pages" error={home.error} onRetry={() => void home.refetch()} />
        ) : view === 'drafts' ? (
          <Drafts drafts={drafts} spaces={home.data.spaces ?? []} />
        ) : view === 'recent' ? (
          <Recent seen={home.data.recent ?? none} updated={home.data.updated ?? none} />
        ) : (home.data.favourites ?? none).length === 0 ? (
          <EmptyState icon="star" title="Nothing starred yet">
            Star a page with the star at its top to find it here and in the rail.
          </EmptyState>
        ) : (
          <RefList label="Starred pages" items={home.data.favourites ?? none} />
        )}
      </div>
      {creating && <CreateSpaceDialog onClose={() => setCreating(false)} />}
    </Page>
  );
}

interface DirectoryProps {
  spaces: readonly Space[];
  query: string;
  cards: boolean;
  archived: boolean;
  onCreate: () => void;
}

function Directory({ spaces, query, cards, archived, onCreate }: DirectoryProps): ReactElement {
  const shown = useMemo(() => matching(spaces, query), [spaces, query]);
  if (spaces.length === 0 && archived) {
    return (
      <EmptyState icon="archive" title="No archived spaces">
        A space that is archived keeps its pages and leaves the directory and the search.
      </EmptyState>
    );
  }
  if (spaces.length === 0) {
    return (
      <EmptyState
        icon="book"
        title="Your first space"
        action={
          <Button variant="primary" icon="plus" onClick={onCreate}>
            Create space
          </Button>
        }
      >
        A space holds the pages of a team or a subject, as a tree.
      </EmptyState>
    );
  }
  if (shown.length === 0) {
    return (
      <EmptyState icon="search" title="No space matches">
        Nothing is called “{query}”.
      </EmptyState>
    );
  }
  return (
    <ul className={cards ? css['cards'] : css['list']} aria-label="Spaces">
      {shown.map((space) => (
        <SpaceItem key={space.key} space={space} card={cards} />
      ))}
    </ul>
  );
}

function SpaceItem({ space, card }: { space: Space; card: boolean }): ReactElement {
  const star = useStarSpace();
  return (
    <li className={card ? css['card'] : css['item']}>
      <Link {...spaceTo(space.key)} className={css['face'] ?? ''}>
        <SpaceIcon space={space} size={card ? 40 : 28} />
        <span className={css['words']}>
          <b>{space.name}</b>
          <small>{space.description || (space.type === 'personal' ? 'Personal space' : space.key)}</small>
        </span>
        {!card && <span className={css['key']}>{space.key}</span>}
      </Link>
      <IconButton icon="star" size="s" label={`${space.favourite ? 'Unstar' : 'Star'} ${space.name}`} pressed={space.favourite} className={space.favourite ? (css['starred'] ?? '') : (css['unstarred'] ?? '')} onClick={() => star(space)} />
    </li>
  );
}

function Recent({ seen, updated }: { seen: readonly Ref[]; updated: readonly Ref[] }): ReactElement {
  if (seen.length === 0 && updated.length === 0) {
    return (
      <EmptyState icon="clock" title="Nothing yet">
        Pages you read and pages that change show up here.
      </EmptyState>
    );
  }
  return (
    <div className={css['sections']}>
      {seen.length > 0 && (
        <section>
          <h2>You were here</h2>
          <RefList label="Pages you read" items={seen} />
        </section>
      )}
      {updated.length > 0 && (
        <section>
          <h2>Changed lately</h2>
          <RefList label="Pages that changed" items={updated} />
        </section>
      )}
    </div>
  );
}

function Drafts({ drafts, spaces }: { drafts: readonly Draft[]; spaces: readonly Space[] }): ReactElement {
  const navigate = useNavigate();
  const all = useQuery(spacesQuery());
  const keyOf = (id: string) => [...spaces, ...(all.data ?? [])].find((space) => space.id === id)?.key;
  if (drafts.length === 0) {
    return (
      <EmptyState icon="edit" title="No drafts">
        What you write is kept as you write it. What you have not published waits here.
      </EmptyState>
    );
  }
  return (
    <ul className={css['list']} aria-label="Drafts">
      {drafts.map((draft) => {
        const key = keyOf(draft.spaceId);
        return (
          <li key={draft.pageId} className={css['item']}>
            <button type="button" className={css['face']} disabled={!key} onClick={() => key && void navigate({ to: '/wiki/spaces/$key/pages/$id', params: { key, id: draft.pageId }, search: { edit: true } })}>
              <Icon name="edit" />
              <span className={css['words']}>
                <b>{draft.title || 'Untitled'}</b>
                <small>
                  {draft.new ? 'Never published' : 'Changes not published'} · <RelativeTime at={draft.updatedAt} />
                </small>
              </span>
              {key && <span className={css['key']}>{key}</span>}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
