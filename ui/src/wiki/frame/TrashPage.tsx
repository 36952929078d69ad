import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Button, Dialog, EmptyState, ErrorState, Icon, RelativeTime, SkeletonRows, toast } from '../../kit';
import { Page } from '../../shell';
import { refused } from '../parts/say';
import { pageTo } from '../paths';
import { pagePath, spacePath, spaceQuery, trashQuery } from '../queries';
import { keys } from '../stale';
import type { Trashed } from '../wire';
import { ArchivedPages } from './ArchivedPages';
import css from './Frame.module.css';
import { Head } from './Head';

/** What was thrown away in a space, to be brought back or ended. */
export function TrashPage(): ReactElement {
  const { key = '' } = useParams({ strict: false });
  const queries = useQueryClient();
  const navigate = useNavigate();
  const space = useQuery(spaceQuery(key)).data;
  const trash = useInfiniteQuery(trashQuery(key));
  const [doomed, setDoomed] = useState<Trashed | null>(null);
  const items = trash.data?.pages.flatMap((page) => page.results ?? []) ?? [];
  const settled = () => Promise.all([keys.lists, keys.trees, keys.pages].map((queryKey) => queries.invalidateQueries({ queryKey })));
  const restore = useMutation({
    meta: { quiet: true },
    mutationFn: (item: Trashed) => api.post<{ id: string }>(`${pagePath(item.id)}/restore`, {}),
    onSuccess: (_answer, item) => toast({ title: `${item.title} is back`, tone: 'success', action: { label: 'Open', run: () => void navigate(pageTo({ id: item.id, spaceKey: key, title: item.title, type: item.type })) } }),
    onError: (error, item) => refused(`Restoring ${item.title}`, error),
    onSettled: settled,
  });
  const purge = useMutation({
    meta: { quiet: true },
    mutationFn: (item: Trashed) => api.delete(`${spacePath(key)}/trash/${item.id}`),
    onSuccess: (_answer, item) => {
      toast({ title: `${item.title} deleted` });
      setDoomed(null);
    },
    onError: (error, item) => refused(`Deleting ${item.title}`, error),
    onSettled: settled,
  });
  return (
    <Page title={`Trash and archive of ${space?.name ?? key}`} head={<Head space={space ?? { key, name: key }} here="Trash and archive" heading />}>
      <div className={css['scroll']}>
        {trash.isPending ? (
          <SkeletonRows rows={6} height={48} />
        ) : trash.isError ? (
          <ErrorState what="load the trash" error={trash.error} onRetry={() => void trash.refetch()} />
        ) : items.length === 0 ? (
          <EmptyState icon="trash" title="The trash is empty">
            Pages that are moved to the trash wait here with their comments and files until they are restored or deleted.
          </EmptyState>
        ) : (
          <ul aria-label="Pages in the trash">
            {items.map((item) => (
              <li key={item.id} className={css['trashRow']}>
                <Icon name={item.type === 'blogpost' ? 'megaphone' : 'page'} />
                <span className={css['trashWords']}>
                  <b>{item.title}</b>
                  <small>
                    {item.trashedBy ? `${item.trashedBy.displayName} · ` : ''}
                    <RelativeTime at={item.trashedAt} />
                  </small>
                </span>
                <Button size="s" icon="undo" busy={restore.isPending && restore.variables.id === item.id} aria-label={`Restore ${item.title}`} onClick={() => restore.mutate(item)}>
                  Restore
                </Button>
                {space?.can.administer && (
                  <Button size="s" variant="subtle" aria-label={`Delete ${item.title} for good`} onClick={() => setDoomed(item)}>
                    Delete
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
        {trash.hasNextPage && (
          <div className={css['more']}>
            <Button busy={trash.isFetchingNextPage} onClick={() => void trash.fetchNextPage()}>
              Show more
            </Button>
          </div>
        )}
        {space && <ArchivedPages space={space} mayRestore={space.can.edit} />}
      </div>
      {doomed && (
        <Dialog
          title="Delete this page for good?"
          width={440}
          onClose={() => setDoomed(null)}
          footer={
            <>
              <Button variant="subtle" data-autofocus onClick={() => setDoomed(null)}>
                Keep it
              </Button>
              <Button variant="danger" busy={purge.isPending} onClick={() => purge.mutate(doomed)}>
                Delete page
              </Button>
            </>
          }
        >
          <p>
            <b>{doomed.title}</b> goes with its versions, comments and files. Only the time machine of the site can bring it back.
          </p>
        </Dialog>
      )}
    </Page>
  );
}
