import type { ReactElement } from 'react';
import { Button, SelectField } from '../../kit';
import { priorities, type Condition, type Criteria } from '../wire';
import { emptyCondition, fields, operationsOf } from './criteria';
import css from './parts.module.css';

function Line({ condition, number, onChange, onRemove }: { condition: Condition; number: number; onChange: (condition: Condition) => void; onRemove: () => void }): ReactElement {
  const name = `Condition ${number}`;
  const allowed = operationsOf(condition.field);
  return (
    <div className={css['line']}>
      <select
        className={css['small']}
        aria-label={`${name}: field`}
        value={condition.field}
        onChange={(event) => {
          const field = event.currentTarget.value;
          // Each field begins with the comparison that people mean most often.
          const was = condition.field === 'priority' ? '' : (condition.expectedValue ?? '');
          onChange({ ...condition, field, operation: operationsOf(field)[0]?.value ?? 'contains', expectedValue: field === 'priority' ? 'P2' : was });
        }}
      >
        {fields.map((field) => (
          <option key={field.value} value={field.value}>
            {field.label}
          </option>
        ))}
      </select>
      {condition.field === 'details' && (
        <input className={css['small']} style={{ width: 100 }} aria-label={`${name}: key`} placeholder="key" value={condition.key ?? ''} onChange={(event) => onChange({ ...condition, key: event.currentTarget.value })} />
      )}
      <select className={css['small']} aria-label={`${name}: comparison`} value={`${condition.not ? '!' : ''}${condition.operation}`} onChange={(event) => onChange({ ...condition, not: event.currentTarget.value.startsWith('!'), operation: event.currentTarget.value.replace('!', '') })}>
        {allowed.map((operation) => (
          <option key={operation.value} value={operation.value}>
            {operation.label}
          </option>
        ))}
        {allowed.map((operation) => (
          <option key={`!${operation.value}`} value={`!${operation.value}`}>
            {operation.label.startsWith('is') ? operation.label.replace(/^is/, 'is not') : `not: ${operation.label}`}
          </option>
        ))}
      </select>
      {condition.operation === 'is-empty' ? null : condition.field === 'priority' ? (
        <select className={css['small']} aria-label={`${name}: value`} value={condition.expectedValue ?? ''} onChange={(event) => onChange({ ...condition, expectedValue: event.currentTarget.value })}>
          {priorities.map((priority) => (
            <option key={priority}>{priority}</option>
          ))}
        </select>
      ) : (
        <input
          className={`${css['small']} ${css['grow']}`}
          aria-label={`${name}: value`}
          placeholder="value"
          value={condition.expectedValue ?? ''}
          onChange={(event) => onChange({ ...condition, expectedValue: event.currentTarget.value })}
        />
      )}
      <Button size="s" variant="subtle" icon="close" aria-label={`Remove condition ${number}`} onClick={onRemove} />
    </div>
  );
}

/** Which alerts a rule is for. */
export function CriteriaEditor({ value, onChange }: { value: Criteria; onChange: (value: Criteria) => void }): ReactElement {
  const conditions = value.conditions ?? [];
  const set = (next: Condition[]) => onChange({ ...value, conditions: next });
  return (
    <div className={css['lines']}>
      <SelectField
        label="If"
        value={value.type}
        onChange={(type) => onChange(type === 'match-all' ? { type } : { type: type as Criteria['type'], conditions: conditions.length === 0 ? [emptyCondition] : conditions })}
        options={[
          { value: 'match-all', label: 'Every alert' },
          { value: 'match-all-conditions', label: 'All of these conditions hold' },
          { value: 'match-any-condition', label: 'Any of these conditions holds' },
        ]}
      />
      {value.type !== 'match-all' && (
        <>
          {conditions.map((condition, i) => (
            <Line key={i} number={i + 1} condition={condition} onChange={(next) => set(conditions.map((each, at) => (at === i ? next : each)))} onRemove={() => set(conditions.filter((_, at) => at !== i))} />
          ))}
          <div>
            <Button size="s" icon="plus" onClick={() => set([...conditions, emptyCondition])}>
              Add a condition
            </Button>
          </div>
        </>
      )}
    </div>
  );
}
