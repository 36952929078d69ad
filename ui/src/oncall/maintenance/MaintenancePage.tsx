import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Breadcrumb, Button, EmptyState, ErrorState, FormDialog, IconButton, Menu, SkeletonRows, Tabs, toast, type MenuItem } from '../../kit';
import { Page, useCommands, useSignedIn } from '../../shell';
import { useChange } from '../act';
import { Badge } from '../parts/marks';
import parts from '../parts/parts.module.css';
import { ownZone } from '../parts/zone';
import { integrationsQuery, maintenancesQuery, policiesQuery, rest, segment } from '../queries';
import { keys } from '../stale';
import { EndDialog } from './EndDialog';
import css from './Maintenance.module.css';
import { MaintenanceDialog } from './MaintenanceDialog';
import { isOver, look, nameOf, whenText, type Maintenance, type MaintenanceRule } from './model';

type Show = 'ahead' | 'over';

const stale = [keys.maintenances];

/** Times in which integrations and policies are switched, whatever they are set to. */
export function MaintenancePage(): ReactElement {
  const { show = 'ahead' } = useSearch({ from: '/inside/oncall/oncall/maintenance' });
  const navigate = useNavigate({ from: '/oncall/maintenance' });
  const { account } = useSignedIn();
  const list = useQuery(maintenancesQuery);
  const [editing, setEditing] = useState<Maintenance | 'new' | null>(null);
  const [ending, setEnding] = useState<Maintenance | null>(null);
  const [asking, setAsking] = useState<{ what: 'cancel' | 'delete'; of: Maintenance } | null>(null);
  useCommands([{ id: 'new-maintenance', label: 'Plan a maintenance', group: 'Maintenance', icon: 'plus', disabled: !account.admin, run: () => setEditing('new') }]);
  const all = list.data ?? [];
  const shown = all.filter((each) => isOver(each) === (show === 'over'));
  // What is now stands first, then what comes next.
  if (show === 'ahead') shown.reverse();
  const count = (of: Show) => (list.data ? { count: all.filter((each) => isOver(each) === (of === 'over')).length } : {});
  return (
    <Page
      title="Maintenance"
      shape="wide"
      head={<Breadcrumb>{['Maintenance']}</Breadcrumb>}
      actions={
        account.admin && (
          <Button variant="primary" icon="plus" onClick={() => setEditing('new')}>
            Plan a maintenance
          </Button>
        )
      }
    >
      <div className={css['tabs']}>
        <Tabs<Show>
          label="Which maintenances"
          value={show}
          onChange={(next) => void navigate({ search: { show: next === 'over' ? next : undefined }, replace: true })}
          tabs={[
            { value: 'ahead', label: 'Now and planned', ...count('ahead') },
            { value: 'over', label: 'Over', ...count('over') },
          ]}
        />
      </div>
      <div role="tabpanel" aria-label={show === 'over' ? 'Over' : 'Now and planned'}>
        {list.isPending ? (
          <SkeletonRows rows={4} height={44} />
        ) : list.isLoadingError ? (
          <ErrorState what="load the maintenances" error={list.error} onRetry={() => void list.refetch()} />
        ) : shown.length === 0 ? (
          <EmptyState icon="clock" title={show === 'over' ? 'None was held yet' : 'Nothing is under maintenance'} action={show === 'ahead' && account.admin && <Button onClick={() => setEditing('new')}>Plan a maintenance</Button>}>
            While one lasts, the integrations that it names take no alerts, and policies are on or off as it says. Afterwards all is as before.
          </EmptyState>
        ) : (
          <table className={parts['table']}>
            <thead>
              <tr>
                <th>What for</th>
                <th>State</th>
                <th>When</th>
                <th>Switches</th>
                {account.admin && (
                  <th>
                    <span className="visually-hidden">Actions</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {shown.map((each) => (
                <Row key={each.id} maintenance={each} admin={account.admin} onEdit={() => setEditing(each)} onEnd={() => setEnding(each)} onAsk={(what) => setAsking({ what, of: each })} />
              ))}
            </tbody>
          </table>
        )}
      </div>
      {editing && <MaintenanceDialog maintenance={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />}
      {ending && <EndDialog maintenance={ending} onClose={() => setEnding(null)} />}
      {asking && <AskDialog {...asking} onClose={() => setAsking(null)} />}
    </Page>
  );
}

interface RowProps {
  maintenance: Maintenance;
  admin: boolean;
  onEdit: () => void;
  onEnd: () => void;
  onAsk: (what: 'cancel' | 'delete') => void;
}

function Row({ maintenance, admin, onEdit, onEnd, onAsk }: RowProps): ReactElement {
  const { tone, icon, word } = look[maintenance.status];
  const name = nameOf(maintenance);
  const over = isOver(maintenance);
  const items: MenuItem[] = [
    ...(over
      ? []
      : ([
          { label: 'Edit…', icon: 'edit', onSelect: onEdit },
          { label: 'Change the end…', icon: 'clock', onSelect: onEnd },
          { label: maintenance.status === 'active' ? 'End it now…' : 'Call it off…', icon: 'close', onSelect: () => onAsk('cancel') },
          'divider',
        ] satisfies MenuItem[])),
    { label: 'Delete…', icon: 'trash', danger: true, onSelect: () => onAsk('delete') },
  ];
  return (
    <tr>
      <td className={parts['main']}>{name}</td>
      <td>
        <Badge tone={tone} icon={icon}>
          {word}
        </Badge>
      </td>
      <td className={css['when']}>{whenText(maintenance, ownZone())}</td>
      <td className={css['what']}>
        <Switches rules={maintenance.rules ?? []} />
      </td>
      {admin && (
        <td className={parts['acts']}>
          <Menu trigger={<IconButton icon="more" size="s" label={`Actions of ${name}`} />} items={items} />
        </td>
      )}
    </tr>
  );
}

/** What is switched off and on, by name. */
function Switches({ rules }: { rules: readonly MaintenanceRule[] }): ReactElement {
  const named = useRuleNames();
  const of = (state: MaintenanceRule['state']) => rules.filter((rule) => rule.state === state).map(named);
  const [off, on] = [of('disabled'), of('enabled')];
  return (
    <>
      {off.length > 0 && <span>Off: {off.join(', ')}</span>}
      {on.length > 0 && <span>On: {on.join(', ')}</span>}
    </>
  );
}

function useRuleNames(): (rule: MaintenanceRule) => string {
  const integrations = useQuery(integrationsQuery);
  const policies = useQuery(policiesQuery);
  const loaded = integrations.data !== undefined && policies.data !== undefined;
  return ({ entity }) => {
    const found = entity.type === 'integration' ? integrations.data?.integrations.find(({ id }) => id === entity.id)?.name : policies.data?.policies.find(({ id }) => id === entity.id)?.name;
    return found ?? (loaded ? `${entity.type === 'integration' ? 'an integration' : 'a policy'} that is gone` : '…');
  };
}

/** Ends one early, or forgets it: neither can be taken back. */
function AskDialog({ what, of, onClose }: { what: 'cancel' | 'delete'; of: Maintenance; onClose: () => void }): ReactElement {
  const active = of.status === 'active';
  const name = nameOf(of);
  const run = useChange(() => (what === 'delete' ? api.delete(`${rest}/maintenance/${segment(of.id)}`) : api.post(`${rest}/maintenance/${segment(of.id)}/cancel`)), {
    stale,
    quiet: true,
    onDone: () => {
      onClose();
      toast({ title: `“${name}” ${what === 'delete' ? 'deleted' : active ? 'ended' : 'called off'}`, tone: 'success' });
    },
  });
  const act = what === 'delete' ? `Delete “${name}”` : active ? `End “${name}”` : `Call “${name}” off`;
  return (
    <FormDialog title={`${act}?`} danger={what === 'delete'} question onClose={onClose} onSubmit={() => run.mutate()} submit={what === 'delete' ? `Delete “${name}”` : active ? 'End it now' : 'Call it off'} cancel="Keep it" busy={run.isPending} what={act.toLowerCase()} error={run.error}>
      <p>
        {active ? 'It lasts now. What it switches goes back to how it is set:' : isOver(of) ? 'Only this list changes. It switched:' : 'It does not begin then. It would have switched:'}
        <span className={css['asked']}>
          <Switches rules={of.rules ?? []} />
        </span>
      </p>
    </FormDialog>
  );
}
