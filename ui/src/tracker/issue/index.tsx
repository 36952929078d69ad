import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { api, keys, type Issue } from '../../api';
import { ErrorState, SkeletonRows, StatusLozenge } from '../../kit';

/** A plain reading view of an issue. */
export function IssueView({ issueKey }: { issueKey: string; mode: 'page' | 'panel' | 'peek' }): ReactElement {
  const issue = useQuery({
    queryKey: keys.issue(issueKey),
    queryFn: ({ signal }) => api.get<Issue>(`/rest/api/3/issue/${encodeURIComponent(issueKey)}`, { signal }),
  });
  if (issue.isPending) return <SkeletonRows rows={4} />;
  if (issue.isError) return <ErrorState what={`load ${issueKey}`} error={issue.error} onRetry={() => void issue.refetch()} />;
  const { fields } = issue.data;
  return (
    <article style={{ padding: 20 }}>
      <p>{issue.data.key}</p>
      <h1>{fields.summary}</h1>
      <StatusLozenge name={fields.status.name} category={fields.status.statusCategory.key} />
    </article>
  );
}
