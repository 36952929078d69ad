import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { announce, Button, Icon, IconButton, Notice } from '../../kit';
import { Section } from '../../shell';
import { useChange } from '../act';
import { Hours, If, OrderedItem, OrderedList, RuleName, Sentence } from '../parts/Ordered';
import parts from '../parts/parts.module.css';
import { restrictionText } from '../parts/restriction';
import { rest, segment } from '../queries';
import { keys } from '../stale';
import type { RoutingRule, TeamView } from '../wire';
import { reordered } from './model';
import { RoutingDialog } from './RoutingDialog';
import { TestDialog } from './TestDialog';

/** Where a team's alerts go: the first rule that fits wins. */
export function Routing({ view }: { view: TeamView }): ReactElement {
  const queries = useQueryClient();
  const team = view.team.id;
  const [editing, setEditing] = useState<RoutingRule | 'new' | null>(null);
  const [testing, setTesting] = useState(false);
  const rules = view.routingRules;
  const move = useChange(({ id, order }: { id: string; order: number }) => api.post(`${rest}/teams/${segment(team)}/routing-rules/${segment(id)}/change-order`, { order }), { stale: [keys.teams] });

  const place = (id: string, to: number) => {
    const next = reordered(rules, id, to);
    const order = next.findIndex((rule) => rule.id === id);
    if (order === rules.findIndex((rule) => rule.id === id)) return;
    queries.setQueryData<TeamView>(keys.team(team), (before) => before && { ...before, routingRules: next });
    announce(`${next[order]?.name || 'Rule'} is rule ${order + 1} of ${next.length}`);
    move.mutate({ id, order });
  };

  return (
    <Section
      title="Routing rules"
      hint="An alert of the team takes the first rule that fits."
      actions={
        <>
          <Button size="s" icon="play" onClick={() => setTesting(true)}>
            Test with a sample alert
          </Button>
          {view.mayEdit && (
            <Button size="s" icon="plus" onClick={() => setEditing('new')}>
              Add a rule
            </Button>
          )}
        </>
      }
    >
      {view.warnings.map((warning) => (
        <Notice key={warning} tone="warning">
          {warning}
        </Notice>
      ))}
      <OrderedList label="Routing rules" kind="routing-rule" onPlace={place}>
        {rules.map((rule, i) => (
          <Rule key={rule.id} rule={rule} index={i} count={rules.length} mayEdit={view.mayEdit} onMove={(to) => place(rule.id, to)} onEdit={() => setEditing(rule)} />
        ))}
      </OrderedList>
      {editing && <RoutingDialog team={team} rule={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />}
      {testing && <TestDialog team={team} onClose={() => setTesting(false)} />}
    </Section>
  );
}

interface RuleProps {
  rule: RoutingRule;
  index: number;
  count: number;
  mayEdit: boolean;
  onMove: (to: number) => void;
  onEdit: () => void;
}

function Rule({ rule, index, count, mayEdit, onMove, onEdit }: RuleProps): ReactElement {
  const name = rule.name || 'the rule';
  const to = rule.notify.type === 'none' ? 'tell nobody' : (rule.notify.name ?? rule.notify.username ?? 'somebody who is gone');
  return (
    <OrderedItem
      kind="routing-rule"
      id={rule.id}
      index={index}
      count={count}
      name={name}
      movable={mayEdit && !rule.isDefault}
      locked={rule.isDefault}
      onMove={onMove}
      acts={mayEdit && <IconButton icon="edit" size="s" label={`Edit ${name}`} onClick={onEdit} />}
    >
      <RuleName>
        {rule.name || 'Rule'} {rule.isDefault && <span className={parts['muted']}>always last</span>}
      </RuleName>
      <Sentence word="IF">
        <If criteria={rule.criteria} />
        <Hours when={restrictionText(rule.timeRestriction)} zone={rule.timezone} />
      </Sentence>
      <Sentence word="THEN">
        <Icon name={rule.notify.type === 'schedule' ? 'calendar' : rule.notify.type === 'none' ? 'close' : 'arrowUp'} size={12} /> {to}
      </Sentence>
    </OrderedItem>
  );
}
