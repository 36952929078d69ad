import { useEffect, useRef, useState, type ReactElement } from 'react';
import type { Restore } from '../../api';
import { Avatar, Button, Dialog, EmptyState, Icon, Notice, RelativeTime, toast } from '../../kit';
import css from './Restores.module.css';
import { isRunning, stepState, steps, wentTo } from './model';
import { useUndoRestore } from './queries';

/** How fast it goes, from the difference between two looks, in units a second. */
function useRate(done: number): number | null {
  const seen = useRef<{ at: number; done: number } | null>(null);
  const [rate, setRate] = useState<number | null>(null);
  useEffect(() => {
    const now = Date.now();
    const before = seen.current;
    if (before && done > before.done && now > before.at) setRate(((done - before.done) * 1000) / (now - before.at));
    if (!before || done !== before.done) seen.current = { at: now, done };
  }, [done]);
  return rate;
}

/** A restore under way: where it is, how far, how fast, how long still. */
export function RunningRestore({ restore }: { restore: Restore }): ReactElement {
  const { done, total, unit } = restore.progress ?? { done: 0, total: 0, unit: '' };
  const rate = useRate(done);
  const left = rate && total > done ? Math.ceil((total - done) / rate) : null;
  const now = steps.find((step) => step.state === restore.state);
  return (
    <section className={css['running']} aria-label="Restore under way" aria-live="polite">
      <div className={css['runningHead']}>
        <h2>Going back to {wentTo(restore)}</h2>
        <span className={css['quiet']}>
          {restore.by.displayName}: “{restore.reason}”
        </span>
      </div>
      <ol className={css['steps']}>
        {steps.map((step, i) => {
          const state = stepState(restore, step.state);
          return (
            <li key={step.state} data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
              <span className={css['dot']}>{state === 'done' ? <Icon name="check" size={12} /> : i + 1}</span>
              {step.label}
            </li>
          );
        })}
      </ol>
      <progress className={css['progress']} aria-label="Progress" max={Math.max(1, total)} value={total > 0 ? done : undefined} />
      <p className={css['quiet']}>
        {now?.explains}{' '}
        {total > 0 && (
          <b>
            {done.toLocaleString()} of {total.toLocaleString()} {unit}
            {rate ? `, ${Math.round(rate).toLocaleString()} a second` : ''}
            {left !== null ? `, about ${left < 60 ? `${left} s` : `${Math.ceil(left / 60)} min`} left` : ''}.
          </b>
        )}
      </p>
    </section>
  );
}

const stateWords: Readonly<Record<Restore['state'], string>> = {
  building: 'Building',
  verifying: 'Verifying',
  switching: 'Switching',
  done: 'Done',
  failed: 'Failed',
  undone: 'Undone',
};

function RestoreRow({ restore, onUndo }: { restore: Restore; onUndo: () => void }): ReactElement {
  return (
    <li className={css['restore']}>
      <Avatar person={restore.by} size={28} />
      <div className={css['text']}>
        <div>
          <b>{restore.by.displayName}</b> went back to {wentTo(restore)},{' '}
          <RelativeTime at={restore.startedAt} />
        </div>
        <div className={css['quiet']}>“{restore.reason}”</div>
        {restore.state === 'failed' && (
          <Notice tone="error">{restore.error ?? 'It failed.'} The site was left as it was.</Notice>
        )}
        {restore.digest && (
          <div className={css['digest']} title="Digest of the restored state, as verified before the switch">
            <Icon name="shield" size={12} /> verified, <code>{restore.digest.slice(0, 24)}</code>
          </div>
        )}
      </div>
      <span className={css['state']} data-state={restore.state}>
        {restore.state === 'done' && <Icon name="check" size={12} />}
        {restore.state === 'failed' && <Icon name="warning" size={12} />}
        {restore.state === 'undone' && <Icon name="undo" size={12} />}
        {stateWords[restore.state]}
      </span>
      {restore.undoable && (
        <Button size="s" icon="undo" onClick={onUndo}>
          Undo
        </Button>
      )}
    </li>
  );
}

/** Every restore of this site, and the way back from those that can be undone. */
export function Restores({ restores }: { restores: readonly Restore[] }): ReactElement {
  const [undoing, setUndoing] = useState<Restore | null>(null);
  const undo = useUndoRestore();
  if (restores.length === 0) {
    return (
      <EmptyState icon="history" title="Nothing was ever restored">
        When somebody goes back in time, it is listed here with the reason, and can be undone here.
      </EmptyState>
    );
  }
  return (
    <>
      <ul className={css['list']}>
        {restores.map((restore) => (
          <RestoreRow key={restore.id} restore={restore} onUndo={() => setUndoing(restore)} />
        ))}
      </ul>
      {undoing && (
        <Dialog
          title="Undo this restore?"
          onClose={() => setUndoing(null)}
          footer={
            <>
              <Button variant="subtle" onClick={() => setUndoing(null)}>
                Keep the restored state
              </Button>
              <Button
                variant="primary"
                busy={undo.isPending}
                onClick={() =>
                  undo.mutate(undoing.id, {
                    onSuccess: () => {
                      setUndoing(null);
                      toast({ title: 'Undoing the restore' });
                    },
                  })
                }
              >
                Undo the restore
              </Button>
            </>
          }
        >
          <p>
            All products go back to the state just before {undoing.by.displayName} restored it. What was changed after the restore stays in the
            history but no longer shows.
          </p>
        </Dialog>
      )}
    </>
  );
}

export function runningOf(restores: readonly Restore[] | undefined): Restore | undefined {
  return restores?.find((restore) => isRunning(restore.state));
}
