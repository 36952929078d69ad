import { afterEach, expect, it, vi } from 'vitest';
import { api, queryString, setCsrfToken, whenSignedOut } from './client';
import { connection } from './connection';
import { ApiError } from './errors';

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(status === 204 ? null : JSON.stringify(body), { status, headers });

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('sends the token with what changes something, and not with a GET', async () => {
  const fetched = vi.fn(() => Promise.resolve(answer(200, {})));
  vi.stubGlobal('fetch', fetched);
  setCsrfToken('secret');
  await api.get('/api/x');
  await api.post('/api/x', { a: 1 });
  const headers = fetched.mock.calls.map((call) => (call as unknown as [string, RequestInit])[1].headers as Headers);
  expect(headers[0]?.get('X-CSRF-Token')).toBeNull();
  expect(headers[1]?.get('X-CSRF-Token')).toBe('secret');
});

it('reads the problem document of the platform', async () => {
  vi.stubGlobal('fetch', () =>
    Promise.resolve(
      answer(400, { title: 'Bad', detail: 'The name is taken.', requestId: 'r1', fields: { name: 'is taken' } }),
    ),
  );
  const error = await api.post('/api/x', {}).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ message: 'The name is taken.', requestId: 'r1', fields: { name: 'is taken' }, status: 400 });
});

it('reads the errors of the Jira API', async () => {
  vi.stubGlobal('fetch', () =>
    Promise.resolve(answer(400, { errorMessages: [], errors: { summary: 'Summary is required.' } }, { 'X-Request-Id': 'r2' })),
  );
  await expect(api.post('/rest/api/3/issue', {})).rejects.toMatchObject({
    message: 'Summary is required.',
    requestId: 'r2',
    fields: { summary: 'Summary is required.' },
  });
});

it('repeats a GET that a proxy refused and leaves a POST alone', async () => {
  vi.useFakeTimers();
  const fetched = vi
    .fn<() => Promise<Response>>()
    .mockImplementationOnce(() => Promise.resolve(answer(502, {})))
    .mockImplementation(() => Promise.resolve(answer(200, { ok: true })));
  vi.stubGlobal('fetch', fetched);
  const got = api.get('/api/x');
  await vi.runAllTimersAsync();
  await expect(got).resolves.toEqual({ ok: true });
  expect(fetched).toHaveBeenCalledTimes(2);

  fetched.mockReset().mockImplementation(() => Promise.resolve(answer(502, {})));
  await expect(api.post('/api/x')).rejects.toMatchObject({ status: 502 });
  expect(fetched).toHaveBeenCalledTimes(1);
});

it('says offline when nothing answers, and online again after an answer', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed')));
  await expect(api.post('/api/x')).rejects.toMatchObject({ status: 0 });
  expect(connection.get()).toBe('offline');
  vi.stubGlobal('fetch', () => Promise.resolve(answer(204, null)));
  await api.delete('/api/x');
  expect(connection.get()).toBe('online');
});

it('reports the end of the session, but not a wrong password', async () => {
  const ended = vi.fn();
  whenSignedOut(ended);
  vi.stubGlobal('fetch', () => Promise.resolve(answer(401, {})));
  await api.post('/api/session', {}).catch(() => undefined);
  expect(ended).not.toHaveBeenCalled();
  await api.get('/rest/api/3/myself').catch(() => undefined);
  expect(ended).toHaveBeenCalledTimes(1);
});

it('leaves empty parameters out and repeats lists', () => {
  expect(queryString({ a: 'x y', b: '', c: undefined, d: [1, 2] })).toBe('?a=x+y&d=1&d=2');
});
