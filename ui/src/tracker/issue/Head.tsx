import { Link } from '@tanstack/react-router';
import { useRef, useState, type ReactElement } from 'react';
import { siteUrl, type IssueType } from '../../api';
import { IconButton, IssueTypeIcon, Menu, Picker, toast, type MenuItem } from '../../kit';
import { openOverlay, useCommands, useSignedIn, type Command } from '../../shell';
import { useIssue } from './context';
import { DeleteIssueDialog } from './DeleteIssueDialog';
import { useOpened } from './fields';
import css from './Issue.module.css';
import { useVote, useWatch, VoteButton, WatchButton } from './Watch';

export function copyLink(key: string): void {
  void navigator.clipboard.writeText(`${location.origin}${siteUrl(`/browse/${key}`)}`).then(() => toast({ title: `Link to ${key} copied` }));
}

/** The key, which copies its link, and the parent it belongs to. */
export function KeyLine(): ReactElement {
  const { issue, issueKey, mode } = useIssue();
  const { parent, issuetype } = issue.fields;
  return (
    <span className={css['keyLine']}>
      {parent && (
        <>
          <Link to="/browse/$key" params={{ key: parent.key }} title={parent.fields?.summary}>
            {parent.key}
          </Link>
          <span aria-hidden="true">/</span>
        </>
      )}
      <TypeMark type={issuetype} />
      {mode === 'page' ? (
        <span>{issueKey}</span>
      ) : (
        <Link to="/browse/$key" params={{ key: issueKey }}>
          {issueKey}
        </Link>
      )}
      <IconButton icon="link" label="Copy link" size="s" className={css['copy'] ?? ''} onClick={() => copyLink(issueKey)} />
    </span>
  );
}

/** The type of the issue; where it may be another, a button that says so. */
function TypeMark({ type }: { type: IssueType }): ReactElement {
  const { meta, edit } = useIssue();
  const [opened, setOpened] = useOpened('issuetype');
  const choices = (meta('issuetype')?.allowedValues ?? []) as readonly IssueType[];
  if (choices.length < 2) return <IssueTypeIcon name={type.name} />;
  return (
    <Picker
      opened={opened}
      onOpenedChange={setOpened}
      width={200}
      placeholder="Type"
      options={choices.map((each) => ({ value: each.id, label: each.name, mark: <IssueTypeIcon name={each.name} /> }))}
      selected={[type.id]}
      onPick={(id) => {
        const chosen = choices.find((each) => each.id === id);
        if (chosen && id !== type.id) void edit({ field: 'issuetype', name: 'Type', value: { id }, shown: { ...type, ...chosen } });
      }}
      trigger={({ open, opened: isOpen }) => (
        <button type="button" className={css['type']} aria-label={`Type: ${type.name}`} title="Change the type" aria-expanded={isOpen} onClick={open}>
          <IssueTypeIcon name={type.name} />
        </button>
      )}
    />
  );
}

/** Watching, voting and everything else that can be done, also by keys. */
export function Actions(): ReactElement {
  const { issueKey, issue, meta, setActive, edit } = useIssue();
  const { account } = useSignedIn();
  const [deleting, setDeleting] = useState(false);
  const watch = useWatch();
  const vote = useVote();
  const menu = useRef<HTMLButtonElement>(null);
  const level = issue.fields.issuetype.hierarchyLevel ?? 0;
  const group = 'Issue';
  const can = (field: string) => meta(field) === undefined;
  const acts: (Command & { danger?: boolean; apart?: boolean })[] = [
    { id: 'edit', label: 'Edit the description', keys: 'e', group, icon: 'edit', disabled: can('description'), run: () => setActive('description') },
    { id: 'summary', label: 'Edit the summary', group, icon: 'edit', disabled: can('summary'), run: () => setActive('summary') },
    { id: 'comment', label: 'Comment', keys: 'm', group, icon: 'comment', run: () => setActive('comment') },
    { id: 'assign', label: 'Assign…', keys: 'a', group, icon: 'user', disabled: can('assignee'), run: () => setActive('assignee') },
    {
      id: 'assign-me',
      label: 'Assign to me',
      keys: 'i',
      group,
      icon: 'user',
      disabled: can('assignee') || issue.fields.assignee?.accountId === account.accountId,
      run: () => void edit({ field: 'assignee', name: 'Assignee', value: { accountId: account.accountId }, shown: { accountId: account.accountId, displayName: account.displayName } }),
    },
    { id: 'type', label: 'Change the type…', group, icon: 'tag', disabled: (meta('issuetype')?.allowedValues ?? []).length < 2, run: () => setActive('issuetype') },
    { id: 'status', label: 'Change the status…', keys: 's', group, icon: 'check', run: () => setActive('status') },
    { id: 'priority', label: 'Priority…', keys: 'p', group, icon: 'arrowUp', disabled: can('priority'), run: () => setActive('priority') },
    { id: 'labels', label: 'Labels…', keys: 'l', group, icon: 'tag', disabled: can('labels'), run: () => setActive('labels') },
    { id: 'child', label: 'Add a child issue', group, icon: 'plus', disabled: level < 0, apart: true, run: () => setActive('child') },
    { id: 'link', label: 'Link an issue', group, icon: 'link', run: () => setActive('link') },
    { id: 'attach', label: 'Attach files', group, icon: 'attach', run: () => document.getElementById('attach-files')?.click() },
    { id: 'worklog', label: 'Log work', group, icon: 'clock', run: () => setActive('worklog') },
    { id: 'watch', label: watch.on ? 'Stop watching' : 'Watch', keys: 'w', group, icon: 'eye', apart: true, run: watch.toggle },
    { id: 'vote', label: vote.on ? 'Take the vote back' : 'Vote', group, icon: 'thumb', run: vote.toggle },
    { id: 'copy-link', label: 'Copy link', group, icon: 'link', run: () => copyLink(issueKey) },
    { id: 'copy-key', label: 'Copy the issue key', keys: 'mod+shift+,', group, icon: 'copy', run: () => void navigator.clipboard.writeText(issueKey).then(() => toast({ title: `${issueKey} copied` })) },
    { id: 'delete', label: 'Delete…', group, icon: 'trash', danger: true, apart: true, run: () => setDeleting(true) },
  ];
  useCommands([
    ...acts,
    { id: 'operations', label: 'Find an action', keys: ',', group, quiet: true, run: () => openOverlay({ kind: 'palette' }) },
    { id: 'actions', label: 'Actions of this issue', keys: '.', group, quiet: true, run: () => menu.current?.click() },
  ]);
  const items = acts.flatMap<MenuItem>(({ label, keys, icon, disabled, danger, apart, run }) => {
    const item: MenuItem = { label, onSelect: run, ...(keys ? { keys } : {}), ...(icon ? { icon } : {}), ...(disabled ? { disabled } : {}), ...(danger ? { danger } : {}) };
    return apart ? ['divider', item] : [item];
  });
  return (
    <div className={css['actions']}>
      <VoteButton />
      <WatchButton />
      <Menu width={260} trigger={<IconButton ref={menu} icon="more" label="Actions" keys="." size="s" />} items={items} />
      {deleting && <DeleteIssueDialog onClose={() => setDeleting(false)} />}
    </div>
  );
}
