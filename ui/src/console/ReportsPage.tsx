import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { Breadcrumb, Button, EmptyState, ErrorState, RelativeTime, SkeletonRows } from '../kit';
import { Page, Section } from '../shell';
import css from './Console.module.css';
import { Go } from './parts';
import { ask, platform } from './platform';
import { actorText } from './words';

/** The loss reports of the restores that the ledger knows, newest first. */
export function ReportsPage(): ReactElement {
  const ledger = useInfiniteQuery(ask.ledger());
  const restores = ledger.data?.pages.flatMap((page) => page.operations).filter((op) => op.kind === 'restore' && op.state === 'done' && op.target_name !== '') ?? [];
  return (
    <Page title="Loss reports" head={<Breadcrumb>{['Loss reports']}</Breadcrumb>} shape="wide">
      <Section title="Loss reports" hint="Each says what a restore brought back and what it did not, commit by commit, and is signed. A customer checks it without a network: holdfast report verify FILE.">
        {ledger.isPending ? (
          <SkeletonRows />
        ) : ledger.isError ? (
          <ErrorState what="read the ledger" error={ledger.error} onRetry={() => void ledger.refetch()} />
        ) : restores.length === 0 ? (
          <EmptyState icon="file" title="No restore among these operations">
            After a restore its report is here. Hand the roots of a site to its customer beforehand: they are on the page of the site.
          </EmptyState>
        ) : (
          <ul className={css['rows']}>
            {restores.map((op) => (
              <li key={op.id}>
                <Go to={`sites/${op.target}`} className={css['name']}>
                  {op.target_name}
                </Go>
                <span className={css['quiet']}>
                  {op.customer} · restored {op.detail.split('; ')[0]} by {actorText(op.actor)} · <RelativeTime at={op.started} />
                </span>
                <span className={css['spring']} />
                <ReportLinks site={op.target} name={op.target_name} restore={op.id} />
              </li>
            ))}
          </ul>
        )}
        {ledger.hasNextPage && (
          <div className={css['more']}>
            <Button busy={ledger.isFetchingNextPage} onClick={() => void ledger.fetchNextPage()}>
              Look further back
            </Button>
          </div>
        )}
      </Section>
    </Page>
  );
}

/** The report of a restore, for people and for programs. */
export function ReportLinks({ site, name, restore }: { site: string; name: string; restore: string }): ReactElement {
  const path = platform.url(`/sites/${site}/restores/${restore}/report`);
  return (
    <span className={css['links']}>
      <a href={`${path}.html`} download aria-label={`Loss report of ${name}, as a page`}>
        Report
      </a>
      <a href={`${path}.json`} download aria-label={`Loss report of ${name}, as JSON`}>
        JSON
      </a>
    </span>
  );
}
