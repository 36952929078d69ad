import type { ReactElement } from 'react';
import parts from '../parts/parts.module.css';
import type { Duration } from './model';

interface Props {
  /** Read aloud before "amount" and "unit". */
  name: string;
  value: Duration;
  onChange: (value: Duration) => void;
}

/** A length of time: so many minutes, hours or days. */
export function DurationField({ name, value, onChange }: Props): ReactElement {
  const unit = value.timeUnit ?? 'minutes';
  const units = ['minutes', 'hours', 'days'];
  return (
    <>
      <input
        type="number"
        min={1}
        className={parts['small']}
        style={{ width: 80 }}
        aria-label={`${name}: amount`}
        value={value.timeAmount === 0 ? '' : value.timeAmount}
        onChange={(event) => onChange({ timeAmount: Math.trunc(Number(event.currentTarget.value)) || 0, timeUnit: unit })}
      />
      <select className={parts['small']} aria-label={`${name}: unit`} value={unit} onChange={(event) => onChange({ ...value, timeUnit: event.currentTarget.value })}>
        {(units.includes(unit) ? units : [unit, ...units]).map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </>
  );
}
