import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { announce, FormDialog, IconButton, Menu, toast, type MenuItem } from '../../kit';
import { useChange } from '../act';
import { naming, nameOf, switchedNow, type Switched } from '../maintenance/model';
import { Badge } from '../parts/marks';
import { Hours, If, OrderedItem, OrderedList, RuleName, Sentence } from '../parts/Ordered';
import parts from '../parts/parts.module.css';
import { restrictionText } from '../parts/restriction';
import { useNamed } from '../parts/TargetPicker';
import { maintenancesQuery, policiesQuery, rest, segment } from '../queries';
import { keys } from '../stale';
import { acts, copyOf, placed, type Owner, type Policy, type PolicyPage } from './model';
import css from './Policies.module.css';

interface Props {
  owner: Owner;
  label: string;
  mayEdit: boolean;
  onEdit: (policy: Policy) => void;
}

/** The policies of a type that one owner has, in the order in which they are tried. */
export function PolicyList({ owner, label, mayEdit, onEdit }: Props): ReactElement {
  const queries = useQueryClient();
  const maintenances = useQuery(maintenancesQuery).data ?? [];
  const switched = switchedNow(maintenances);
  const [deleting, setDeleting] = useState<Policy | null>(null);
  const { policies } = owner;
  const kind = `policy ${owner.id} ${policies[0]?.type ?? ''}`;
  const stale = [keys.policies];

  const move = useChange(({ id, to }: { id: string; to: number }) => api.post(`${rest}/policies/${segment(id)}/change-order`, { targetIndex: to }), { stale });
  const place = (id: string, to: number) => {
    const from = policies.findIndex((each) => each.id === id);
    const goal = Math.min(Math.max(0, to), policies.length - 1);
    if (from < 0 || goal === from) return;
    queries.setQueryData(policiesQuery.queryKey, (before: PolicyPage | undefined) => before && { ...before, policies: placed(before.policies, id, goal) });
    announce(`${policies[from]?.name ?? 'The policy'} is policy ${goal + 1} of ${policies.length}`);
    move.mutate({ id, to: goal });
  };

  const toggle = useChange(({ id, on }: { id: string; name: string; on: boolean }) => api.post(`${rest}/policies/${segment(id)}/${on ? 'enable' : 'disable'}`), {
    stale,
    onDone: (_, { id, name, on }) => toast({ title: `${name} is ${on ? 'on' : 'off'}`, undo: () => toggle.mutate({ id, name, on: !on }) }),
  });

  // Made anew where it was: all but its id, which no one has to know.
  const restore = useChange(
    async (gone: Policy) => {
      const made = await api.post<{ data: { id: string } }>(`${rest}/policies`, copyOf(gone));
      await api.post(`${rest}/policies/${segment(made.data.id)}/change-order`, { targetIndex: gone.order });
    },
    { stale },
  );
  const remove = useChange((policy: Policy) => api.delete(`${rest}/policies/${segment(policy.id)}`), {
    stale: [keys.policies, keys.maintenances],
    onDone: (_, policy) => {
      setDeleting(null);
      toast({ title: `Policy “${policy.name}” deleted`, undo: () => restore.mutate(policy) });
    },
  });
  const lost = deleting ? naming(maintenances, 'policy', deleting.id) : [];

  return (
    <>
      <OrderedList label={label} kind={kind} onPlace={place}>
        {policies.map((policy, i) => (
          <PolicyItem
            key={policy.id}
            kind={kind}
            policy={policy}
            index={i}
            count={policies.length}
            mayEdit={mayEdit}
            switched={switched.get(`policy:${policy.id}`)}
            onMove={(to) => place(policy.id, to)}
            onEdit={() => onEdit(policy)}
            onToggle={() => toggle.mutate({ id: policy.id, name: policy.name, on: !policy.enabled })}
            onDelete={() => (naming(maintenances, 'policy', policy.id).length > 0 ? setDeleting(policy) : remove.mutate(policy))}
          />
        ))}
      </OrderedList>
      {deleting && (
        <FormDialog
          title={`Delete “${deleting.name}”?`}
          danger
          onClose={() => setDeleting(null)}
          onSubmit={() => remove.mutate(deleting)}
          submit={`Delete “${deleting.name}”`}
          busy={remove.isPending}
          what="delete the policy"
          error={remove.error}
        >
          <p>
            {lost.length === 1 ? 'A maintenance names' : `${lost.length} maintenances name`} it, and would not name it any more, also when the policy is brought back: {lost.map(nameOf).join(', ')}.
          </p>
        </FormDialog>
      )}
    </>
  );
}

interface ItemProps {
  kind: string;
  policy: Policy;
  index: number;
  count: number;
  mayEdit: boolean;
  /** What a maintenance of now makes of it. */
  switched: Switched | undefined;
  onMove: (to: number) => void;
  onEdit: () => void;
  onToggle: () => void;
  onDelete: () => void;
}

function PolicyItem({ kind, policy, index, count, mayEdit, switched, onMove, onEdit, onToggle, onDelete }: ItemProps): ReactElement {
  const { name, enabled, policyDescription } = policy;
  const named = useNamed();
  const on = switched?.on ?? enabled;
  const phrases = acts({ ...policy, ...(policy.responders ? { responders: policy.responders.map(named) } : {}) });
  const items: MenuItem[] = [
    { label: 'Edit…', icon: 'edit', onSelect: onEdit },
    { label: enabled ? 'Switch off' : 'Switch on', icon: enabled ? 'pause' : 'play', onSelect: onToggle },
    'divider',
    { label: 'Move up', icon: 'arrowUp', disabled: index === 0, onSelect: () => onMove(index - 1) },
    { label: 'Move down', icon: 'arrowDown', disabled: index === count - 1, onSelect: () => onMove(index + 1) },
    'divider',
    { label: 'Delete', icon: 'trash', danger: true, onSelect: onDelete },
  ];
  return (
    <OrderedItem kind={kind} id={policy.id} index={index} count={count} name={name} movable={mayEdit} off={!on} onMove={onMove} acts={mayEdit && <Menu trigger={<IconButton icon="more" size="s" label={`Actions of ${name}`} />} items={items} />}>
      <RuleName>
        <span className={css['nameLine']}>
          {name}
          {switched && switched.on !== enabled ? (
            <Badge tone="amber" icon={switched.on ? 'play' : 'pause'} title={nameOf(switched.by)}>
              {switched.on ? 'on' : 'off'} for maintenance
            </Badge>
          ) : (
            !enabled && <Badge icon="pause">off</Badge>
          )}
        </span>
        {policyDescription && <span className={parts['fine']}>{policyDescription}</span>}
      </RuleName>
      <Sentence word="IF">
        <If criteria={policy.filter} />
        <Hours when={restrictionText(policy.timeRestrictions)} zone={policy.timezone} />
      </Sentence>
      <Sentence word="THEN">
        {phrases.join('; ')}
        {policy.type === 'alert' && !policy.continue && index < count - 1 && '; no policy after it is tried'}
      </Sentence>
    </OrderedItem>
  );
}
