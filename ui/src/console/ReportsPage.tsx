import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { Breadcrumb, Button, EmptyState, ErrorState, RelativeTime, SkeletonRows } from '../kit';
import { Page, Section } from '../shell';
import { about } from './assurance/ask';
import type { KeptReport } from './assurance/wire';
import css from './Console.module.css';
import { Go } from './parts';
import { platform } from './platform';
import { actorText, bytesText, many } from './words';

/** Loss reports that were made, by whom and for which restore. */
export function ReportsPage(): ReactElement {
  return (
    <Page title="Loss reports" head={<Breadcrumb>{['Loss reports']}</Breadcrumb>} shape="wide">
      <Section title="Loss reports" hint="Each says what a restore brought back and what it did not, commit by commit, and is signed. A customer checks it without a network: holdfast report verify FILE. They are made on the page of a site, at its restore.">
        <KeptReports />
      </Section>
    </Page>
  );
}

/** The reports that were kept, of all sites or of one. */
export function KeptReports({ site = '' }: { site?: string }): ReactElement {
  const list = useInfiniteQuery(about.reports(site));
  const reports = list.data?.pages.flatMap((page) => page.reports) ?? [];
  if (list.isPending) return <SkeletonRows rows={3} />;
  if (list.isError) return <ErrorState compact what="list the loss reports" error={list.error} onRetry={() => void list.refetch()} />;
  if (reports.length === 0)
    return (
      <EmptyState icon="file" title="No loss report was made yet">
        After a restore, make one at it. Hand the roots of a site to its customer beforehand, so that they can check it.
      </EmptyState>
    );
  return (
    <>
      <ul className={css['rows']}>
        {reports.map((report) => (
          <Report key={report.id} report={report} named={site === ''} />
        ))}
      </ul>
      {list.hasNextPage && (
        <div className={css['more']}>
          <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Show older
          </Button>
        </div>
      )}
    </>
  );
}

function Report({ report, named }: { report: KeptReport; named: boolean }): ReactElement {
  const queries = useQueryClient();
  const verify = useMutation({ mutationFn: () => platform.post(`/reports/${report.id}/verify`), onSettled: () => queries.invalidateQueries({ queryKey: ['console', 'reports'] }) });
  const name = report.site_name || report.site;
  const path = platform.url(`/reports/${report.id}/report`);
  const gone = Object.entries(report.totals.items_gone ?? {});
  return (
    <li className={css['restore']}>
      <span className={css['state']} data-tone={report.true ? 'green' : 'red'}>
        {report.true ? 'true' : 'not true'}
      </span>
      <div className={css['grow']}>
        {named ? (
          <Go to={`sites/${report.site}`} className={css['name']}>
            {name}
          </Go>
        ) : (
          <b>{many(report.totals.rows_back, 'row')} back</b>
        )}
        <span className={css['under']}>
          {named && `${report.customer} · ${many(report.totals.rows_back, 'row')} back, `}
          {many(report.totals.commits_gone, 'commit')} gone
          {gone.length > 0 && ` (${gone.map(([type, count]) => `${count} ${type}`).join(', ')})`} · {bytesText(report.bytes)}
        </span>
        <span className={css['under']}>
          Made by {actorText(report.by)}, <RelativeTime at={report.created} />
          {report.roots_at ? (
            <>
              , from the roots of <RelativeTime at={report.roots_at} />
            </>
          ) : (
            ', from the beginning of the site'
          )}
          {' · '}verified <RelativeTime at={report.checked} />
        </span>
        {report.wrong && <span className={css['wrong']}>{report.wrong}</span>}
      </div>
      <Button size="s" busy={verify.isPending} onClick={() => verify.mutate()}>
        Verify
      </Button>
      <span className={css['links']}>
        <a href={`${path}.html`} download aria-label={`Loss report of ${name}, as a page`}>
          Report
        </a>
        <a href={`${path}.json`} download aria-label={`Loss report of ${name}, as JSON`}>
          JSON
        </a>
      </span>
    </li>
  );
}
