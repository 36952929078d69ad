import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, type FormEvent, type ReactElement } from 'react';
import { ApiError, errorMessage } from '../api';
import { Button, Notice, TextField } from '../kit';
import { usePageTitle } from '../shell';
import css from './Console.module.css';
import { signInOperator } from './platform';

/** The door for those who run the installation. No account of a customer opens it. */
export function SignInPage(): ReactElement {
  usePageTitle('Platform console');
  const queries = useQueryClient();
  const field = useRef<HTMLInputElement>(null);
  const enter = useMutation({
    mutationFn: signInOperator,
    meta: { quiet: true },
    onSuccess: (me) => queries.setQueryData(['console', 'me'], me),
    onError: () => field.current?.select(),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    enter.mutate(String(new FormData(event.currentTarget).get('token') ?? '').trim());
  };
  return (
    <main className={css['door']}>
      <form onSubmit={submit} className={css['doorBox']}>
        <h1>Platform console</h1>
        <p className={css['quiet']}>For those who run this installation. Accounts of sites do not work here.</p>
        {enter.error && (
          <Notice tone={enter.error instanceof ApiError && enter.error.status === 429 ? 'warning' : 'error'}>{errorMessage(enter.error)}</Notice>
        )}
        <TextField ref={field} label="Operator token" name="token" type="password" autoComplete="current-password" placeholder="hfop_…" required autoFocus hint="Yours alone: it is how a second pair of eyes is told from the first." />
        <Button type="submit" variant="primary" size="l" busy={enter.isPending}>
          Sign in
        </Button>
      </form>
    </main>
  );
}
