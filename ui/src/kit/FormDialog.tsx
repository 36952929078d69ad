import type { ReactElement, ReactNode } from 'react';
import { Button } from './Button';
import { Dialog } from './Dialog';
import type { IconName } from './icons';
import { ErrorState } from './states';

export interface FormDialogProps {
  title: string;
  onClose: () => void;
  /** Called by the main button and by Enter in a field, never while it is busy or not ready. */
  onSubmit: () => void;
  /** What the main button says: the act, in its words. */
  submit: string;
  submitIcon?: IconName;
  busy?: boolean;
  /** False while something is missing; the main button then takes no press. */
  ready?: boolean;
  /** What is missing, for whoever rests on the main button. */
  missing?: string | null | undefined;
  /** It deletes: the main button is red, and where there is no field, Cancel has the focus, so that Enter at once does nothing. */
  danger?: boolean;
  /** There is nothing to fill in: the main button has the focus. */
  question?: boolean;
  /** What leaving says. */
  cancel?: string;
  /** What failed, e.g. "save the rule", and why; nothing while there is no error. */
  what?: string;
  error?: unknown;
  /** At the left of the foot, e.g. the button that deletes what is edited. */
  footerStart?: ReactNode;
  width?: number;
  /** Keep open on a click outside, when there is work to lose. */
  sticky?: boolean;
  children: ReactNode;
}

/** A dialog with a form: its fields, what went wrong below them, and Cancel and one main button at the foot. */
export function FormDialog({ onClose, onSubmit, submit, submitIcon, busy = false, ready = true, missing, danger = false, question = false, cancel = 'Cancel', what = 'save this', error, children, ...frame }: FormDialogProps): ReactElement {
  return (
    <Dialog
      {...frame}
      onClose={onClose}
      onSubmit={() => {
        if (ready && !busy) onSubmit();
      }}
      footer={
        <>
          <Button variant="subtle" onClick={onClose} data-autofocus={danger || undefined}>
            {cancel}
          </Button>
          <Button type="submit" variant={danger ? 'danger' : 'primary'} {...(submitIcon ? { icon: submitIcon } : {})} busy={busy} disabled={!ready} title={missing ?? undefined} data-autofocus={(question && !danger) || undefined}>
            {submit}
          </Button>
        </>
      }
    >
      {children}
      {error !== null && error !== undefined && error !== false && <ErrorState compact what={what} error={error} />}
    </Dialog>
  );
}
