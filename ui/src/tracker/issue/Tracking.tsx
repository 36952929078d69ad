import { useState, type ReactElement } from 'react';
import { Button, Popover, TextField } from '../../kit';
import { useIssue } from './context';
import { None, useOpened, Value } from './fields';
import { isSpan, spanText } from './model';
import css from './Properties.module.css';
import type { TimeTracking } from './wire';

/** Time logged against time left, as a bar with its words. */
export function Tracking(): ReactElement {
  const { issue, setActive } = useIssue();
  const [opened, setOpened] = useOpened('timetracking');
  const { originalEstimateSeconds: original, remainingEstimateSeconds: left, timeSpentSeconds: spent = 0 } = (issue.fields['timetracking'] ?? {}) as TimeTracking;
  const planned = Math.max(original ?? 0, spent + (left ?? 0));
  const known = original !== undefined || left !== undefined || spent > 0;
  const over = original !== undefined && spent > original;
  const words = known ? `${spanText(spent)} logged${left === undefined ? '' : `, ${spanText(left)} left`}${original === undefined ? '' : ` of ${spanText(original)}`}` : 'no estimate';
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      width={280}
      trigger={
        <Value name="Time" words={words} aria-expanded={opened} onClick={() => setOpened(!opened)}>
          {known ? (
            <span className={css['tracking']}>
              <span className={css['meter']} data-over={over}>
                <span style={{ width: `${planned === 0 ? 0 : Math.min(100, (spent / planned) * 100)}%` }} />
              </span>
              <span className={css['trackingWords']}>
                <span>{spanText(spent)} logged</span>
                {left !== undefined ? <span className={css['quiet']}>{spanText(left)} left</span> : original !== undefined && <span className={css['quiet']}>of {spanText(original)}</span>}
              </span>
            </span>
          ) : (
            <None>No estimate</None>
          )}
        </Value>
      }
    >
      <Estimates
        onDone={() => setOpened(false)}
        onLog={() => {
          setActive('worklog');
        }}
      />
    </Popover>
  );
}

function Estimates({ onDone, onLog }: { onDone: () => void; onLog: () => void }): ReactElement {
  const { issue, edit } = useIssue();
  const before = (issue.fields['timetracking'] ?? {}) as TimeTracking;
  const [original, setOriginal] = useState(before.originalEstimate ?? '');
  const [left, setLeft] = useState(before.remainingEstimate ?? '');
  const wrong = (typed: string) => (typed.trim() === '' || isSpan(typed) ? undefined : 'Write it like 2d 4h or 30m.');
  const save = () => {
    if (wrong(original) ?? wrong(left)) return;
    const value = { ...(original.trim() ? { originalEstimate: original.trim() } : {}), ...(left.trim() ? { remainingEstimate: left.trim() } : {}) };
    onDone();
    if (Object.keys(value).length > 0) void edit({ field: 'timetracking', name: 'Estimate', value, shown: { ...before, ...value } });
  };
  return (
    <form
      className={css['form']}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <TextField label="Original estimate" data-autofocus placeholder="2d 4h" value={original} error={wrong(original)} onChange={(event) => setOriginal(event.currentTarget.value)} />
      <TextField label="Time left" placeholder="1d" value={left} error={wrong(left)} onChange={(event) => setLeft(event.currentTarget.value)} />
      <div className={css['formFoot']}>
        <Button size="s" variant="subtle" onClick={onLog}>
          Log work
        </Button>
        <Button size="s" variant="primary" type="submit">
          Save
        </Button>
      </div>
    </form>
  );
}
