import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Button, ErrorState, Icon, IconButton, IssueTypeIcon, Picker, toast } from '../../kit';
import { useIssue } from './context';
import { refresh, refused } from './edit';
import css from './Issue.module.css';
import { IssueLine } from './IssueLine';
import { IssuePicker, type FoundIssue } from './IssuePicker';
import { groupLinks } from './model';
import { linkTypesQuery } from './queries';
import { SectionHead } from './SectionHead';
import type { IssueLink } from './wire';

interface NewLink {
  type: string;
  /** Whether this issue is at the outward end, as in "this blocks that". */
  outward: boolean;
  other: string;
}

const post = (key: string, { type, outward, other }: NewLink) =>
  api.post('/rest/api/3/issueLink', { type: { id: type }, inwardIssue: { key: outward ? key : other }, outwardIssue: { key: outward ? other : key } });

/** Links to other issues, by the words that lead there. */
export function Links(): ReactElement | null {
  const { issue, issueKey, active, setActive } = useIssue();
  const queries = useQueryClient();
  const links = (issue.fields['issuelinks'] ?? []) as IssueLink[];
  const remove = useMutation({
    meta: { quiet: true },
    mutationFn: (link: IssueLink) => api.delete(`/rest/api/3/issueLink/${link.id}`),
    onSuccess: (_nothing, link) => {
      const other = link.outwardIssue ?? link.inwardIssue;
      const again = { type: link.type.id, outward: link.outwardIssue !== undefined, other: other?.key ?? '' };
      toast({ title: `Link to ${other?.key ?? 'the issue'} removed`, undo: () => void post(issueKey, again).then(() => refresh(queries, issueKey), (error: unknown) => refused('The link', error)) });
    },
    onError: (error) => refused('Removing the link', error),
    onSettled: () => refresh(queries, issueKey),
  });
  const adding = active === 'link';
  if (links.length === 0 && !adding) return null;
  return (
    <section aria-label="Linked issues">
      <SectionHead title="Linked issues" count={links.length}>
        <IconButton icon="plus" label="Link an issue" size="s" onClick={() => setActive('link')} />
      </SectionHead>
      {adding && <AddLink />}
      {groupLinks(links).map((group) => (
        <div key={group.words} className={css['linkGroup']}>
          <h3>{group.words}</h3>
          <ul className={css['lines']}>
            {group.links.map(({ id, issue: other }) => (
              <IssueLine key={id} issue={other}>
                <IconButton
                  icon="close"
                  size="s"
                  label={`Remove the link to ${other.key}`}
                  className={css['lineAct'] ?? ''}
                  onClick={() => {
                    const link = links.find((each) => each.id === id);
                    if (link) remove.mutate(link);
                  }}
                />
              </IssueLine>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

function AddLink(): ReactElement {
  const { issueKey, setActive } = useIssue();
  const queries = useQueryClient();
  const types = useQuery(linkTypesQuery);
  const ends = (types.data ?? []).flatMap((type) => [
    { value: `${type.id} out`, label: type.outward },
    ...(type.inward === type.outward ? [] : [{ value: `${type.id} in`, label: type.inward }]),
  ]);
  const [chosen, setChosen] = useState('');
  const [other, setOther] = useState<FoundIssue | null>(null);
  const [searching, setSearching] = useState(false);
  const end = ends.find((each) => each.value === chosen) ?? ends.find((each) => /relates/i.test(each.label)) ?? ends[0];
  const add = useMutation({
    meta: { quiet: true },
    mutationFn: (found: FoundIssue) => {
      const [type = '', side] = (end?.value ?? '').split(' ');
      return post(issueKey, { type, outward: side === 'out', other: found.key });
    },
    onSuccess: () => setActive(null),
    onError: (error) => refused('The link', error),
    onSettled: () => refresh(queries, issueKey),
  });
  if (types.isError) return <ErrorState compact what="load the kinds of links" error={types.error} onRetry={() => void types.refetch()} />;
  return (
    <form
      className={css['add']}
      onSubmit={(event) => {
        event.preventDefault();
        if (other) add.mutate(other);
      }}
    >
      <Picker
        placeholder="How they are linked"
        options={ends}
        selected={end ? [end.value] : []}
        onPick={setChosen}
        trigger={({ open, opened }) => (
          <Button size="s" iconEnd="chevronDown" aria-expanded={opened} onClick={open}>
            {end?.label ?? 'Kind of link'}
          </Button>
        )}
      />
      <IssuePicker
        opened={searching}
        onOpenedChange={setSearching}
        exclude={[issueKey]}
        placeholder="Find an issue by key or words"
        onPick={setOther}
        trigger={({ open, opened }) => (
          <button type="button" className={css['addIssue']} aria-expanded={opened} onClick={open}>
            {other ? (
              <>
                <IssueTypeIcon name={other.type.name} /> <span>{`${other.key} ${other.summary}`}</span>
              </>
            ) : (
              <>
                <Icon name="search" size={14} /> Find an issue…
              </>
            )}
          </button>
        )}
      />
      <Button size="s" variant="subtle" onClick={() => setActive(null)}>
        Cancel
      </Button>
      <Button size="s" variant="primary" type="submit" disabled={!other} busy={add.isPending}>
        Link
      </Button>
    </form>
  );
}
