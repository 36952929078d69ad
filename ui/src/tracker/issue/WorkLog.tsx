import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { api, jiraTime } from '../../api';
import { plainText, RichTextView } from '../../editor';
import { Avatar, Button, ErrorState, IconButton, RelativeTime, SkeletonRows, TextField, toast } from '../../kit';
import { useSignedIn } from '../../shell';
import { docOf } from '../create/draft';
import { useIssue } from './context';
import { refresh, refused } from './edit';
import css from './Activity.module.css';
import { isSpan, jiraInstant, localInput, spanText } from './model';
import { issuePath, worklogQuery } from './queries';
import type { Worklog } from './wire';

/** Time that was worked, and a form to log more. */
export function WorkLog(): ReactElement {
  const { issueKey, active, setActive } = useIssue();
  const log = useInfiniteQuery(worklogQuery(issueKey));
  const [edited, setEdited] = useState<string | null>(null);
  if (log.isPending) return <SkeletonRows rows={3} />;
  if (log.isError) return <ErrorState compact what="load the work log" error={log.error} onRetry={() => void log.refetch()} />;
  const entries = log.data.pages.flatMap((page) => page.worklogs).sort((a, b) => jiraTime(b.started) - jiraTime(a.started));
  const spent = entries.reduce((sum, entry) => sum + entry.timeSpentSeconds, 0);
  return (
    <div className={css['tab']}>
      {active === 'worklog' ? (
        <WorkForm onDone={() => setActive(null)} />
      ) : (
        <div className={css['order']}>
          <span className={css['quiet']}>{entries.length === 0 ? 'No work is logged yet.' : `${spanText(spent)} in ${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}`}</span>
          <Button size="s" icon="clock" onClick={() => setActive('worklog')}>
            Log work
          </Button>
        </div>
      )}
      <ol className={css['thread']}>
        {entries.map((entry) => (edited === entry.id ? <WorkForm key={entry.id} entry={entry} onDone={() => setEdited(null)} /> : <Entry key={entry.id} entry={entry} onEdit={() => setEdited(entry.id)} />))}
      </ol>
      {log.hasNextPage && (
        <Button size="s" variant="subtle" busy={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
          Show more entries
        </Button>
      )}
    </div>
  );
}

function Entry({ entry, onEdit }: { entry: Worklog; onEdit: () => void }): ReactElement {
  const { issueKey } = useIssue();
  const { account } = useSignedIn();
  const queries = useQueryClient();
  const mine = entry.author?.accountId === account.accountId;
  const remove = useMutation({
    meta: { quiet: true },
    mutationFn: () => api.delete(`${issuePath(issueKey)}/worklog/${entry.id}`),
    onSuccess: () => {
      const { started, timeSpentSeconds, comment } = entry;
      const again = () =>
        void api
          .post(`${issuePath(issueKey)}/worklog`, { started, timeSpentSeconds, ...(comment ? { comment } : {}) })
          .then(() => refresh(queries, issueKey), (error: unknown) => refused('The work log', error));
      toast({ title: `${spanText(timeSpentSeconds)} taken out of the work log`, ...(mine ? { undo: again } : {}) });
    },
    onError: (error) => refused('Deleting the entry', error),
    onSettled: () => refresh(queries, issueKey),
  });
  return (
    <li className={css['comment']}>
      <Avatar person={entry.author} size={28} />
      <div className={css['commentBody']}>
        <div className={css['byline']}>
          <b>{entry.author?.displayName ?? 'Somebody'}</b>
          <span>logged {spanText(entry.timeSpentSeconds)}</span>
          <span className={css['quiet']}>
            <RelativeTime at={entry.started} />
          </span>
          {(mine || account.admin) && (
            <span className={css['acts']}>
              <IconButton icon="edit" label="Edit this entry" size="s" onClick={onEdit} />
              <IconButton icon="trash" label="Delete this entry" size="s" disabled={remove.isPending} onClick={() => remove.mutate()} />
            </span>
          )}
        </div>
        {entry.comment && <RichTextView doc={entry.comment} />}
      </div>
    </li>
  );
}

function WorkForm({ entry, onDone }: { entry?: Worklog; onDone: () => void }): ReactElement {
  const { issueKey } = useIssue();
  const queries = useQueryClient();
  const [spent, setSpent] = useState(entry ? spanText(entry.timeSpentSeconds) : '');
  const [started, setStarted] = useState(() => localInput(entry ? jiraTime(entry.started) : Date.now()));
  const before = entry?.comment ? plainText(entry.comment) : '';
  const [words, setWords] = useState(before);
  const wrong = spent.trim() !== '' && !isSpan(spent);
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: () => {
      // Words that were written elsewhere may hold more than plain text: untouched, they are not sent.
      const comment = words === before ? {} : { comment: docOf(words) };
      const body = { timeSpent: spent.trim(), started: jiraInstant(started), ...comment };
      return entry ? api.put(`${issuePath(issueKey)}/worklog/${entry.id}`, body) : api.post(`${issuePath(issueKey)}/worklog`, body);
    },
    onSuccess: () => {
      toast({ title: entry ? 'Work log changed' : `${spent.trim()} logged`, tone: 'success' });
      onDone();
    },
    onError: (error) => refused('The work log', error),
    onSettled: () => refresh(queries, issueKey),
  });
  return (
    <form
      className={css['workForm']}
      aria-label={entry ? 'Edit the entry' : 'Log work'}
      onSubmit={(event) => {
        event.preventDefault();
        if (isSpan(spent) && started !== '') save.mutate();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onDone();
      }}
    >
      <div className={css['workFields']}>
        <TextField label="Time spent" autoFocus placeholder="2h 30m" value={spent} error={wrong ? 'Write it like 2h 30m or 1d.' : undefined} onChange={(event) => setSpent(event.currentTarget.value)} />
        <TextField label="Started" type="datetime-local" value={started} onChange={(event) => setStarted(event.currentTarget.value)} />
      </div>
      <TextField label="What was done" optional value={words} onChange={(event) => setWords(event.currentTarget.value)} />
      <div className={css['workFoot']}>
        <Button size="s" variant="subtle" onClick={onDone}>
          Cancel
        </Button>
        <Button size="s" variant="primary" type="submit" disabled={!isSpan(spent) || started === ''} busy={save.isPending}>
          {entry ? 'Save' : 'Log work'}
        </Button>
      </div>
    </form>
  );
}
