import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouter, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState, type FormEvent, type ReactElement } from 'react';
import { ApiError, boot, keys, sessionQuery, signIn } from '../api';
import { Button, Notice, TextField } from '../kit';
import { usePageTitle } from '../shell';
import { Entrance } from './Entrance';

/** Seconds left until an instant, counted down on the screen. */
function useCountdown(until: number): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const count = () => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1000)));
    count();
    if (until <= Date.now()) return undefined;
    const timer = setInterval(count, 250);
    return () => clearInterval(timer);
  }, [until]);
  return left;
}

function spoken(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

export function LoginPage(): ReactElement {
  usePageTitle('Sign in');
  const { data: session } = useQuery(sessionQuery);
  const { next } = useSearch({ from: '/login' });
  const queries = useQueryClient();
  const navigate = useNavigate();
  const router = useRouter();
  const password = useRef<HTMLInputElement>(null);
  const [blockedUntil, setBlockedUntil] = useState(0);
  const wait = useCountdown(blockedUntil);
  const enter = useMutation({
    mutationFn: ({ email, secret }: { email: string; secret: string }) => signIn(email, secret),
    meta: { quiet: true },
    onSuccess: (signedIn) => {
      queries.clear();
      queries.setQueryData(keys.session, signedIn);
      // Only a path of this site: an address from outside could send people anywhere.
      if (next && /^\/(?![/\\])/.test(next)) router.history.push(boot.basePath + next);
      else void navigate({ to: '/' });
    },
    onError: (error) => {
      if (error instanceof ApiError && error.status === 429) setBlockedUntil(Date.now() + (error.retryAfter ?? 60) * 1000);
      password.current?.select();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    enter.mutate({ email: String(data.get('email') ?? '').trim(), secret: String(data.get('password') ?? '') });
  };
  const status = enter.error instanceof ApiError ? enter.error.status : null;

  return (
    <Entrance title={session?.site ? `Sign in to ${session.site.name}` : 'Sign in'} foot="Forgot your password? An administrator of the site can set a new one.">
      <form onSubmit={submit}>
        {status === 401 && <Notice tone="error">Email and password do not belong together. Try again.</Notice>}
        {status === 429 && wait > 0 && (
          <Notice tone="warning">Too many tries. You can try again in {spoken(wait)}.</Notice>
        )}
        {enter.error && status !== 401 && status !== 429 && <Notice tone="error">{enter.error.message}</Notice>}
        <TextField label="Email" name="email" type="email" autoComplete="username" required autoFocus />
        <TextField ref={password} label="Password" name="password" type="password" autoComplete="current-password" required />
        <Button type="submit" variant="primary" size="l" busy={enter.isPending} disabled={wait > 0}>
          {wait > 0 ? `Wait ${spoken(wait)}` : 'Sign in'}
        </Button>
      </form>
    </Entrance>
  );
}
