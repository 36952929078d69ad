import type { ReactElement } from 'react';
import { Button, SelectField } from '../../kit';
import type { ClockWindow, Restriction, WeekWindow } from '../wire';
import css from './parts.module.css';
import { clockText, days, dayWord, officeDay, readClock, workWeek } from './restriction';

interface Props {
  label: string;
  value: Restriction | null;
  onChange: (value: Restriction | null) => void;
  /** How the choice of no restriction reads. */
  always?: string;
}

function Times({ window, name, onChange }: { window: ClockWindow; name: string; onChange: (window: ClockWindow) => void }): ReactElement {
  return (
    <>
      <input
        type="time"
        className={css['small']}
        aria-label={`${name} from`}
        value={clockText(window.startHour, window.startMin)}
        onChange={(event) => {
          const clock = readClock(event.currentTarget.value);
          if (clock) onChange({ ...window, startHour: clock[0], startMin: clock[1] });
        }}
      />
      <span className={css['muted']}>to</span>
      <input
        type="time"
        className={css['small']}
        aria-label={`${name} to`}
        value={clockText(window.endHour, window.endMin)}
        onChange={(event) => {
          const clock = readClock(event.currentTarget.value);
          if (clock) onChange({ ...window, endHour: clock[0], endMin: clock[1] });
        }}
      />
    </>
  );
}

function DaySelect({ label, value, onChange }: { label: string; value: string; onChange: (day: string) => void }): ReactElement {
  return (
    <select className={css['small']} aria-label={label} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      {days.map((day) => (
        <option key={day} value={day}>
          {dayWord(day)}
        </option>
      ))}
    </select>
  );
}

/** Hours of the day or windows of the week, by the wall clock of the schedule's zone. */
export function RestrictionEditor({ label, value, onChange, always = 'Always' }: Props): ReactElement {
  const windows = value?.restrictions ?? [];
  const setWindows = (restrictions: WeekWindow[]) => onChange(restrictions.length === 0 ? null : { type: 'weekday-and-time-of-day', restrictions });
  const replace = (at: number, window: WeekWindow) => setWindows(windows.map((each, i) => (i === at ? window : each)));
  return (
    <div className={css['lines']}>
      <SelectField
        label={label}
        value={value?.type ?? ''}
        onChange={(type) => {
          if (type === 'time-of-day') onChange({ type, restriction: value?.restriction ?? officeDay });
          else if (type === 'weekday-and-time-of-day') onChange({ type, restrictions: workWeek(value?.restriction) });
          else onChange(null);
        }}
        options={[
          { value: '', label: always },
          { value: 'time-of-day', label: 'Certain hours of every day' },
          { value: 'weekday-and-time-of-day', label: 'Certain days and hours' },
        ]}
      />
      {value?.type === 'time-of-day' && (
        <div className={css['line']}>
          <Times name="Every day" window={value.restriction ?? officeDay} onChange={(restriction) => onChange({ type: 'time-of-day', restriction })} />
        </div>
      )}
      {value?.type === 'weekday-and-time-of-day' && (
        <>
          {windows.map((window, i) => (
            <div key={i} className={css['line']}>
              <DaySelect label={`Window ${i + 1} from day`} value={window.startDay} onChange={(startDay) => replace(i, { ...window, startDay, endDay: window.endDay === window.startDay ? startDay : window.endDay })} />
              <Times name={`Window ${i + 1}`} window={window} onChange={(times) => replace(i, { ...window, ...times })} />
              <DaySelect label={`Window ${i + 1} to day`} value={window.endDay} onChange={(endDay) => replace(i, { ...window, endDay })} />
              <Button size="s" variant="subtle" icon="close" aria-label={`Remove window ${i + 1}`} onClick={() => setWindows(windows.filter((_, at) => at !== i))} />
            </div>
          ))}
          <div>
            <Button size="s" icon="plus" onClick={() => setWindows([...windows, { startDay: 'saturday', endDay: 'saturday', ...officeDay }])}>
              Add a window
            </Button>
          </div>
        </>
      )}
    </div>
  );
}
