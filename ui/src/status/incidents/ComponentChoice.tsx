import { useId, type ReactElement } from 'react';
import { Checkbox } from '../../kit';
import { StatusDot } from '../parts/Mark';
import { statusWords } from '../say';
import { componentStatuses, type Component, type ComponentStatus } from '../wire';
import css from './Incidents.module.css';

export interface ComponentChoiceProps {
  components: readonly Component[];
  chosen: Readonly<Record<string, ComponentStatus>>;
  onChange: (next: Readonly<Record<string, ComponentStatus>>) => void;
  /** What a component becomes at first. */
  begin: ComponentStatus;
  /** Only which, not what they become. */
  withoutStatus: boolean;
}

/** The components concerned, and what they become. */
export function ComponentChoice({ components, chosen, onChange, begin, withoutStatus }: ComponentChoiceProps): ReactElement {
  const id = useId();
  const set = (one: Component, on: boolean) => {
    const next = { ...chosen };
    if (on) next[one.id] = one.status === 'operational' ? begin : one.status;
    else delete next[one.id];
    onChange(next);
  };
  const row = (one: Component): ReactElement => {
    const to = chosen[one.id];
    return (
      <li key={one.id} className={css['choice']} data-chosen={to !== undefined || undefined}>
        <Checkbox label={one.name} checked={to !== undefined} onChange={(event) => set(one, event.currentTarget.checked)} />
        <span className={css['spring']} />
        {to !== undefined && !withoutStatus ? (
          <span className={css['becomes']}>
            <StatusDot status={to} />
            <select aria-label={`New state of ${one.name}`} value={to} onChange={(event) => onChange({ ...chosen, [one.id]: event.currentTarget.value as ComponentStatus })}>
              {componentStatuses.map((status) => (
                <option key={status} value={status}>
                  {statusWords[status]}
                </option>
              ))}
            </select>
          </span>
        ) : (
          <span className={css['now']}>{statusWords[one.status]}</span>
        )}
      </li>
    );
  };
  return (
    <div className={css['field']} role="group" aria-labelledby={id}>
      <span id={id} className={css['label']}>
        Components
      </span>
      {components.length === 0 ? (
        <p className={css['quiet']}>This page has no components yet.</p>
      ) : (
        <ul className={css['choices']}>
          {components.map((one) =>
            one.group ? (
              <li key={one.id}>
                <div className={css['groupName']}>{one.name}</div>
                <ul>{(one.members ?? []).map(row)}</ul>
              </li>
            ) : (
              row(one)
            ),
          )}
        </ul>
      )}
    </div>
  );
}
