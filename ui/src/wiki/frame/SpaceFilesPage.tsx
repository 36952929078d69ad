import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { Button, EmptyState, ErrorState, SkeletonRows } from '../../kit';
import { Page } from '../../shell';
import { FileGrid } from '../files/FileGrid';
import { FilePreview } from '../files/FilePreview';
import { spaceFilesQuery, spaceQuery } from '../queries';
import css from './Frame.module.css';
import { Head } from './Head';

/** All files of the pages of a space. */
export function SpaceFilesPage(): ReactElement {
  const { key = '' } = useParams({ strict: false });
  const space = useQuery(spaceQuery(key)).data;
  const files = useInfiniteQuery(spaceFilesQuery(key));
  const [preview, setPreview] = useState<string | null>(null);
  const items = files.data?.pages.flatMap((page) => page.media ?? []) ?? [];
  return (
    <Page title={`Files of ${space?.name ?? key}`} head={<Head space={space ?? { key, name: key }} here="Files" heading />}>
      <div className={css['scroll']}>
        {files.isPending ? (
          <SkeletonRows rows={6} height={48} />
        ) : files.isError ? (
          <ErrorState what="load the files" error={files.error} onRetry={() => void files.refetch()} />
        ) : items.length === 0 ? (
          <EmptyState icon="attach" title="No files yet">
            Drop or paste a file into a page and it shows up here too.
          </EmptyState>
        ) : (
          <FileGrid files={items} onOpen={setPreview} padded />
        )}
        {files.hasNextPage && (
          <div className={css['more']}>
            <Button busy={files.isFetchingNextPage} onClick={() => void files.fetchNextPage()}>
              Show more
            </Button>
          </div>
        )}
      </div>
      {preview && <FilePreview files={items} id={preview} onClose={() => setPreview(null)} onShow={setPreview} />}
    </Page>
  );
}
