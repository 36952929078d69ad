import { useState, type ReactElement } from 'react';
import type { RestorePreview } from '../../api';
import { Button, Dialog, ErrorState, TextAreaField } from '../../kit';
import css from './TimeMachine.module.css';
import { consequences, type Target } from './model';
import { useStartRestore } from './queries';

interface RestoreDialogProps {
  target: Target;
  preview: RestorePreview;
  onClose: () => void;
  onStarted: () => void;
}

/** Asks for the meaning of the act, and says the way back before the way there. */
export function RestoreDialog({ target, preview, onClose, onStarted }: RestoreDialogProps): ReactElement {
  const [reason, setReason] = useState('');
  const start = useStartRestore();
  const ready = reason.trim().length >= 3;
  const moment = new Date(preview.at).toLocaleString(undefined, { dateStyle: 'long', timeStyle: 'medium' });
  return (
    <Dialog
      title={`Go back to ${moment}?`}
      onClose={onClose}
      sticky={reason !== ''}
      onSubmit={() => ready && start.mutate({ ...target, reason: reason.trim() }, { onSuccess: onStarted })}
      footer={
        <>
          <Button variant="subtle" onClick={onClose}>
            Leave as it is
          </Button>
          <Button type="submit" variant="danger" disabled={!ready} busy={start.isPending}>
            Restore
          </Button>
        </>
      }
    >
      <ul className={css['consequences']}>
        <li>
          <b>The way back:</b> nothing is erased. The present state stays in the history, and this restore can be undone from the list of restores.
        </li>
        {consequences(preview).map((line) => (
          <li key={line}>{line}</li>
        ))}
        <li>
          All products go back together, to one instant: {preview.later.toLocaleString()} {preview.later === 1 ? 'commit' : 'commits'} made since then, by anybody, no longer show.
        </li>
        <li>People can work while the state is built and checked; then every open page reloads once.</li>
      </ul>
      <TextAreaField
        label="Why?"
        required
        data-autofocus
        rows={2}
        placeholder="An import overwrote the priorities of the whole project."
        hint="Everybody who reads the history will see this."
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {start.error && <ErrorState compact what="start the restore" error={start.error} />}
    </Dialog>
  );
}
