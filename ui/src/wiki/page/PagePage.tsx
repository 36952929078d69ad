import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, type ReactElement } from 'react';
import { api, ApiError } from '../../api';
import { Button, EmptyState, Skeleton, useSlow } from '../../kit';
import { Page } from '../../shell';
import { useNewPage } from '../edit/newPage';
import { useFrame } from '../frame/context';
import { Head } from '../frame/Head';
import { RefList } from '../parts/RefList';
import { draftQuery, pagePath, pageQuery, spaceHomeQuery, spaceQuery } from '../queries';
import { keys } from '../stale';
import type { SpaceHome, WikiPage } from '../wire';
import css from './Page.module.css';
import { PageProblem } from './PageProblem';
import { ReadPage } from './ReadPage';

const EditPage = lazy(() => import('../edit/EditPage').then((m) => ({ default: m.EditPage })));

/** Says that a page was opened, for the lists of what one read. */
function useSeen(id: string | undefined): void {
  const queries = useQueryClient();
  useEffect(() => {
    if (!id) return;
    void api.post(`${pagePath(id)}/seen`).then(
      () => queries.invalidateQueries({ queryKey: [...keys.lists, 'home'], refetchType: 'none' }),
      () => undefined,
    );
  }, [id, queries]);
}

function Loading(): ReactElement | null {
  if (!useSlow(true)) return null;
  return (
    <div className={css['loading']} role="status" aria-label="Loading the page">
      <Skeleton width="55%" height={30} />
      <Skeleton width={260} height={12} style={{ marginBottom: 24 }} />
      {[96, 100, 92, 60, 98, 88, 40].map((width, i) => (
        <Skeleton key={i} width={`${width}%`} height={13} />
      ))}
    </div>
  );
}

function Waiting(): ReactElement {
  const { key = '' } = useParams({ strict: false });
  const space = useQuery(spaceQuery(key)).data;
  return (
    <Page title="Page" head={<Head space={space ?? { key, name: key }} />}>
      <Loading />
    </Page>
  );
}

function Shown({ page }: { page: WikiPage }): ReactElement {
  const { edit } = useSearch({ strict: false }) as { edit?: true };
  useSeen(page.status === 'draft' ? undefined : page.id);
  if (edit && page.can.edit) {
    return (
      <Suspense fallback={<Waiting />}>
        <EditPage key={`${page.id}-edit`} page={page} draft={page.draft ?? null} spaceKey={page.space.key} />
      </Suspense>
    );
  }
  return <ReadPage key={page.id} page={page} />;
}

/** A page or blog post, read or written at the same address. */
export function PagePage(): ReactElement {
  const { key = '', id = '' } = useParams({ strict: false });
  const page = useQuery(pageQuery(id));
  const missing = page.error instanceof ApiError && page.error.status === 404;
  const unpublished = page.data?.status === 'draft';
  const draft = useQuery({ ...draftQuery(id), enabled: (missing && !page.data) || unpublished });
  const space = useQuery(spaceQuery(key)).data;
  if (page.data && !unpublished && !missing) return <Shown page={page.data} />;
  if (draft.data) {
    return (
      <Suspense fallback={<Waiting />}>
        <EditPage key={`${id}-edit`} page={null} draft={draft.data} spaceKey={key} />
      </Suspense>
    );
  }
  if (page.isError && (!missing || draft.isError)) {
    return (
      <Page title="Page" head={<Head space={space ?? { key, name: key }} />}>
        <PageProblem error={page.error} onRetry={() => void page.refetch()} />
      </Page>
    );
  }
  return <Waiting />;
}

/** The homepage of a space; in a space without one, what there is. */
export function HomePage(): ReactElement {
  const { key = '' } = useParams({ strict: false });
  const home = useQuery(spaceHomeQuery(key));
  const { show } = useFrame();
  const id = home.data?.page?.id;
  const page = useQuery({ ...pageQuery(id ?? ''), enabled: id !== undefined, initialData: home.data?.page ?? undefined, initialDataUpdatedAt: home.dataUpdatedAt });
  useEffect(() => {
    show(id);
    return () => show(undefined);
  }, [id, show]);
  if (home.isError && !home.data) {
    return (
      <Page title="Space" head={<Head space={{ key, name: key }} />}>
        <PageProblem error={home.error} onRetry={() => void home.refetch()} />
      </Page>
    );
  }
  if (!home.data) return <Waiting />;
  const shown = page.data ?? home.data.page;
  return shown ? <Shown page={shown} /> : <Homeless home={home.data} />;
}

function Homeless({ home }: { home: SpaceHome }): ReactElement {
  const navigate = useNavigate();
  const newPage = useNewPage();
  const { space, recent } = home;
  const items = recent ?? [];
  return (
    <Page title={space.name} head={<Head space={space} here="Overview" heading />}>
      {items.length === 0 ? (
        <EmptyState
          icon="book"
          title={`${space.name} has no pages yet`}
          action={
            space.can.createPage ? (
              <Button variant="primary" icon="plus" onClick={() => void newPage({ space })}>
                Write the first page
              </Button>
            ) : (
              <Button onClick={() => void navigate({ to: '/wiki' })}>All spaces</Button>
            )
          }
        >
          The first page says what this space is for.
        </EmptyState>
      ) : (
        <RefList label="Changed lately" items={items} space={false} />
      )}
    </Page>
  );
}
