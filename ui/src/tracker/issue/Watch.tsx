import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Avatar, Button, Popover, Tooltip } from '../../kit';
import { useSignedIn } from '../../shell';
import { useIssue } from './context';
import { refresh, refused } from './edit';
import css from './Issue.module.css';
import { issuePath, issueQuery, watchersQuery } from './queries';
import type { FullIssue } from './wire';

interface Watches {
  watchCount: number;
  isWatching: boolean;
}

interface Votes {
  votes: number;
  hasVoted: boolean;
}

/** Turns watching or voting on or off, painted at once. */
function useToggle(field: 'watches' | 'votes'): { on: boolean; count: number; toggle: () => void } {
  const { issue, issueKey } = useIssue();
  const { account } = useSignedIn();
  const queries = useQueryClient();
  const watches = issue.fields['watches'] as Watches | undefined;
  const votes = issue.fields['votes'] as Votes | undefined;
  const on = field === 'watches' ? (watches?.isWatching ?? false) : (votes?.hasVoted ?? false);
  const count = field === 'watches' ? (watches?.watchCount ?? 0) : (votes?.votes ?? 0);
  const path = `${issuePath(issueKey)}/${field === 'watches' ? 'watchers' : 'votes'}`;
  const { mutate } = useMutation({
    meta: { quiet: true },
    mutationFn: (next: boolean) => (next ? api.post(path) : api.delete(path, field === 'watches' ? { query: { accountId: account.accountId } } : {})),
    onMutate: async (next) => {
      const { queryKey } = issueQuery(issueKey);
      await queries.cancelQueries({ queryKey });
      const before = queries.getQueryData<FullIssue>(queryKey);
      const total = count + (next ? 1 : -1);
      const value = field === 'watches' ? { watchCount: total, isWatching: next } : { votes: total, hasVoted: next };
      queries.setQueryData<FullIssue>(queryKey, (data) => data && { ...data, fields: { ...data.fields, [field]: value } });
      return { before };
    },
    onError: (error, _next, context) => {
      queries.setQueryData(issueQuery(issueKey).queryKey, context?.before);
      refused(field === 'watches' ? 'Watching' : 'The vote', error);
    },
    onSettled: () => refresh(queries, issueKey),
  });
  return { on, count, toggle: () => mutate(!on) };
}

export const useWatch = () => useToggle('watches');
export const useVote = () => useToggle('votes');

/** Who hears of changes here, and whether I do. */
export function WatchButton(): ReactElement {
  const { on, count, toggle } = useWatch();
  const [opened, setOpened] = useState(false);
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      width={260}
      position="bottom-end"
      trigger={
        <Button size="s" variant="subtle" icon="eye" aria-expanded={opened} aria-label={`${on ? 'You watch this' : 'You do not watch this'}. ${count} watching`} className={on ? css['on'] : ''} onClick={() => setOpened(!opened)}>
          {count > 0 ? count.toLocaleString() : undefined}
        </Button>
      }
    >
      <Watchers on={on} toggle={toggle} />
    </Popover>
  );
}

function Watchers({ on, toggle }: { on: boolean; toggle: () => void }): ReactElement {
  const { issueKey } = useIssue();
  const { data } = useQuery(watchersQuery(issueKey));
  const watchers = data?.watchers ?? [];
  return (
    <div className={css['watchers']}>
      <Button size="s" icon="eye" onClick={toggle}>
        {on ? 'Stop watching' : 'Watch this issue'}
      </Button>
      {watchers.length > 0 ? (
        <ul>
          {watchers.map((user) => (
            <li key={user.accountId}>
              <Avatar person={user} /> <span>{user.displayName}</span>
            </li>
          ))}
        </ul>
      ) : (
        <p className={css['quiet']}>Nobody watches this yet.</p>
      )}
    </div>
  );
}

export function VoteButton(): ReactElement {
  const { on, count, toggle } = useVote();
  return (
    <Tooltip label={on ? 'Take your vote back' : 'Vote for this issue'}>
      <Button size="s" variant="subtle" icon="thumb" aria-pressed={on} aria-label={`${on ? 'Take your vote back' : 'Vote for this issue'}. ${count} ${count === 1 ? 'vote' : 'votes'}`} className={on ? css['on'] : ''} onClick={toggle}>
        {count > 0 ? count.toLocaleString() : undefined}
      </Button>
    </Tooltip>
  );
}
