import { useSuspenseQuery } from '@tanstack/react-query';
import { sessionQuery, type Session, type SessionAccount, type Site } from '../api';

export interface SignedIn extends Session {
  account: SessionAccount;
  site: Site;
}

/** The session of whoever looks at a page inside the shell; the router let nobody else in. */
export function useSignedIn(): SignedIn {
  const { data } = useSuspenseQuery(sessionQuery);
  if (!data.account || !data.site) throw new Error('This page needs somebody signed in.');
  return data as SignedIn;
}
