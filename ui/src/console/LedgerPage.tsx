import { useInfiniteQuery, type InfiniteData, type UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { Breadcrumb, Button, EmptyState, ErrorState, RelativeTime, SkeletonRows } from '../kit';
import { Page } from '../shell';
import css from './Console.module.css';
import { Go, State } from './parts';
import { ask } from './platform';
import { actorText } from './words';
import type { LedgerPage as LedgerPart } from './wire';

/** Everything that was done to anything, by whom and why. */
export function LedgerPage(): ReactElement {
  return (
    <Page title="Ledger" head={<Breadcrumb>{['Ledger']}</Breadcrumb>} shape="wide">
      <LedgerTable pages={useInfiniteQuery(ask.ledger())} />
    </Page>
  );
}

/** The first clause of what an entry says; digests are for machines. */
const shortly = (detail: string): string => detail.split('; ')[0] ?? '';

export function LedgerTable({ pages, site = false }: { pages: UseInfiniteQueryResult<InfiniteData<LedgerPart>>; site?: boolean }): ReactElement {
  if (pages.isPending) return <SkeletonRows />;
  if (pages.isError) return <ErrorState what="read the ledger" error={pages.error} onRetry={() => void pages.refetch()} />;
  const entries = pages.data.pages.flatMap((page) => page.operations);
  if (entries.length === 0) return <EmptyState icon="book" title="Nothing was done yet">What operators and Holdfast itself do to sites stands here, and is never removed.</EmptyState>;
  return (
    <>
      <div className={css['scroll']} tabIndex={0} role="region" aria-label="Ledger">
        <table className={css['table']}>
          <thead>
            <tr>
              <th>When</th>
              <th>What</th>
              {!site && <th>To</th>}
              <th>By</th>
              <th>Why</th>
              <th>State</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <tr key={entry.id}>
                <td>
                  <RelativeTime at={entry.started} />
                </td>
                <td>
                  {entry.kind}
                  {entry.detail && entry.state !== 'failed' ? <span className={css['quiet']}> {shortly(entry.detail)}</span> : null}
                </td>
                {!site && (
                  <td>
                    {entry.target_name ? (
                      <>
                        <Go to={`sites/${entry.target}`} className={css['name']}>
                          {entry.target_name}
                        </Go>
                        <span className={css['under']}>{entry.customer}</span>
                      </>
                    ) : (
                      <code>{entry.target}</code>
                    )}
                  </td>
                )}
                <td>{actorText(entry.actor)}</td>
                <td className={css['wrap']}>{entry.state === 'failed' ? entry.detail : entry.reason}</td>
                <td>
                  <State state={entry.state} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {pages.hasNextPage && (
        <div className={css['more']}>
          <Button busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            Show older
          </Button>
        </div>
      )}
    </>
  );
}
