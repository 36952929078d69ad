import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Avatar, Breadcrumb, Button, EmptyState, ErrorState, IssueTypeIcon, PriorityIcon, RelativeTime, SkeletonRows, StatusLozenge } from '../kit';
import { openOverlay, Page, Section, useSignedIn } from '../shell';
import css from './MyWork.module.css';
import { searchQuery } from './queries';

const fields = ['assignee', 'issuetype', 'priority', 'status', 'summary', 'updated'];
const shown = 12;

const parts = [
  { title: 'Assigned to me', jql: 'assignee = currentUser() AND statusCategory != Done ORDER BY priority DESC, updated DESC' },
  { title: 'Reported by me', jql: 'reporter = currentUser() AND statusCategory != Done ORDER BY updated DESC' },
  { title: 'Changed lately', jql: 'updated >= -7d ORDER BY updated DESC' },
];

/** What waits for me, what I asked for, and what moved around me. */
export function MyWorkPage(): ReactElement {
  const { account } = useSignedIn();
  return (
    <Page title="My work" head={<Breadcrumb>{['My work']}</Breadcrumb>} shape="text">
      <p className={css['greeting']}>
        {greeting(new Date().getHours())}, {account.displayName.split(' ')[0]}
      </p>
      {parts.map((part, i) => (
        <IssuePart key={part.title} {...part} first={i === 0} />
      ))}
    </Page>
  );
}

export function greeting(hour: number): string {
  if (hour < 5 || hour >= 18) return 'Good evening';
  return hour < 12 ? 'Good morning' : 'Good afternoon';
}

function IssuePart({ title, jql, first }: { title: string; jql: string; first: boolean }): ReactElement | null {
  const search = useInfiniteQuery(searchQuery(jql, fields, shown));
  const issues = search.data?.pages[0]?.issues ?? [];
  if (search.isSuccess && issues.length === 0 && !first) return null;
  return (
    <Section
      title={title}
      actions={
        search.hasNextPage && (
          <Link to="/issues" search={{ jql }}>
            Show all
          </Link>
        )
      }
    >
      {search.isPending ? (
        <SkeletonRows rows={4} />
      ) : search.isError ? (
        <ErrorState compact what="load these issues" error={search.error} onRetry={() => void search.refetch()} />
      ) : issues.length === 0 ? (
        <EmptyState
          icon="check"
          title="Nothing waits for you"
          action={
            <Button icon="plus" onClick={() => openOverlay({ kind: 'create', what: 'issue' })}>
              Create issue
            </Button>
          }
        >
          Issues that are assigned to you appear here.
        </EmptyState>
      ) : (
        <ul className={css['list']}>
          {issues.map((issue) => (
            <li key={issue.id}>
              <Link to="/browse/$key" params={{ key: issue.key }} className={css['row'] ?? ''}>
                <IssueTypeIcon name={issue.fields.issuetype.name} />
                <span className={css['key']}>{issue.key}</span>
                <span className={css['summary']}>{issue.fields.summary}</span>
                {issue.fields.priority && <PriorityIcon name={issue.fields.priority.name} />}
                <span className={css['status']}>
                  <StatusLozenge name={issue.fields.status.name} category={issue.fields.status.statusCategory.key} />
                </span>
                <span className={css['when']}>{issue.fields.updated && <RelativeTime at={issue.fields.updated} />}</span>
                <Avatar person={issue.fields.assignee ?? null} />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
