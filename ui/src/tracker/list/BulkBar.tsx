import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { api, errorMessage, type Issue } from '../../api';
import { Avatar, Button, IconButton, Picker, PriorityIcon, toast } from '../../kit';
import { prioritiesQuery, usersQuery } from '../queries';
import css from './List.module.css';
import { keys } from '../stale';

interface BulkBarProps {
  issues: readonly Issue[];
  onClear: () => void;
}

type Fields = Record<string, unknown>;

/** At most this many requests at once, so that a large selection does not starve the page. */
const lanes = 4;

/** Gives every issue its own fields. Returns those that were refused, and why. */
async function editAll(edits: readonly { key: string; fields: Fields }[]): Promise<{ key: string; why: string }[]> {
  const refused: { key: string; why: string }[] = [];
  const queue = [...edits];
  const lane = async () => {
    for (let edit = queue.shift(); edit; edit = queue.shift()) {
      const { key, fields } = edit;
      await api
        .put(`/rest/api/3/issue/${encodeURIComponent(key)}`, { fields })
        .catch((error: unknown) => refused.push({ key, why: errorMessage(error) }));
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return refused;
}

/** Rises when rows are selected: what can be done to all of them, with the way back. */
export function BulkBar({ issues, onClear }: BulkBarProps): ReactElement {
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [query, setQuery] = useState('');
  const users = useQuery({ ...usersQuery(query), placeholderData: keepPreviousData });
  const priorities = useQuery(prioritiesQuery);

  const run = async (words: string, field: string, value: unknown, before: (issue: Issue) => unknown) => {
    setBusy(true);
    const refused = await editAll(issues.map((issue) => ({ key: issue.key, fields: { [field]: value } })));
    await queries.invalidateQueries({ queryKey: keys.issues });
    setBusy(false);
    const failed = new Set(refused.map((each) => each.key));
    const changed = issues.filter((issue) => !failed.has(issue.key));
    toast({
      title: `${changed.length} ${changed.length === 1 ? 'issue' : 'issues'} ${words}`,
      ...(refused[0] ? { detail: `${refused.length} refused. ${refused[0].key}: ${refused[0].why}`, tone: 'error' as const } : {}),
      undo: () => {
        void editAll(changed.map((issue) => ({ key: issue.key, fields: { [field]: before(issue) } }))).then(() =>
          queries.invalidateQueries({ queryKey: keys.issues }),
        );
      },
    });
    if (refused.length === 0) onClear();
  };

  return (
    <div className={css['bulk']} role="toolbar" aria-label="Selected issues">
      <b>{issues.length.toLocaleString()} selected</b>
      <Picker
        placeholder="Assign to"
        position="bottom-start"
        options={[
          { value: '', label: 'Nobody', mark: <Avatar person={null} /> },
          ...(users.data ?? []).map((user) => ({ value: user.accountId, label: user.displayName, mark: <Avatar person={user} /> })),
        ]}
        selected={[]}
        onQuery={setQuery}
        onPick={(accountId) =>
          void run('assigned', 'assignee', accountId === '' ? null : { accountId }, (issue) =>
            issue.fields.assignee ? { accountId: issue.fields.assignee.accountId } : null,
          )
        }
        trigger={({ open }) => (
          <Button size="s" icon="user" busy={busy} onClick={open}>
            Assign
          </Button>
        )}
      />
      <Picker
        placeholder="Priority"
        options={(priorities.data ?? []).map((priority) => ({ value: priority.id, label: priority.name, mark: <PriorityIcon name={priority.name} /> }))}
        selected={[]}
        onPick={(id) => void run('changed', 'priority', { id }, (issue) => (issue.fields.priority ? { id: issue.fields.priority.id } : null))}
        trigger={({ open }) => (
          <Button size="s" busy={busy} onClick={open}>
            Priority
          </Button>
        )}
      />
      <Button
        size="s"
        icon="copy"
        onClick={() =>
          void navigator.clipboard.writeText(issues.map((issue) => issue.key).join(', ')).then(() => toast({ title: 'Keys copied' }))
        }
      >
        Copy keys
      </Button>
      <IconButton icon="close" label="Clear the selection" keys="Escape" size="s" onClick={onClear} />
    </div>
  );
}
