import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { api, type IssueType } from '../../api';
import { Button, Icon, IconButton, IssueTypeIcon, Picker } from '../../kit';
import { createTypesQuery } from '../create/queries';
import { useIssue } from './context';
import { refresh, refused } from './edit';
import css from './Issue.module.css';
import { IssueLine } from './IssueLine';
import { progressOf } from './model';
import { childrenQuery } from './queries';
import { SectionHead } from './SectionHead';
import type { IssueRef } from './wire';

/** Issues below this one: stories of an epic, sub-tasks of a story. */
export function Children(): ReactElement | null {
  const { issue, issueKey, active, setActive } = useIssue();
  const level = issue.fields.issuetype.hierarchyLevel ?? (issue.fields.issuetype.subtask ? -1 : 0);
  const found = useQuery({ ...childrenQuery(issueKey), enabled: level >= 0 });
  if (level < 0) return null;
  // Where the search does not answer, the issue itself knows at least its sub-tasks.
  const children: readonly IssueRef[] = found.data ?? ((issue.fields['subtasks'] ?? []) as IssueRef[]);
  const adding = active === 'child';
  if (children.length === 0 && !adding) return null;
  const { done, begun, total } = progressOf(children);
  return (
    <section aria-label="Child issues">
      <SectionHead title={level > 0 ? 'Child issues' : 'Sub-tasks'} count={total}>
        {total > 0 && (
          <div className={css['progress']} role="img" aria-label={`${done} of ${total} done`} title={`${done} of ${total} done, ${begun} in progress`}>
            <span data-part="done" style={{ flexGrow: done }} />
            <span data-part="begun" style={{ flexGrow: begun }} />
            <span style={{ flexGrow: total - done - begun }} />
          </div>
        )}
        <IconButton icon="plus" label="Add a child issue" size="s" onClick={() => setActive('child')} />
      </SectionHead>
      <ul className={css['lines']}>
        {children.map((child) => (
          <IssueLine key={child.id} issue={child} />
        ))}
      </ul>
      {adding && <AddChild level={level - 1} />}
    </section>
  );
}

function AddChild({ level }: { level: number }): ReactElement {
  const { issueKey, project, setActive } = useIssue();
  const queries = useQueryClient();
  const [summary, setSummary] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const { data } = useQuery(createTypesQuery(project));
  const types = (data ?? []).filter((type) => (type.hierarchyLevel ?? (type.subtask ? -1 : 0)) === level);
  const type: IssueType | undefined = types.find((each) => each.id === chosen) ?? types.find((each) => /^(task|sub-?task)$/i.test(each.name)) ?? types[0];
  const add = useMutation({
    meta: { quiet: true },
    mutationFn: (words: string) => api.post('/rest/api/3/issue', { fields: { project: { key: project }, parent: { key: issueKey }, issuetype: { id: type?.id ?? '' }, summary: words } }),
    onError: (error, words) => {
      setSummary((typed) => typed || words);
      refused(`“${words}”`, error);
    },
    onSettled: () => refresh(queries, issueKey),
  });
  return (
    <form
      className={css['add']}
      onSubmit={(event) => {
        event.preventDefault();
        if (summary.trim() === '' || !type) return;
        add.mutate(summary.trim());
        setSummary('');
      }}
    >
      <Picker
        placeholder="Type"
        width={200}
        options={types.map((each) => ({ value: each.id, label: each.name, mark: <IssueTypeIcon name={each.name} /> }))}
        selected={type ? [type.id] : []}
        onPick={setChosen}
        trigger={({ open, opened }) => (
          <button type="button" className={css['addType']} aria-label={`Type: ${type?.name ?? 'none'}`} aria-expanded={opened} onClick={open}>
            {type && <IssueTypeIcon name={type.name} />}
            <Icon name="chevronDown" size={12} />
          </button>
        )}
      />
      <input
        autoFocus
        aria-label="Summary of the child issue"
        placeholder="What needs to be done? Enter adds it."
        maxLength={255}
        value={summary}
        onChange={(event) => setSummary(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          setActive(null);
        }}
      />
      <Button size="s" variant="subtle" onClick={() => setActive(null)}>
        Done
      </Button>
      <Button size="s" variant="primary" type="submit" disabled={summary.trim() === '' || !type} busy={add.isPending}>
        Add
      </Button>
    </form>
  );
}
