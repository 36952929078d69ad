import { boot } from './boot';
import { connection } from './connection';
import { ApiError, errorFromResponse } from './errors';

export type QueryValue = string | number | boolean | readonly (string | number)[] | null | undefined;

export interface RequestOptions {
  query?: Readonly<Record<string, QueryValue>>;
  signal?: AbortSignal | undefined;
  headers?: Readonly<Record<string, string>>;
}

let csrfToken = '';
let onSignedOut: () => void = () => undefined;

/** Set from every session answer; sent with every request that changes something. */
export function setCsrfToken(token: string): void {
  csrfToken = token;
}

/** Called when a request finds that the session has ended. */
export function whenSignedOut(handler: () => void): void {
  onSignedOut = handler;
}

export function queryString(query: RequestOptions['query']): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === null || value === undefined || value === '') continue;
    if (Array.isArray(value)) for (const item of value as readonly (string | number)[]) params.append(name, String(item));
    else params.append(name, String(value));
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

const pause = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });

/** Waits before the second and third try of a GET, in milliseconds. */
const retryWaits = [300, 1200];
const passingStatuses = new Set([502, 503, 504]);

async function send(method: string, path: string, body: BodyInit | undefined, options: RequestOptions): Promise<Response> {
  const headers = new Headers(options.headers);
  if (!headers.has('Accept')) headers.set('Accept', 'application/json');
  // The operators' console is signed in for itself, and brings its own.
  if (method !== 'GET' && !headers.has('X-CSRF-Token')) headers.set('X-CSRF-Token', csrfToken);
  try {
    const response = await fetch(boot.basePath + path + queryString(options.query), {
      method,
      headers,
      body: body ?? null,
      signal: options.signal ?? null,
      credentials: 'same-origin',
      redirect: 'follow',
    });
    connection.reached();
    return response;
  } catch (error) {
    if (options.signal?.aborted) throw error;
    connection.lost();
    throw new ApiError('The server cannot be reached. Check your connection; nothing was lost here.', 0);
  }
}

async function request(method: string, path: string, body: BodyInit | undefined, options: RequestOptions = {}): Promise<Response> {
  for (let attempt = 0; ; attempt++) {
    const wait = method === 'GET' ? retryWaits[attempt] : undefined;
    try {
      const response = await send(method, path, body, options);
      if (response.ok) return response;
      const error = await errorFromResponse(response);
      if (wait === undefined || !passingStatuses.has(response.status)) {
        if (response.status === 401 && !path.startsWith('/api/session') && !path.startsWith('/platform/')) onSignedOut();
        throw error;
      }
    } catch (error) {
      if (wait === undefined || !(error instanceof ApiError) || !error.offline) throw error;
    }
    await pause(wait, options.signal);
  }
}

async function decoded<T>(response: Response): Promise<T> {
  const text = response.status === 204 ? '' : await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

async function withJson<T>(method: string, path: string, body: unknown, options: RequestOptions = {}): Promise<T> {
  const headers = { ...options.headers, 'Content-Type': 'application/json' };
  const text = body === undefined ? undefined : JSON.stringify(body);
  return decoded<T>(await request(method, path, text, { ...options, headers }));
}

/**
 * The only way to the server. Paths start with a slash and lack the site's
 * base path. Every method rejects with ApiError, or with the signal's reason
 * when aborted. GETs are repeated twice when the network or a proxy fails.
 */
export const api = {
  async get<T>(path: string, options?: RequestOptions): Promise<T> {
    return decoded<T>(await request('GET', path, undefined, options));
  },
  /** The answer as text, for what is no JSON. */
  async text(path: string, options: RequestOptions = {}): Promise<string> {
    return (await request('GET', path, undefined, { ...options, headers: { Accept: '*/*', ...options.headers } })).text();
  },
  /** Sends bytes or text as they are: an image, a CSV. */
  async raw<T>(method: 'POST' | 'PUT', path: string, body: Blob | string, type: string, options: RequestOptions = {}): Promise<T> {
    return decoded<T>(await request(method, path, body, { ...options, headers: { ...options.headers, 'Content-Type': type } }));
  },
  post: <T>(path: string, body?: unknown, options?: RequestOptions): Promise<T> => withJson<T>('POST', path, body, options),
  patch: <T>(path: string, body?: unknown, options?: RequestOptions): Promise<T> => withJson<T>('PATCH', path, body, options),
  put: <T>(path: string, body?: unknown, options?: RequestOptions): Promise<T> => withJson<T>('PUT', path, body, options),
  delete: <T>(path: string, options?: RequestOptions): Promise<T> => withJson<T>('DELETE', path, undefined, options),
  /** Sends files as multipart form data, the way the attachment endpoints want them, with further `fields` beside them. */
  async upload<T>(path: string, files: readonly File[], options: RequestOptions & { fields?: Readonly<Record<string, string>> } = {}): Promise<T> {
    const form = new FormData();
    for (const file of files) form.append('file', file, file.name);
    for (const [name, value] of Object.entries(options.fields ?? {})) form.append(name, value);
    const headers = { ...options.headers, 'X-Atlassian-Token': 'no-check' };
    return decoded<T>(await request('POST', path, form, { ...options, headers }));
  },
  /** Opens a stream of bytes, for events. No retry: the caller knows when to try again. */
  async stream(path: string, options: RequestOptions): Promise<ReadableStream<Uint8Array>> {
    const response = await send('GET', path, undefined, {
      ...options,
      headers: { ...options.headers },
    });
    if (!response.ok || !response.body) throw await errorFromResponse(response);
    return response.body;
  },
};
