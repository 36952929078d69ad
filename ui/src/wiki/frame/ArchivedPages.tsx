import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Button, Icon, RelativeTime } from '../../kit';
import { useArchive } from '../page/useArchive';
import { pageTo } from '../paths';
import { archiveQuery } from '../queries';
import css from './Frame.module.css';

/** What was archived in a space: out of the tree and the search, read by its address, and brought back from here. */
export function ArchivedPages({ space, mayRestore }: { space: { id: string; key: string }; mayRestore: boolean }): ReactElement | null {
  const { data } = useQuery(archiveQuery(space.id));
  const archive = useArchive();
  const pages = data?.results ?? [];
  if (pages.length === 0) return null;
  return (
    <section>
      <h2 className={css['listHead']}>Archived</h2>
      <ul aria-label="Archived pages">
        {pages.map((item) => (
          <li key={item.id} className={css['trashRow']}>
            <Icon name="archive" />
            <span className={css['trashWords']}>
              <Link {...pageTo({ id: item.id, spaceKey: space.key, title: item.title })}>
                <b>{item.title}</b>
              </Link>
              <small>
                last written <RelativeTime at={item.version.createdAt} />
              </small>
            </span>
            {mayRestore && (
              <Button size="s" icon="undo" busy={archive.isPending && archive.variables.id === item.id} aria-label={`Bring back ${item.title}`} onClick={() => archive.mutate({ id: item.id, title: item.title, on: false })}>
                Bring back
              </Button>
            )}
          </li>
        ))}
      </ul>
      {data?._links?.next && <p className={css['listHead']}>Those last written show; older ones are found by their address.</p>}
    </section>
  );
}
