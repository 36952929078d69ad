import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Button, EmptyState, ErrorState, SkeletonRows } from '../../kit';
import { Page } from '../../shell';
import { useNewPage } from '../edit/newPage';
import { RefList } from '../parts/RefList';
import { blogQuery, spaceQuery } from '../queries';
import css from './Frame.module.css';
import { Head } from './Head';

/** The blog posts of a space, newest first. */
export function BlogPage(): ReactElement {
  const { key = '' } = useParams({ strict: false });
  const space = useQuery(spaceQuery(key)).data;
  const posts = useInfiniteQuery(blogQuery(key));
  const newPage = useNewPage();
  const items = posts.data?.pages.flatMap((page) => page.results ?? []) ?? [];
  const write = space?.can.createBlogPost ? (
    <Button variant="primary" icon="plus" onClick={() => void newPage({ space, type: 'blogpost' })}>
      Write a post
    </Button>
  ) : undefined;
  return (
    <Page title={`Blog of ${space?.name ?? key}`} head={<Head space={space ?? { key, name: key }} here="Blog" heading />} actions={write}>
      <div className={css['scroll']}>
        {posts.isPending ? (
          <SkeletonRows rows={6} height={40} />
        ) : posts.isError ? (
          <ErrorState what="load the blog" error={posts.error} onRetry={() => void posts.refetch()} />
        ) : items.length === 0 ? (
          <EmptyState icon="megaphone" title="No posts yet" action={write}>
            A post tells what happened: news, a decision, a look back. It has a date instead of a place in the tree.
          </EmptyState>
        ) : (
          <RefList label="Blog posts" items={items} space={false} />
        )}
        {posts.hasNextPage && (
          <div className={css['more']}>
            <Button busy={posts.isFetchingNextPage} onClick={() => void posts.fetchNextPage()}>
              Show more
            </Button>
          </div>
        )}
      </div>
    </Page>
  );
}
