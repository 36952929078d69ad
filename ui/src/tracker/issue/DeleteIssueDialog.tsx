import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { api } from '../../api';
import { Button, Dialog, ErrorState, toast } from '../../kit';
import { useIssue } from './context';
import css from './Issue.module.css';
import { childrenQuery, commentsQuery, issuePath, worklogQuery } from './queries';
import type { IssueLink, IssueRef } from './wire';
import { keys } from '../stale';

const some = (count: number, one: string, many = `${one}s`): string[] => (count === 0 ? [] : [`${count.toLocaleString()} ${count === 1 ? one : many}`]);

/** Says what goes with the issue before it goes. */
export function DeleteIssueDialog({ onClose }: { onClose: () => void }): ReactElement {
  const { issue, issueKey, project, mode, attachments } = useIssue();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const comments = useInfiniteQuery(commentsQuery(issueKey)).data?.pages[0]?.total ?? 0;
  const worklogs = useInfiniteQuery(worklogQuery(issueKey)).data?.pages[0]?.total ?? 0;
  const found = useQuery(childrenQuery(issueKey)).data;
  const subtasks = (issue.fields['subtasks'] ?? []) as IssueRef[];
  const orphans = (found ?? []).filter((child) => !child.fields.issuetype.subtask);
  const links = (issue.fields['issuelinks'] ?? []) as IssueLink[];
  const goes = [...some(comments, 'comment'), ...some(attachments.length, 'attachment'), ...some(worklogs, 'work log entry', 'work log entries'), ...some(links.length, 'link to another issue', 'links to other issues')];
  const remove = useMutation({
    meta: { quiet: true },
    mutationFn: () => api.delete(issuePath(issueKey), { query: { deleteSubtasks: subtasks.length > 0 } }),
    onSuccess: async () => {
      toast({ title: `${issueKey} deleted`, detail: issue.fields.summary });
      onClose();
      if (mode === 'page') await navigate({ to: '/projects/$key/issues', params: { key: project } });
      for (const queryKey of [keys.issues, keys.board(project), keys.issue(issueKey)]) void queries.invalidateQueries({ queryKey });
    },
  });
  return (
    <Dialog
      title={`Delete ${issueKey}?`}
      onClose={onClose}
      width={480}
      footer={
        <>
          <Button variant="subtle" onClick={onClose}>
            Keep it
          </Button>
          <Button variant="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
            {subtasks.length > 0 ? `Delete ${subtasks.length + 1} issues` : 'Delete issue'}
          </Button>
        </>
      }
    >
      <div className={css['doomed']}>
        <p>
          <b>{issue.fields.summary}</b>
        </p>
        {goes.length > 0 && <p>With it {goes.length === 1 && goes[0]?.startsWith('1 ') ? 'goes' : 'go'} {goes.join(', ')}.</p>}
        {subtasks.length > 0 && (
          <div>
            <p>{subtasks.length === 1 ? 'Its sub-task is deleted too:' : `Its ${subtasks.length} sub-tasks are deleted too:`}</p>
            <ul>
              {subtasks.slice(0, 6).map((each) => (
                <li key={each.id}>
                  {each.key} {each.fields.summary}
                </li>
              ))}
              {subtasks.length > 6 && <li>and {subtasks.length - 6} more</li>}
            </ul>
          </div>
        )}
        {orphans.length > 0 && <p>{orphans.length === 1 ? '1 issue below it stays' : `${orphans.length} issues below it stay`}, without a parent.</p>}
        <p className={css['quiet']}>An administrator can bring it back with the time machine.</p>
        {remove.error && <ErrorState compact what={`delete ${issueKey}`} error={remove.error} />}
      </div>
    </Dialog>
  );
}
