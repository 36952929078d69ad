import type { ReactElement, ReactNode } from 'react';
import { FormDialog } from '../../kit';

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
    <FormDialog title={title} width={480} question onClose={onClose} onSubmit={onConfirm} submit={act} busy={busy} danger={danger} what={what} error={error}>
      {children}
    </FormDialog>
  );
}
