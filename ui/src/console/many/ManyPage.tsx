import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { Breadcrumb, Button, EmptyState, ErrorState, RelativeTime, SkeletonRows } from '../../kit';
import { Page } from '../../shell';
import { about } from '../assurance/ask';
import css from '../Console.module.css';
import { Bar, Go, State } from '../parts';
import { actorText, many, spanText } from '../words';

/** Restores of many sites. */
export function ManyPage(): ReactElement {
  const list = useInfiniteQuery(about.manies());
  const all = list.data?.pages.flatMap((page) => page.restores) ?? [];
  return (
    <Page
      title="Restore many"
      shape="wide"
      head={<Breadcrumb>{['Restore many']}</Breadcrumb>}
      actions={
        <Go to="restores/new" className={css['act']}>
          Restore many sites…
        </Go>
      }
    >
      {list.isPending ? (
        <SkeletonRows />
      ) : list.isError ? (
        <ErrorState what="list the restores of many sites" error={list.error} onRetry={() => void list.refetch()} />
      ) : all.length === 0 ? (
        <EmptyState icon="history" title="Many sites were never restored together" action={<Go to="restores/new">Choose sites</Go>}>
          When a disk dies or a script ran wild, all that were hit come back as one operation: measured before, proven row by row, paused and gone on with at any time, and taken back when it was wrong.
        </EmptyState>
      ) : (
        <ul className={css['rows']}>
          {all.map((one) => (
            <li key={one.id}>
              <State state={one.state} />
              <Go to={`restores/${one.id}`} className={css['name']}>
                {many(one.total, 'site')} {one.asked}
              </Go>
              <span className={css['quiet']}>
                {one.reason} · {actorText(one.by)}, <RelativeTime at={one.started} />
                {one.finished && ` in ${spanText(one.started, one.finished)}`}
              </span>
              <span className={css['spring']} />
              {one.running ? <Bar done={one.done + one.failed} total={one.total} text={`${one.done} of ${one.total} back`} /> : one.failed > 0 ? <span className={css['wrong']}>{many(one.failed, 'site')} not back</span> : null}
            </li>
          ))}
        </ul>
      )}
      {list.hasNextPage && (
        <div className={css['more']}>
          <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Show older
          </Button>
        </div>
      )}
    </Page>
  );
}
