import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Button, Checkbox, EmptyState, ErrorState, FormDialog, Icon, IconButton, TextField, toast } from '../../kit';
import { Section } from '../../shell';
import { fieldError, useChange } from '../act';
import { usePeople } from '../people';
import parts from '../parts/parts.module.css';
import { TargetPicker } from '../parts/TargetPicker';
import { rest, segment } from '../queries';
import { keys } from '../stale';
import type { Escalation, EscalationStep, Target, TeamView } from '../wire';
import { minutesOf, minutesText, notifyTypesOf, repeatText, stages, stepText, stepsProblem } from './model';
import css from './Teams.module.css';

const stale = [keys.teams, keys.escalations];

/** Who is told next when nobody reacts. */
export function Escalations({ view }: { view: TeamView }): ReactElement {
  const [editing, setEditing] = useState<Escalation | 'new' | null>(null);
  const { person } = usePeople();
  const nameOf = (target: Target) => (target.type === 'user' ? person(target.id ?? '').displayName : (target.name ?? target.id ?? ''));
  return (
    <Section
      title="Escalations"
      hint="Who is told at once, and who next when nobody reacts."
      actions={
        view.mayEdit && (
          <Button size="s" icon="plus" onClick={() => setEditing('new')}>
            Add an escalation
          </Button>
        )
      }
    >
      {view.escalations.length === 0 ? (
        <EmptyState icon="arrowUp" title="No escalation yet">
          Without one, a routing rule can only tell whoever is on call, and nobody after them.
        </EmptyState>
      ) : (
        <ul className={css['escalations']}>
          {view.escalations.map((escalation) => (
            <li key={escalation.id} className={css['escalation']} aria-label={escalation.name}>
              <div className={css['cardHead']}>
                <h3>{escalation.name}</h3>
                {view.mayEdit && <IconButton icon="edit" size="s" label={`Edit ${escalation.name}`} onClick={() => setEditing(escalation)} />}
              </div>
              {escalation.description && <p className={parts['muted']}>{escalation.description}</p>}
              <ol className={css['stages']}>
                {stages(escalation.rules).map(({ at, steps }) => (
                  <li key={at}>
                    <span className={css['when']}>{at === 0 ? 'at once' : minutesText(at)}</span>
                    <ul>
                      {steps.map((step, i) => (
                        <li key={i}>
                          {stepText(step, nameOf(step.recipient))}
                          <span className={parts['fine']}>if {step.condition === 'if-not-acked' ? 'nobody has acknowledged' : 'it is not closed'}</span>
                        </li>
                      ))}
                    </ul>
                  </li>
                ))}
                <li data-end="true">
                  <span className={css['when']}>
                    <Icon name="refresh" size={12} />
                  </span>
                  <span className={parts['muted']}>{repeatText(escalation.repeat)}</span>
                </li>
              </ol>
            </li>
          ))}
        </ul>
      )}
      {editing && <EscalationDialog team={view.team.id} escalation={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />}
    </Section>
  );
}

const freshStep = (minutes: number): EscalationStep => ({ condition: 'if-not-acked', notifyType: 'default', delay: { timeAmount: minutes, timeUnit: 'minutes' }, recipient: { type: 'schedule' } });

function StepEditor({ step, number, onChange, onRemove }: { step: EscalationStep; number: number; onChange: (step: EscalationStep) => void; onRemove: () => void }): ReactElement {
  const types = notifyTypesOf(step.recipient.type);
  return (
    <li className={css['stepEdit']}>
      <div className={parts['line']}>
        <span className={parts['muted']}>After</span>
        <input
          type="number"
          min={0}
          className={parts['small']}
          style={{ width: 76 }}
          aria-label={`Step ${number}: minutes`}
          value={minutesOf(step)}
          onChange={(event) => onChange({ ...step, delay: { timeAmount: Math.max(0, Math.round(Number(event.currentTarget.value))), timeUnit: 'minutes' } })}
        />
        <span className={parts['muted']}>min, if</span>
        <select className={`${parts['small']} ${parts['grow']}`} aria-label={`Step ${number}: condition`} value={step.condition} onChange={(event) => onChange({ ...step, condition: event.currentTarget.value as EscalationStep['condition'] })}>
          <option value="if-not-acked">nobody has acknowledged</option>
          <option value="if-not-closed">it is not closed</option>
        </select>
        <Button size="s" variant="subtle" icon="close" aria-label={`Remove step ${number}`} onClick={onRemove} />
      </div>
      <div className={css['stepWho']}>
        <TargetPicker
          label="tell"
          kinds={['schedule', 'user', 'team']}
          value={step.recipient.id ? step.recipient : null}
          onChange={(recipient) => onChange({ ...step, recipient, notifyType: notifyTypesOf(recipient.type).some(({ value }) => value === step.notifyType) ? step.notifyType : 'default' })}
        />
        {step.recipient.id && types.length > 1 && (
          <label className={css['select']}>
            <span>and there</span>
            <select className={parts['small']} value={step.notifyType} onChange={(event) => onChange({ ...step, notifyType: event.currentTarget.value })}>
              {types.map(({ value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
    </li>
  );
}

function EscalationDialog({ team, escalation, onClose }: { team: string; escalation: Escalation | null; onClose: () => void }): ReactElement {
  const [name, setName] = useState(escalation?.name ?? '');
  const [steps, setSteps] = useState<EscalationStep[]>(escalation?.rules ?? [freshStep(0)]);
  const [repeats, setRepeats] = useState((escalation?.repeat?.count ?? 0) > 0);
  const [wait, setWait] = useState(String(escalation?.repeat?.waitInterval || 10));
  const [count, setCount] = useState(String(escalation?.repeat?.count || 1));
  const [reset, setReset] = useState(escalation?.repeat?.resetRecipientStates ?? false);
  const [closing, setClosing] = useState(escalation?.repeat?.closeAlertAfterAll ?? false);
  const problem = stepsProblem(steps);
  const ready = name.trim() !== '' && problem === null;
  const path = `${rest}/escalations`;
  const body = () => ({
    name: name.trim(),
    ownerTeam: { id: team },
    rules: steps.map((step) => ({ ...step, recipient: { type: step.recipient.type, id: step.recipient.id } })),
    repeat: repeats ? { waitInterval: Number(wait), count: Number(count), resetRecipientStates: reset, closeAlertAfterAll: closing } : { waitInterval: 0, count: 0, resetRecipientStates: false, closeAlertAfterAll: false },
  });
  const save = useChange(() => (escalation ? api.patch(`${path}/${segment(escalation.id)}`, body()) : api.post(path, body())), { stale, quiet: true, done: 'Escalation saved', onDone: onClose });
  const restore = useChange((gone: Escalation) => api.post(path, { name: gone.name, description: gone.description, ownerTeam: { id: team }, rules: gone.rules.map((step) => ({ ...step, recipient: { type: step.recipient.type, id: step.recipient.id } })), ...(gone.repeat ? { repeat: gone.repeat } : {}) }), { stale });
  const remove = useChange(() => api.delete(`${path}/${segment(escalation?.id ?? '')}`), {
    stale,
    quiet: true,
    onDone: () => {
      onClose();
      if (escalation) toast({ title: `Escalation “${escalation.name}” deleted`, undo: () => restore.mutate(escalation) });
    },
  });
  const last = steps.reduce((most, step) => Math.max(most, minutesOf(step)), 0);
  return (
    <FormDialog
      title={escalation ? 'Edit escalation' : 'Add an escalation'}
      width={620}
      sticky
      onClose={onClose}
      onSubmit={() => save.mutate()}
      footerStart={
        escalation && (
          <Button variant="subtle" icon="trash" busy={remove.isPending} onClick={() => remove.mutate()}>
            Delete
          </Button>
        )
      }
      submit="Save"
      busy={save.isPending}
      ready={ready}
      missing={problem}
      what="save the escalation"
      error={save.error}
    >
      <TextField label="Name" data-autofocus required value={name} error={fieldError(save.error, 'name')} onChange={(event) => setName(event.currentTarget.value)} />
      <ol className={css['stepList']} aria-label="Steps">
        {steps.map((step, i) => (
          <StepEditor key={i} step={step} number={i + 1} onChange={(next) => setSteps(steps.map((each, at) => (at === i ? next : each)))} onRemove={() => setSteps(steps.filter((_, at) => at !== i))} />
        ))}
        <li>
          <Button size="s" icon="plus" onClick={() => setSteps([...steps, freshStep(steps.length === 0 ? 0 : last + 5)])}>
            Add a step
          </Button>
        </li>
      </ol>
      <fieldset className={css['repeat']}>
        <Checkbox label="Begin again when nobody reacted" checked={repeats} onChange={(event) => setRepeats(event.currentTarget.checked)} />
        {repeats && (
          <>
            <div className={parts['two']}>
              <TextField label="Minutes after the last step" type="number" min={1} value={wait} error={fieldError(save.error, 'repeat')} onChange={(event) => setWait(event.currentTarget.value)} />
              <TextField label="How many times" type="number" min={1} max={20} value={count} onChange={(event) => setCount(event.currentTarget.value)} />
            </div>
            <Checkbox label="Also when somebody has acknowledged and not closed it" checked={reset} onChange={(event) => setReset(event.currentTarget.checked)} />
            <Checkbox label="Close the alert after the last time" checked={closing} onChange={(event) => setClosing(event.currentTarget.checked)} />
          </>
        )}
      </fieldset>
      {remove.error && <ErrorState compact what="delete the escalation" error={remove.error} />}
    </FormDialog>
  );
}
