import { useQuery } from '@tanstack/react-query';
import { Navigate, useParams } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { api } from '../../api';
import { SkeletonRows } from '../../kit';
import { Page } from '../../shell';
import { pageTo } from '../paths';
import { pageQuery, rest } from '../queries';
import { PageProblem } from './PageProblem';

/** Goes on to a page of which only the identifier is known. */
export function ByIdPage(): ReactElement {
  const { id = '' } = useParams({ strict: false });
  const page = useQuery(pageQuery(id));
  if (page.data) return <Navigate {...pageTo({ id, spaceKey: page.data.space.key, title: page.data.title, type: page.data.type })} replace />;
  return (
    <Page title="Page" head={<span />}>
      {page.isError ? <PageProblem error={page.error} onRetry={() => void page.refetch()} /> : <SkeletonRows />}
    </Page>
  );
}

/** Goes on to a page that an old address names by its title. */
export function ByTitlePage(): ReactElement {
  const { key = '', title = '' } = useParams({ strict: false });
  const found = useQuery({
    queryKey: ['wiki', 'title', key, title],
    queryFn: ({ signal }) => api.get<{ id: string }>(`${rest}/pages/by-title`, { query: { space: key, title: title.replaceAll('+', ' ') }, signal }),
    retry: false,
  });
  if (found.data) return <Navigate to="/wiki/spaces/$key/pages/$id" params={{ key, id: found.data.id }} replace />;
  return (
    <Page title="Page" head={<span />}>
      {found.isError ? <PageProblem error={found.error} onRetry={() => void found.refetch()} /> : <SkeletonRows />}
    </Page>
  );
}
