import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { Breadcrumb, Button, EmptyState, ErrorState, SkeletonRows, Tabs } from '../../kit';
import { Page, Section, useCommands } from '../../shell';
import { policiesQuery, teamsQuery } from '../queries';
import { owners, type Policy, type PolicyType } from './model';
import css from './Policies.module.css';
import { PolicyDialog } from './PolicyDialog';
import { PolicyList } from './PolicyList';

const words: Readonly<Record<PolicyType, { site: string; team: string; empty: string; what: string }>> = {
  alert: {
    site: 'Tried first, in this order, on every alert that comes.',
    team: 'Tried after the site’s on alerts that go to the team.',
    empty: 'No alert policy yet',
    what: 'An alert policy changes alerts as they come: their priority, tags, responders or words, before anybody is told.',
  },
  notification: {
    site: 'For every alert, whoever it goes to. The first that fits decides.',
    team: 'For alerts that go to the team, after the site’s. The first that fits decides.',
    empty: 'No notification policy yet',
    what: 'A notification policy holds back, delays or repeats what people are told of an alert, or closes it after a time.',
  },
};

/** What is done with alerts beside their routing, for the site and for each team. */
export function PoliciesPage(): ReactElement {
  const { type = 'alert' } = useSearch({ from: '/inside/oncall/oncall/policies' });
  const navigate = useNavigate({ from: '/oncall/policies' });
  const list = useQuery(policiesQuery);
  const teams = useQuery(teamsQuery);
  const [editing, setEditing] = useState<Policy | 'new' | null>(null);
  const may = list.data?.mayEdit ?? [];
  const all = list.data?.policies ?? [];
  const shown = owners(all, type, teams.data ?? []);
  const choices = [{ id: '', name: 'The whole site' }, ...(teams.data ?? [])].filter(({ id }) => may.includes(id));
  useCommands([{ id: 'new-policy', label: type === 'alert' ? 'Add an alert policy' : 'Add a notification policy', group: 'Policies', icon: 'plus', disabled: may.length === 0, run: () => setEditing('new') }]);
  const count = (of: PolicyType) => (list.data ? { count: all.filter((each) => each.type === of).length } : {});
  return (
    <Page
      title="Policies"
      shape="text"
      head={<Breadcrumb>{['Policies']}</Breadcrumb>}
      actions={
        may.length > 0 && (
          <Button variant="primary" icon="plus" onClick={() => setEditing('new')}>
            Add a policy
          </Button>
        )
      }
    >
      <div className={css['tabs']}>
        <Tabs<PolicyType>
          label="Kinds of policies"
          value={type}
          onChange={(next) => void navigate({ search: { type: next === 'alert' ? undefined : next }, replace: true })}
          tabs={[
            { value: 'alert', label: 'Alert policies', ...count('alert') },
            { value: 'notification', label: 'Notification policies', ...count('notification') },
          ]}
        />
      </div>
      <div role="tabpanel" aria-label={type === 'alert' ? 'Alert policies' : 'Notification policies'}>
        {list.isPending || teams.isPending ? (
          <SkeletonRows rows={4} height={72} />
        ) : list.isLoadingError ? (
          <ErrorState what="load the policies" error={list.error} onRetry={() => void list.refetch()} />
        ) : shown.every(({ policies }) => policies.length === 0) ? (
          <EmptyState icon="filter" title={words[type].empty} action={may.length > 0 && <Button onClick={() => setEditing('new')}>Add the first</Button>}>
            {words[type].what}
          </EmptyState>
        ) : (
          shown
            .filter(({ policies }) => policies.length > 0)
            .map((owner) => (
              <Section key={owner.id} title={owner.name} hint={owner.id === '' ? words[type].site : words[type].team}>
                <PolicyList owner={owner} label={`Policies of ${owner.id === '' ? 'the site' : owner.name}`} mayEdit={may.includes(owner.id)} onEdit={setEditing} />
              </Section>
            ))
        )}
      </div>
      {editing && <PolicyDialog type={editing === 'new' ? type : editing.type} policy={editing === 'new' ? null : editing} owners={choices} team={choices[0]?.id ?? ''} onClose={() => setEditing(null)} />}
    </Page>
  );
}
