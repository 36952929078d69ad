import type { ReactElement, ReactNode } from 'react';
import { Button, Dialog, ErrorState } from '../../kit';

export interface ConfirmDialogProps {
  title: string;
  /** What the button does, in its words. */
  act: string;
  /** What cannot be done, when it fails: "delete the incident". */
  what: string;
  danger?: boolean;
  busy: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
}

export function ConfirmDialog({ title, act, what, danger = false, busy, error, onConfirm, onClose, children }: ConfirmDialogProps): ReactElement {
  return (
    <Dialog
      title={title}
      width={480}
      onClose={onClose}
      onSubmit={onConfirm}
      footer={
        <>
          <Button variant="subtle" onClick={onClose} data-autofocus={danger || undefined}>
            Cancel
          </Button>
          <Button type="submit" variant={danger ? 'danger' : 'primary'} busy={busy} data-autofocus={danger ? undefined : true}>
            {act}
          </Button>
        </>
      }
    >
      {children}
      {error !== null && error !== undefined && <ErrorState compact what={what} error={error} />}
    </Dialog>
  );
}
