import { ApiError, errorMessage } from '../../api';
import { toast } from '../../kit';

/** Says what was refused and why; what was painted ahead has been taken back. */
export function refused(what: string, error: unknown): void {
  const id = error instanceof ApiError && error.requestId ? ` Request ${error.requestId}.` : '';
  toast({ title: `${what} was not saved`, detail: errorMessage(error) + id, tone: 'error' });
}

export function copyText(text: string, what: string): void {
  void navigator.clipboard.writeText(text).then(
    () => toast({ title: `${what} copied` }),
    () => toast({ title: `${what} could not be copied`, detail: text, tone: 'error' }),
  );
}
