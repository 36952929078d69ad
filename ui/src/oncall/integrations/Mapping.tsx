import { useMutation } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Button, ErrorState, Field, FormDialog, Icon, IconButton, Menu, Notice, SelectField, TextAreaField, TextField } from '../../kit';
import { Section } from '../../shell';
import { useChange } from '../act';
import { PriorityMark, Tag } from '../parts/marks';
import { isPriority } from '../parts/criteria';
import parts from '../parts/parts.module.css';
import { rest, segment } from '../queries';
import { keys } from '../stale';
import type { IntegrationAction, IntegrationView, MappingResult } from '../wire';
import { actionTypes, categorized, filterText, freshAction, kindOf, numbered, swapped, verbOf } from './catalogue';
import css from './Integrations.module.css';

/** What becomes of a request: actions in order, the first that fits; and a sample to see it on. */
export function Mapping({ view, mayEdit }: { view: IntegrationView; mayEdit: boolean }): ReactElement {
  const { id, type } = view.integration;
  const [draft, setDraft] = useState<IntegrationAction[] | null>(null);
  const [editing, setEditing] = useState<number | null>(null);
  const actions = draft ?? view.actions;
  const last = view.requests.find(({ body }) => body !== null && typeof body === 'object');
  const [sample, setSample] = useState(() => (last ? JSON.stringify(last.body, null, 2) : kindOf(type).sample));
  const parsed = parse(sample);
  const test = useMutation({
    mutationFn: () => api.post<{ results: MappingResult[] }>(`${rest}/integrations/${segment(id)}/try`, { sample: parsed.value, ...(draft ? { actions: draft } : {}) }),
    meta: { quiet: true },
  });
  const save = useChange((next: IntegrationAction[]) => api.put(`/v2/integrations/${segment(id)}/actions`, categorized(next)), { stale: [keys.integrations], done: 'Mapping saved', onDone: () => setDraft(null) });
  const change = (next: IntegrationAction[]) => {
    setDraft(numbered(next));
    test.reset();
  };
  const edited = editing === null ? undefined : actions[editing];
  return (
    <Section
      title="What becomes of a request"
      hint="The first action that fits is carried out, no later one."
      actions={
        mayEdit && (
          <Menu
            trigger={
              <Button size="s" icon="plus">
                Add an action
              </Button>
            }
            items={actionTypes.map((each) => ({
              label: verbOf(each),
              onSelect: () => {
                change([...actions, freshAction(each)]);
                setEditing(actions.length);
              },
            }))}
          />
        )
      }
    >
      <ol className={css['actions']} aria-label="Actions">
        {actions.map((action, i) => (
          <li key={`${action.type}-${i}`} className={css['action']}>
            <span className={css['position']}>{i + 1}</span>
            <div className={css['actionText']}>
              <b>{verbOf(action.type)}</b> <span className={parts['muted']}>{action.name}</span>
              <p>
                if {filterText(action.filter)}
                {action.message && (
                  <>
                    : <code>{action.message}</code>
                  </>
                )}
              </p>
            </div>
            {mayEdit && (
              <span className={css['tools']}>
                <IconButton icon="arrowUp" size="s" label={`Move ${action.name} up`} disabled={i === 0} onClick={() => change(swapped(actions, i, -1))} />
                <IconButton icon="arrowDown" size="s" label={`Move ${action.name} down`} disabled={i === actions.length - 1} onClick={() => change(swapped(actions, i, 1))} />
                <IconButton icon="edit" size="s" label={`Edit ${action.name}`} onClick={() => setEditing(i)} />
                <IconButton icon="trash" size="s" label={`Remove ${action.name}`} onClick={() => change(actions.filter((_, at) => at !== i))} />
              </span>
            )}
          </li>
        ))}
      </ol>
      {draft && (
        <Notice
          tone="info"
          action={
            <>
              <Button size="s" variant="subtle" onClick={() => setDraft(null)}>
                Discard
              </Button>
              <Button size="s" variant="primary" busy={save.isPending} onClick={() => save.mutate(draft)}>
                Save the mapping
              </Button>
            </>
          }
        >
          Changed and not saved yet. Try it on the sample first.
        </Notice>
      )}
      <div className={css['try']}>
        <Field label="A sample of what is sent" error={parsed.error} hint={last ? 'The last request that came.' : 'What this sender usually sends.'}>
          {({ id: input, describedBy, invalid }) => (
            <textarea id={input} aria-describedby={describedBy} aria-invalid={invalid || undefined} className={css['sample']} rows={12} spellCheck={false} value={sample} onChange={(event) => setSample(event.currentTarget.value)} />
          )}
        </Field>
        <div className={css['outcome']} aria-live="polite">
          <Button icon="play" disabled={parsed.error !== undefined} busy={test.isPending} onClick={() => test.mutate()}>
            See what it would come to
          </Button>
          {test.error && <ErrorState compact what="try the sample" error={test.error} />}
          {test.data?.results.length === 0 && <p className={parts['muted']}>Nothing: the sample holds no alert.</p>}
          {test.data?.results.map((result, i) => <Result key={i} result={result} />)}
        </div>
      </div>
      {edited && editing !== null && <ActionDialog action={edited} onClose={() => setEditing(null)} onSave={(next) => change(actions.map((each, at) => (at === editing ? next : each)))} />}
    </Section>
  );
}

function parse(text: string): { value?: unknown; error?: string | undefined } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { error: `This is no JSON: ${error instanceof Error ? error.message : ''}` };
  }
}

function Result({ result }: { result: MappingResult }): ReactElement {
  const { alert } = result;
  return (
    <div className={css['resultCard']}>
      <p className={css['resultHead']}>
        <Icon name={result.type === 'create' ? 'bell' : result.type === 'close' ? 'check' : 'info'} /> {result.text}
      </p>
      {alert && (
        <dl className={css['mapped']}>
          <dt>Message</dt>
          <dd>{alert.message}</dd>
          <dt>Priority</dt>
          <dd>{isPriority(alert.priority) ? <PriorityMark priority={alert.priority} long /> : alert.priority || 'P3'}</dd>
          <dt>Alias</dt>
          <dd>{alert.alias || <span className={parts['muted']}>one of its own</span>}</dd>
          {alert.description && (
            <>
              <dt>Description</dt>
              <dd>{alert.description}</dd>
            </>
          )}
          {alert.tags.length > 0 && (
            <>
              <dt>Tags</dt>
              <dd>
                {alert.tags.map((tag) => (
                  <Tag key={tag}>{tag}</Tag>
                ))}
              </dd>
            </>
          )}
          {Object.entries(alert.details ?? {}).map(([key, value]) => (
            <div key={key} className={css['pair']}>
              <dt>{key}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {!alert && result.alias && <p className={parts['muted']}>Alias {result.alias}</p>}
    </div>
  );
}

const operations = ['equals', 'contains', 'starts-with', 'ends-with', 'matches', 'greater-than', 'less-than', 'is-empty'];

function ActionDialog({ action, onSave, onClose }: { action: IntegrationAction; onSave: (action: IntegrationAction) => void; onClose: () => void }): ReactElement {
  const [draft, setDraft] = useState(action);
  const set = (change: Partial<IntegrationAction>) => setDraft({ ...draft, ...change });
  const { filter } = draft;
  const conditions = filter.conditions ?? [];
  const setConditions = (next: typeof conditions) => set({ filter: { ...filter, conditions: next } });
  const text = (label: string, name: 'alias' | 'message' | 'entity' | 'source' | 'customPriority' | 'note' | 'user', hint?: string) => (
    <TextField label={label} value={draft[name] ?? ''} className={css['code'] ?? ''} {...(hint ? { hint } : {})} onChange={(event) => set({ [name]: event.currentTarget.value })} />
  );
  return (
    <FormDialog
      title={verbOf(draft.type)}
      width={620}
      sticky
      onClose={onClose}
      onSubmit={() => {
        onSave(draft);
        onClose();
      }}
      submit="Take over"
      ready={draft.name.trim() !== ''}
    >
      <TextField label="Name" data-autofocus required value={draft.name} onChange={(event) => set({ name: event.currentTarget.value })} />
      <SelectField
        label="If"
        value={filter.conditionMatchType}
        onChange={(conditionMatchType) => set({ filter: { ...filter, conditionMatchType, ...(conditionMatchType === 'match-all' ? { conditions: [] } : { conditions: conditions.length > 0 ? conditions : [{ field: '_event.status', operation: 'equals', expectedValue: 'firing' }] }) } })}
        options={[
          { value: 'match-all', label: 'Whatever is received' },
          { value: 'match-all-conditions', label: 'All of these conditions hold' },
          { value: 'match-any-condition', label: 'Any of these conditions holds' },
        ]}
      />
      {filter.conditionMatchType !== 'match-all' && (
        <div className={parts['lines']}>
          {conditions.map((condition, i) => (
            <div key={i} className={parts['line']}>
              <input className={`${parts['small']} ${parts['grow']}`} aria-label={`Condition ${i + 1}: field`} placeholder="labels.severity" value={condition.field} onChange={(event) => setConditions(conditions.map((each, at) => (at === i ? { ...each, field: event.currentTarget.value } : each)))} />
              <select className={parts['small']} aria-label={`Condition ${i + 1}: comparison`} value={condition.operation} onChange={(event) => setConditions(conditions.map((each, at) => (at === i ? { ...each, operation: event.currentTarget.value } : each)))}>
                {operations.map((operation) => (
                  <option key={operation} value={operation}>
                    {operation.replaceAll('-', ' ')}
                  </option>
                ))}
              </select>
              <input className={`${parts['small']} ${parts['grow']}`} aria-label={`Condition ${i + 1}: value`} value={condition.expectedValue ?? ''} onChange={(event) => setConditions(conditions.map((each, at) => (at === i ? { ...each, expectedValue: event.currentTarget.value } : each)))} />
              <Button size="s" variant="subtle" icon="close" aria-label={`Remove condition ${i + 1}`} onClick={() => setConditions(conditions.filter((_, at) => at !== i))} />
            </div>
          ))}
          <div>
            <Button size="s" icon="plus" onClick={() => setConditions([...conditions, { field: '', operation: 'equals', expectedValue: '' }])}>
              Add a condition
            </Button>
          </div>
        </div>
      )}
      {draft.type !== 'ignore' && (
        <>
          <p className={parts['muted']}>
            Texts may hold fields of what is received: <code>{'{{ labels.severity }}'}</code>. <code>_event</code> is what we read from it: message, alias, description, priority, source, entity, status.
          </p>
          {draft.type === 'create' && text('Message', 'message')}
          {text('Alias', 'alias', 'Requests of one alias are about one alert.')}
          {draft.type === 'create' && (
            <>
              <TextAreaField label="Description" rows={2} value={draft.description ?? ''} onChange={(event) => set({ description: event.currentTarget.value })} />
              <div className={parts['two']}>
                {text('Priority', 'customPriority')}
                {text('Entity', 'entity')}
                {text('Source', 'source')}
                <TextField label="Tags" value={(draft.tags ?? []).join(', ')} onChange={(event) => set({ tags: event.currentTarget.value.split(',').map((tag) => tag.trimStart()).filter((tag, i, list) => tag !== '' || i === list.length - 1) })} />
              </div>
            </>
          )}
          {draft.type !== 'create' && text('Note', 'note')}
        </>
      )}
    </FormDialog>
  );
}
