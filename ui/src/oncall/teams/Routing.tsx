import { attachClosestEdge, extractClosestEdge, type Edge } from '@atlaskit/pragmatic-drag-and-drop-hitbox/closest-edge';
import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine';
import { draggable, dropTargetForElements, monitorForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import { api } from '../../api';
import { announce, Button, Icon, IconButton, Notice } from '../../kit';
import { Section } from '../../shell';
import { useChange } from '../act';
import { joinWord, say } from '../parts/criteria';
import parts from '../parts/parts.module.css';
import { restrictionText } from '../parts/restriction';
import { rest, segment } from '../queries';
import { keys } from '../stale';
import type { Criteria, RoutingRule, TeamView } from '../wire';
import { reordered } from './model';
import { RoutingDialog } from './RoutingDialog';
import css from './Teams.module.css';
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
  const placeRef = useRef(place);
  useEffect(() => {
    placeRef.current = place;
  });
  useEffect(
    () =>
      monitorForElements({
        canMonitor: ({ source }) => source.data['kind'] === 'routing-rule',
        onDrop: ({ source, location }) => {
          const target = location.current.dropTargets[0];
          if (!target) return;
          const from = Number(source.data['index']);
          const over = Number(target.data['index']);
          const after = extractClosestEdge(target.data) === 'bottom';
          placeRef.current(String(source.data['id']), over + (after ? 1 : 0) - (from < over ? 1 : 0));
        },
      }),
    [],
  );

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
      <ol className={css['rules']} aria-label="Routing rules">
        {rules.map((rule, i) => (
          <Rule key={rule.id} rule={rule} index={i} count={rules.length} mayEdit={view.mayEdit} onMove={(to) => place(rule.id, to)} onEdit={() => setEditing(rule)} />
        ))}
      </ol>
      {editing && <RoutingDialog team={team} rule={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />}
      {testing && <TestDialog team={team} onClose={() => setTesting(false)} />}
    </Section>
  );
}

function If({ criteria }: { criteria: Criteria }): ReactElement {
  const conditions = criteria.conditions ?? [];
  if (criteria.type === 'match-all' || conditions.length === 0) return <>every alert</>;
  return (
    <>
      {conditions.map((condition, i) => {
        const { field, operation, value } = say(condition);
        return (
          <span key={i}>
            {i > 0 && <span className={css['join']}> {joinWord(criteria)} </span>}
            {field} {operation} {value && <b className={css['literal']}>{value}</b>}
          </span>
        );
      })}
    </>
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
  const element = useRef<HTMLLIElement>(null);
  const handle = useRef<HTMLButtonElement>(null);
  const [edge, setEdge] = useState<Edge | null>(null);
  const [dragging, setDragging] = useState(false);
  const movable = mayEdit && !rule.isDefault;

  useEffect(() => {
    const [node, grip] = [element.current, handle.current];
    if (!node || !grip) return undefined;
    return combine(
      draggable({
        element: node,
        dragHandle: grip,
        getInitialData: () => ({ kind: 'routing-rule', id: rule.id, index }),
        onDragStart: () => setDragging(true),
        onDrop: () => setDragging(false),
      }),
      dropTargetForElements({
        element: node,
        canDrop: ({ source }) => source.data['kind'] === 'routing-rule' && source.data['id'] !== rule.id,
        getData: ({ input }) => attachClosestEdge({ index }, { element: node, input, allowedEdges: ['top', 'bottom'] }),
        onDrag: ({ self }) => setEdge(extractClosestEdge(self.data)),
        onDragLeave: () => setEdge(null),
        onDrop: () => setEdge(null),
      }),
    );
  }, [rule.id, index, movable]);

  const keyDown = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (by === 0) return;
    event.preventDefault();
    event.stopPropagation();
    onMove(index + by);
  };
  const when = restrictionText(rule.timeRestriction);
  const to = rule.notify.type === 'none' ? 'tell nobody' : (rule.notify.name ?? rule.notify.username ?? 'somebody who is gone');
  return (
    <li ref={element} className={css['rule']} data-edge={edge} data-dragging={dragging}>
      {movable ? (
        <button ref={handle} type="button" className={css['grip']} data-own-keys="true" aria-label={`Move ${rule.name || 'the rule'}, number ${index + 1} of ${count}. Arrow keys move it.`} onKeyDown={keyDown}>
          <Icon name="drag" />
        </button>
      ) : (
        <span className={css['grip']}>{rule.isDefault && <Icon name="lock" size={12} />}</span>
      )}
      <span className={css['position']}>{index + 1}</span>
      <div className={css['ruleBody']}>
        <div className={css['ruleName']}>
          {rule.name || 'Rule'} {rule.isDefault && <span className={parts['muted']}>always last</span>}
        </div>
        <p className={css['sentence']}>
          <span className={css['word']}>IF</span>
          <span>
            <If criteria={rule.criteria} />
            {when && (
              <>
                <span className={css['join']}> and </span>
                {when}
                {rule.timezone && rule.timezone !== 'UTC' ? ` (${rule.timezone.replaceAll('_', ' ')})` : ''}
              </>
            )}
          </span>
        </p>
        <p className={css['sentence']}>
          <span className={css['word']}>THEN</span>
          <span>
            <Icon name={rule.notify.type === 'schedule' ? 'calendar' : rule.notify.type === 'none' ? 'close' : 'arrowUp'} size={12} /> {to}
          </span>
        </p>
      </div>
      {mayEdit && <IconButton icon="edit" size="s" label={`Edit ${rule.name || 'the rule'}`} onClick={onEdit} />}
    </li>
  );
}
