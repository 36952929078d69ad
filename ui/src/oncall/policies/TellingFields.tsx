import type { ReactElement, ReactNode } from 'react';
import { Checkbox } from '../../kit';
import parts from '../parts/parts.module.css';
import { clockText, days, dayWord, readClock } from '../parts/restriction';
import { DurationField } from './DurationField';
import type { Delay, Duration, Telling } from './model';
import css from './Policies.module.css';

const tenMinutes: Duration = { timeAmount: 10, timeUnit: 'minutes' };

const delayOptions = [
  { value: 'for-duration', label: 'for' },
  { value: 'next-time', label: 'until the clock says' },
  { value: 'next-weekday', label: 'until the next weekday at' },
  ...days.map((day) => ({ value: `next-${day}`, label: `until the next ${dayWord(day)} at` })),
];

/** Something that is done or not; what there is to say about it stands below while it is. */
function Part({ label, on, onChange, children }: { label: string; on: boolean; onChange: (on: boolean) => void; children?: ReactNode }): ReactElement {
  return (
    <div className={css['part']}>
      <Checkbox label={label} checked={on} onChange={(event) => onChange(event.currentTarget.checked)} />
      {on && children && <div className={`${parts['line']} ${css['more']}`}>{children}</div>}
    </div>
  );
}

function DelayFields({ value, onChange }: { value: Delay; onChange: (value: Delay) => void }): ReactElement {
  return (
    <>
      <select
        className={parts['small']}
        aria-label="Wait: how"
        value={value.delayOption}
        onChange={(event) => {
          const delayOption = event.currentTarget.value;
          if (delayOption === 'for-duration') onChange({ delayOption, duration: value.duration ?? tenMinutes });
          else onChange({ delayOption, untilHour: value.untilHour ?? 8, untilMinute: value.untilMinute ?? 0 });
        }}
      >
        {delayOptions.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      {value.delayOption === 'for-duration' ? (
        <DurationField name="Wait" value={value.duration ?? tenMinutes} onChange={(duration) => onChange({ ...value, duration })} />
      ) : (
        <input
          type="time"
          className={parts['small']}
          aria-label="Wait: until"
          value={clockText(value.untilHour ?? 0, value.untilMinute ?? 0)}
          onChange={(event) => {
            const clock = readClock(event.currentTarget.value);
            if (clock) onChange({ ...value, untilHour: clock[0], untilMinute: clock[1] });
          }}
        />
      )}
    </>
  );
}

/** What is held back, repeated or closed. */
export function TellingFields({ value, onChange }: { value: Telling; onChange: (value: Telling) => void }): ReactElement {
  const { deduplicationAction: often, delayAction: delay, autoRestartAction: again, autoCloseAction: close } = value;
  const set = (key: keyof Telling, part: Telling[keyof Telling] | undefined) => onChange(Object.fromEntries(Object.entries({ ...value, [key]: part }).filter(([, each]) => each !== undefined)) as Telling);
  return (
    <fieldset className={parts['fieldset']}>
      <legend>Then</legend>
      <Part label="Tell nobody" on={value.suppress === true} onChange={(on) => set('suppress', on || undefined)} />
      <Part label="Tell nobody before it came several times" on={often !== undefined} onChange={(on) => set('deduplicationAction', on ? { deduplicationActionType: 'value-based', count: 3 } : undefined)}>
        {often && (
          <>
            <input
              type="number"
              min={2}
              max={100}
              className={parts['small']}
              style={{ width: 80 }}
              aria-label="Several times: how many"
              value={often.count === 0 ? '' : often.count}
              onChange={(event) => set('deduplicationAction', { ...often, count: Math.trunc(Number(event.currentTarget.value)) || 0 })}
            />
            <select
              className={parts['small']}
              aria-label="Several times: counted how"
              value={often.deduplicationActionType}
              onChange={(event) =>
                set('deduplicationAction', event.currentTarget.value === 'frequency-based' ? { ...often, deduplicationActionType: 'frequency-based', duration: often.duration ?? tenMinutes } : { deduplicationActionType: 'value-based', count: often.count })
              }
            >
              <option value="value-based">times in all</option>
              <option value="frequency-based">times within</option>
            </select>
            {often.deduplicationActionType === 'frequency-based' && <DurationField name="Several times within" value={often.duration ?? tenMinutes} onChange={(duration) => set('deduplicationAction', { ...often, duration })} />}
          </>
        )}
      </Part>
      <Part label="Wait before anybody is told" on={delay !== undefined} onChange={(on) => set('delayAction', on ? { delayOption: 'for-duration', duration: tenMinutes } : undefined)}>
        {delay && <DelayFields value={delay} onChange={(next) => set('delayAction', next)} />}
      </Part>
      <Part label="Begin again while nobody acknowledges" on={again !== undefined} onChange={(on) => set('autoRestartAction', on ? { duration: tenMinutes, maxRepeatCount: 5 } : undefined)}>
        {again && (
          <>
            <span className={parts['muted']}>every</span>
            <DurationField name="Again every" value={again.duration} onChange={(duration) => set('autoRestartAction', { ...again, duration })} />
            <input
              type="number"
              min={1}
              max={20}
              className={parts['small']}
              style={{ width: 70 }}
              aria-label="Again: how many times at most"
              value={again.maxRepeatCount === 0 ? '' : again.maxRepeatCount}
              onChange={(event) => set('autoRestartAction', { ...again, maxRepeatCount: Math.trunc(Number(event.currentTarget.value)) || 0 })}
            />
            <span className={parts['muted']}>times at most</span>
          </>
        )}
      </Part>
      <Part label="Close the alert by itself" on={close !== undefined} onChange={(on) => set('autoCloseAction', on ? { duration: { timeAmount: 1, timeUnit: 'days' } } : undefined)}>
        {close && (
          <>
            <span className={parts['muted']}>after</span>
            <DurationField name="Close after" value={close.duration} onChange={(duration) => set('autoCloseAction', { duration })} />
          </>
        )}
      </Part>
    </fieldset>
  );
}
