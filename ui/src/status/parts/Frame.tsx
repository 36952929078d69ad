import { useQuery } from '@tanstack/react-query';
import type { ReactElement, ReactNode } from 'react';
import { useLocal } from '../../api';
import { Breadcrumb, EmptyState, ErrorState, Icon, Menu, SkeletonRows } from '../../kit';
import { Page } from '../../shell';
import { pagesQuery } from '../queries';
import type { StatusPage } from '../wire';
import css from './parts.module.css';

/** The page one works on: the first, or the one that was chosen last. */
export function useStatusPage() {
  const [chosen, choose] = useLocal('status.page', '');
  const pages = useQuery(pagesQuery);
  const page = pages.data?.find((each) => each.id === chosen) ?? pages.data?.[0];
  return { pages, page, choose };
}

export interface StatusFrameProps {
  title: string;
  /** Where one is, after the page's name. */
  crumbs: readonly ReactNode[];
  /** The last crumb is the heading, unless the page has another. */
  heading?: boolean;
  actions?: (page: StatusPage) => ReactNode;
  shape?: 'canvas' | 'text' | 'wide';
  children: (page: StatusPage) => ReactNode;
}

/** The frame of everything about a status page: which page it is, how it is, and the way to what the public sees. */
export function StatusFrame({ title, crumbs, heading = true, actions, shape = 'canvas', children }: StatusFrameProps): ReactElement {
  const { pages, page, choose } = useStatusPage();
  const name =
    pages.data && pages.data.length > 1 ? (
      <Menu
        position="bottom-start"
        trigger={
          <button type="button" className={css['chooser']}>
            {page?.name} <Icon name="selector" size={12} />
          </button>
        }
        items={pages.data.map((each) => ({ label: each.name, checked: each.id === page?.id, onSelect: () => choose(each.id) }))}
      />
    ) : (
      <span className={css['pageName']}>{page?.name ?? 'Status page'}</span>
    );
  return (
    <Page
      title={title}
      shape={shape}
      head={<Breadcrumb heading={heading}>{[name, ...crumbs]}</Breadcrumb>}
      actions={
        page && (
          <>
            <a href={page.path} target="_blank" rel="noreferrer" className={css['public']} title={page.sentence}>
              <Icon name={page.settings.viewersMustBeTeamMembers ? 'lock' : 'external'} />
              <span>{page.settings.viewersMustBeTeamMembers ? 'Private page' : 'Public page'}</span>
            </a>
            {actions?.(page)}
          </>
        )
      }
    >
      {pages.isPending ? (
        <SkeletonRows rows={6} height={52} />
      ) : pages.isError ? (
        <ErrorState what="load the status page" error={pages.error} onRetry={() => void pages.refetch()} />
      ) : page ? (
        children(page)
      ) : (
        <EmptyState icon="pulse" title="There is no status page">
          An administrator can switch the status page of this site off and on again, which makes a first one.
        </EmptyState>
      )}
    </Page>
  );
}
