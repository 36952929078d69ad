import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { Button, EmptyState, ErrorState, SkeletonRows } from '../../kit';
import { Section } from '../../shell';
import { policiesQuery } from '../queries';
import { owners, type Policy, type PolicyType } from './model';
import { PolicyDialog } from './PolicyDialog';
import { PolicyList } from './PolicyList';

const sections: readonly { type: PolicyType; title: string; hint: string; empty: string }[] = [
  { type: 'alert', title: 'Alert policies', hint: 'What is changed in alerts that go to the team, after the policies of the site.', empty: 'Alerts come as they are.' },
  { type: 'notification', title: 'Notification policies', hint: 'How people of the team are told. The first that fits decides.', empty: 'People are told at once, as the routing says.' },
];

/** The policies of one team, on its page. */
export function TeamPolicies({ team }: { team: { id: string; name: string } }): ReactElement {
  const list = useQuery(policiesQuery);
  const [editing, setEditing] = useState<Policy | PolicyType | null>(null);
  if (list.isPending) return <SkeletonRows rows={4} height={72} />;
  if (list.isError) return <ErrorState what="load the policies" error={list.error} onRetry={() => void list.refetch()} />;
  const may = list.data.mayEdit.includes(team.id);
  return (
    <>
      {sections.map(({ type, title, hint, empty }) => {
        const owner = owners(list.data.policies, type, [team]).find(({ id }) => id === team.id);
        return (
          <Section
            key={type}
            title={title}
            hint={hint}
            actions={
              may && (
                <Button size="s" icon="plus" onClick={() => setEditing(type)}>
                  Add {type === 'alert' ? 'an alert policy' : 'a notification policy'}
                </Button>
              )
            }
          >
            {owner ? (
              <PolicyList owner={owner} label={title} mayEdit={may} onEdit={setEditing} />
            ) : (
              <EmptyState
                icon="filter"
                title="None yet"
                action={
                  <Link to="/oncall/policies" search={{ type: type === 'alert' ? undefined : type }}>
                    To all {title.toLowerCase()}
                  </Link>
                }
              >
                {empty}
              </EmptyState>
            )}
          </Section>
        );
      })}
      {editing && <PolicyDialog type={typeof editing === 'string' ? editing : editing.type} policy={typeof editing === 'string' ? null : editing} owners={[team]} team={team.id} onClose={() => setEditing(null)} />}
    </>
  );
}
