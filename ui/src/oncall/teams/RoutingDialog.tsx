import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Button, FormDialog, TextField, toast } from '../../kit';
import { fieldError, useChange } from '../act';
import { criteriaProblem } from '../parts/criteria';
import { CriteriaEditor } from '../parts/CriteriaEditor';
import { RestrictionEditor } from '../parts/RestrictionEditor';
import { TargetPicker } from '../parts/TargetPicker';
import { ownZone } from '../parts/zone';
import { ZoneField } from '../parts/ZonePicker';
import { rest, segment } from '../queries';
import { keys } from '../stale';
import type { Criteria, Restriction, RoutingRule, Target } from '../wire';

/** One IF … THEN …; of the default only where it leads. */
export function RoutingDialog({ team, rule, onClose }: { team: string; rule: RoutingRule | null; onClose: () => void }): ReactElement {
  const path = `${rest}/teams/${segment(team)}/routing-rules`;
  const [name, setName] = useState(rule?.name ?? '');
  const [criteria, setCriteria] = useState<Criteria>(rule?.criteria ?? { type: 'match-all-conditions', conditions: [{ field: 'priority', not: false, operation: 'equals', expectedValue: 'P1' }] });
  const [hours, setHours] = useState<Restriction | null>(rule?.timeRestriction ?? null);
  const [zone, setZone] = useState(rule?.timezone || ownZone());
  const [notify, setNotify] = useState<Target | null>(rule?.notify ?? null);
  const isDefault = rule?.isDefault === true;
  const problem = isDefault ? null : criteriaProblem(criteria);
  const ready = notify !== null && problem === null && (isDefault || name.trim() !== '');
  const target = (to: Target | null) => ({ type: to?.type, ...(to?.type === 'none' ? {} : { id: to?.id }) });
  const whole = (order?: number) => ({ name: name.trim(), criteria, timezone: zone, ...(hours ? { timeRestriction: hours } : {}), notify: target(notify), ...(order === undefined ? {} : { order }) });
  const save = useChange(
    async () => {
      if (!rule) return api.post(path, whole(0));
      if (isDefault) return api.patch(`${path}/${segment(rule.id)}`, { notify: target(notify) });
      // A time restriction can be put but not taken away, so that a rule without one anymore is made anew in its place.
      if (rule.timeRestriction && !hours) {
        await api.post(path, whole(rule.order));
        return api.delete(`${path}/${segment(rule.id)}`);
      }
      return api.patch(`${path}/${segment(rule.id)}`, whole());
    },
    { stale: [keys.teams], quiet: true, done: rule ? 'Rule changed' : 'Rule added at the top', onDone: onClose },
  );
  const restore = useChange((gone: RoutingRule) => api.post(path, { name: gone.name, criteria: gone.criteria, timezone: gone.timezone, ...(gone.timeRestriction ? { timeRestriction: gone.timeRestriction } : {}), notify: target(gone.notify), order: gone.order }), { stale: [keys.teams] });
  const remove = useChange(() => api.delete(`${path}/${segment(rule?.id ?? '')}`), {
    stale: [keys.teams],
    onDone: () => {
      onClose();
      if (rule) toast({ title: `Rule “${rule.name}” deleted`, undo: () => restore.mutate(rule) });
    },
  });
  return (
    <FormDialog
      title={isDefault ? 'The default rule' : rule ? 'Edit rule' : 'Add a rule'}
      width={640}
      sticky
      onClose={onClose}
      onSubmit={() => save.mutate()}
      footerStart={
        rule &&
        !isDefault && (
          <Button variant="subtle" icon="trash" busy={remove.isPending} onClick={() => remove.mutate()}>
            Delete
          </Button>
        )
      }
      submit={rule ? 'Save' : 'Add'}
      busy={save.isPending}
      ready={ready}
      missing={problem}
      what="save the rule"
      error={save.error}
    >
      {isDefault ? (
        <p>It takes every alert that no other rule fits, so it has no conditions.</p>
      ) : (
        <>
          <TextField label="Name" data-autofocus required value={name} error={fieldError(save.error, 'name')} onChange={(event) => setName(event.currentTarget.value)} />
          <CriteriaEditor value={criteria} onChange={setCriteria} />
          <RestrictionEditor label="and the time is" always="Any time" value={hours} onChange={setHours} />
          {hours && <ZoneField label="By the clock of" value={zone} onChange={setZone} error={fieldError(save.error, 'timezone')} />}
        </>
      )}
      <TargetPicker label="Then notify" kinds={['escalation', 'schedule', 'none']} value={notify} onChange={setNotify} error={fieldError(save.error, 'notify')} />
    </FormDialog>
  );
}
