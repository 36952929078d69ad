import { queryOptions } from '@tanstack/react-query';
import { api, setCsrfToken } from './client';
import type { Session, SetupRequest } from './platform';
import { keys } from './stale';

function adopt(session: Session): Session {
  setCsrfToken(session.csrfToken);
  return session;
}

export const sessionQuery = queryOptions({
  queryKey: keys.session,
  queryFn: async ({ signal }) => adopt(await api.get<Session>('/api/session', { signal })),
  staleTime: 5 * 60_000,
  // It is how one finds out that the server is back.
  networkMode: 'always',
});

/** The session as the server tells it: the answer to signing in may say less. */
async function current(): Promise<Session> {
  return adopt(await api.get<Session>('/api/session'));
}

export async function signIn(email: string, password: string): Promise<Session> {
  await api.post('/api/session', { email, password });
  return current();
}

export async function signOut(): Promise<void> {
  await api.delete('/api/session');
}

export async function setUp(request: SetupRequest): Promise<Session> {
  await api.post('/api/setup', request);
  return current();
}
