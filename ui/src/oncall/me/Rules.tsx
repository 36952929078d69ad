import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Button, Checkbox, FormDialog, IconButton, TextField, toast } from '../../kit';
import { Section } from '../../shell';
import { useChange } from '../act';
import { methodWord } from '../alert/model';
import parts from '../parts/parts.module.css';
import { rest, segment } from '../queries';
import { keys } from '../stale';
import type { Me, NotificationRule, NotificationStep } from '../wire';
import css from './Me.module.css';
import { afterText, contactKey, events, leads, secondsOf, type EventKind } from './model';

const stale = [keys.me];

/** What I want to be told of, how and how soon. */
export function Rules({ me }: { me: Me }): ReactElement {
  const [editing, setEditing] = useState<{ event: EventKind; rule: NotificationRule | null } | null>(null);
  const path = `${rest}/users/${segment(me.user.id)}/notification-rules`;
  const toggle = useChange(({ rule, on }: { rule: NotificationRule; on: boolean }) => api.post(`${path}/${segment(rule.id)}/${on ? 'enable' : 'disable'}`), { stale });
  return (
    <Section title="When to tell me" hint="Nobody stays untold for want of a rule: new alerts then come by mail.">
      <ul className={parts['rows']}>
        {events.map((event) => {
          const rules = me.rules.filter(({ actionType }) => actionType === event.type);
          return (
            <li key={event.type} className={css['event']}>
              <div className={css['eventHead']}>
                <span>
                  {event.title} {event.words && <span className={parts['muted']}>{event.words}</span>}
                </span>
                {rules.length === 0 && (
                  <Button size="s" variant="subtle" icon="plus" aria-label={`Add a rule: ${event.title}`} onClick={() => setEditing({ event, rule: null })}>
                    Add a rule
                  </Button>
                )}
              </div>
              {rules.length === 0 && <p className={parts['muted']}>{event.otherwise ?? 'Not told'}</p>}
              {rules.map((rule) => (
                <div key={rule.id} className={css['rule']} data-off={!rule.enabled}>
                  <Checkbox quiet label={`${event.title}: on`} checked={rule.enabled} onChange={(change) => toggle.mutate({ rule, on: change.currentTarget.checked })} />
                  <span className={css['steps']}>
                    {event.leads && <span>{(rule.notificationTime ?? []).map((lead) => leads.find(({ value }) => value === lead)?.label ?? lead).join(', ')}: </span>}
                    {rule.steps.map((step, i) => (
                      <span key={i}>
                        {methodWord(step.contact.method)} {event.staged && <span className={parts['muted']}>{afterText(step)}</span>}
                        {i < rule.steps.length - 1 ? ', ' : ''}
                      </span>
                    ))}
                    {rule.steps.length === 0 && <span className={parts['muted']}>no steps</span>}
                    {rule.repeat?.enabled && <span className={parts['muted']}> · again every {rule.repeat.loopAfter} min</span>}
                  </span>
                  <IconButton icon="edit" size="s" label={`Edit the rule: ${event.title}`} onClick={() => setEditing({ event, rule })} />
                </div>
              ))}
            </li>
          );
        })}
      </ul>
      {editing && <RuleDialog me={me} path={path} event={editing.event} rule={editing.rule} onClose={() => setEditing(null)} />}
    </Section>
  );
}

function RuleDialog({ me, path, event, rule, onClose }: { me: Me; path: string; event: EventKind; rule: NotificationRule | null; onClose: () => void }): ReactElement {
  const contacts = me.contacts;
  const first = contacts[0];
  const fresh = (minutes: number): NotificationStep[] => (first ? [{ sendAfter: { timeAmount: minutes, timeUnit: 'minutes' }, contact: { method: first.method, to: first.to }, enabled: true }] : []);
  const [steps, setSteps] = useState<NotificationStep[]>(rule?.steps ?? fresh(0));
  const [times, setTimes] = useState<string[]>(rule?.notificationTime ?? ['just-before']);
  const [repeats, setRepeats] = useState(rule?.repeat?.enabled ?? false);
  const [loop, setLoop] = useState(String(rule?.repeat?.loopAfter || 10));
  const body = () => ({
    name: event.title,
    actionType: event.type,
    steps: steps.map(({ sendAfter, contact, enabled }) => ({ sendAfter: event.staged ? sendAfter : { timeAmount: 0, timeUnit: 'minutes' }, contact, enabled })),
    ...(event.leads ? { notificationTime: times } : {}),
    ...(event.repeats ? { repeat: { loopAfter: Number(loop), enabled: repeats } } : {}),
  });
  const save = useChange(() => (rule ? api.patch(`${path}/${segment(rule.id)}`, body()) : api.post(path, { ...body(), enabled: true })), { stale, quiet: true, done: 'Rule saved', onDone: onClose });
  const restore = useChange((gone: NotificationRule) => api.post(path, { name: gone.name, actionType: gone.actionType, enabled: gone.enabled, steps: gone.steps.map(({ sendAfter, contact, enabled }) => ({ sendAfter, contact, enabled })), ...(gone.notificationTime ? { notificationTime: gone.notificationTime } : {}), ...(gone.repeat ? { repeat: gone.repeat } : {}) }), { stale });
  const remove = useChange(() => api.delete(`${path}/${segment(rule?.id ?? '')}`), {
    stale,
    onDone: () => {
      onClose();
      if (rule) toast({ title: 'Rule deleted', undo: () => restore.mutate(rule) });
    },
  });
  const set = (at: number, step: NotificationStep) => setSteps(steps.map((each, i) => (i === at ? step : each)));
  const last = steps.reduce((most, step) => Math.max(most, secondsOf(step)), 0);
  const ready = steps.length > 0 && (!event.leads || times.length > 0);
  return (
    <FormDialog
      title={event.title}
      onClose={onClose}
      onSubmit={() => save.mutate()}
      footerStart={
        rule && (
          <Button variant="subtle" icon="trash" busy={remove.isPending} onClick={() => remove.mutate()}>
            Delete
          </Button>
        )
      }
      submit="Save"
      busy={save.isPending}
      ready={ready}
      what="save the rule"
      error={save.error}
    >
      {event.leads && (
        <fieldset className={parts['fieldset']}>
          <legend>When</legend>
          <div className={parts['lines']}>
            {leads.map(({ value, label }) => (
              <Checkbox key={value} label={label} checked={times.includes(value)} onChange={(change) => setTimes(change.currentTarget.checked ? [...times, value] : times.filter((each) => each !== value))} />
            ))}
          </div>
        </fieldset>
      )}
      <fieldset className={parts['fieldset']}>
        <legend>By</legend>
        <div className={parts['lines']}>
          {steps.map((step, i) => (
            <div key={i} className={parts['line']}>
              {event.staged && (
                <>
                  <span className={parts['muted']}>after</span>
                  <input
                    type="number"
                    min={0}
                    className={parts['small']}
                    style={{ width: 72 }}
                    aria-label={`Step ${i + 1}: minutes`}
                    value={Math.round(secondsOf(step) / 60)}
                    onChange={(change) => set(i, { ...step, sendAfter: { timeAmount: Math.max(0, Number(change.currentTarget.value)), timeUnit: 'minutes' } })}
                  />
                  <span className={parts['muted']}>min</span>
                </>
              )}
              <select
                className={`${parts['small']} ${parts['grow']}`}
                aria-label={`Step ${i + 1}: contact`}
                value={contactKey(step.contact)}
                onChange={(change) => {
                  const contact = contacts.find((each) => contactKey(each) === change.currentTarget.value);
                  if (contact) set(i, { ...step, contact: { method: contact.method, to: contact.to } });
                }}
              >
                {!contacts.some((each) => contactKey(each) === contactKey(step.contact)) && <option value={contactKey(step.contact)}>a contact that is gone</option>}
                {contacts.map((contact) => (
                  <option key={contact.id} value={contactKey(contact)}>
                    {methodWord(contact.method)} {contact.method === 'mobile' ? '' : contact.to}
                    {contact.verified ? '' : ' (not verified)'}
                  </option>
                ))}
              </select>
              <Button size="s" variant="subtle" icon="close" aria-label={`Remove step ${i + 1}`} onClick={() => setSteps(steps.filter((_, at) => at !== i))} />
            </div>
          ))}
          <div>
            <Button size="s" icon="plus" disabled={!first} onClick={() => setSteps([...steps, ...fresh(event.staged ? Math.round(last / 60) + 5 : 0)])}>
              Add a step
            </Button>
          </div>
        </div>
      </fieldset>
      {event.repeats && (
        <div className={parts['lines']}>
          <Checkbox label="Begin again until somebody acknowledges" checked={repeats} onChange={(change) => setRepeats(change.currentTarget.checked)} />
          {repeats && <TextField label="Minutes after the first step" type="number" min={1} value={loop} onChange={(change) => setLoop(change.currentTarget.value)} />}
        </div>
      )}
    </FormDialog>
  );
}
