import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { Avatar, Button, ErrorState, RelativeTime, SkeletonRows } from '../../kit';
import { useIssue } from './context';
import css from './Activity.module.css';
import { sentenceOf } from './model';
import { historyQuery } from './queries';
import type { Change, HistoryEntry } from './wire';

/** Who changed what and when, newest first, in sentences. */
export function History(): ReactElement {
  const { issue, issueKey } = useIssue();
  const log = useInfiniteQuery(historyQuery(issueKey));
  if (log.isPending) return <SkeletonRows rows={4} />;
  if (log.isError) return <ErrorState compact what="load the history" error={log.error} onRetry={() => void log.refetch()} />;
  const entries = log.data.pages.flatMap((page) => page.entries);
  const { creator, created, reporter } = issue.fields as { creator?: HistoryEntry['author']; created?: string; reporter?: HistoryEntry['author'] };
  return (
    <div className={css['tab']}>
      <ol className={css['history']}>
        {entries.map((entry) => (
          <li key={entry.id} className={css['entry']}>
            <Avatar person={entry.author} size={20} />
            <div className={css['entryBody']}>
              {entry.items.map((change, i) => (
                <div key={i}>
                  <b>{i === 0 ? (entry.author?.displayName ?? 'Holdfast') : ''}</b> <ChangeText change={change} />
                </div>
              ))}
            </div>
            <span className={css['quiet']}>
              <RelativeTime at={entry.created} />
            </span>
          </li>
        ))}
        {!log.hasNextPage && created && (
          <li className={css['entry']}>
            <Avatar person={creator ?? reporter} size={20} />
            <div className={css['entryBody']}>
              <b>{(creator ?? reporter)?.displayName ?? 'Somebody'}</b> created {issueKey}
            </div>
            <span className={css['quiet']}>
              <RelativeTime at={created} />
            </span>
          </li>
        )}
      </ol>
      {log.hasNextPage && (
        <Button size="s" variant="subtle" busy={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
          Show earlier changes
        </Button>
      )}
    </div>
  );
}

function ChangeText({ change }: { change: Change }): ReactElement {
  const { verb, from, to, long } = sentenceOf(change);
  if (long) {
    return (
      <details className={css['long']}>
        <summary>{verb}</summary>
        {from && (
          <div data-side="before">
            <span>Before</span>
            <p>{from}</p>
          </div>
        )}
        {to && (
          <div data-side="after">
            <span>After</span>
            <p>{to}</p>
          </div>
        )}
      </details>
    );
  }
  return (
    <span>
      {verb} {from && <s className={css['from']}>{from}</s>}
      {from && to && ' → '}
      {to && <span className={css['to']}>{to}</span>}
    </span>
  );
}
