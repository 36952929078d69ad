import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useEffect, type ReactElement, type ReactNode } from 'react';
import { sessionQuery, signOut, type Session, type SessionAccount, type Site } from '../api';

export interface SignedIn extends Session {
  account: SessionAccount;
  site: Site;
}
import { Button, EmptyState } from '../kit';

/** Shows its children only while somebody is signed in; when the session ends, the router leads to the login. */
export function SessionGate({ children }: { children: ReactNode }): ReactElement | null {
  const { data } = useQuery(sessionQuery);
  const router = useRouter();
  const signedIn = data?.state === 'signed-in';
  useEffect(() => {
    if (!signedIn) void router.invalidate();
  }, [signedIn, router]);
  if (!signedIn) return null;
  if (!data.site || !data.account) {
    return (
      <EmptyState icon="shield" title="You have no access here" action={<Button onClick={() => void signOut().finally(() => location.reload())}>Sign in as somebody else</Button>}>
        You are signed in, but not a member of this site. Ask one of its administrators.
      </EmptyState>
    );
  }
  return <>{children}</>;
}

/** The session of whoever looks at a page inside the shell; the router let nobody else in. */
export function useSignedIn(): SignedIn {
  const { data } = useSuspenseQuery(sessionQuery);
  if (!data.account || !data.site) throw new Error('This page needs somebody signed in.');
  return data as SignedIn;
}
