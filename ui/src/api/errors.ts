/**
 * A request that the server refused or that never arrived. `message` can be
 * shown to people as it is; `fields` holds messages for single inputs.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    message: string,
    /** HTTP status; 0 when no answer came. */
    readonly status: number,
    readonly requestId: string | null = null,
    readonly fields: Readonly<Record<string, string>> = {},
    /** Seconds to wait, from Retry-After. */
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }

  get offline(): boolean {
    return this.status === 0;
  }
}

/** The text to show for anything that can be thrown. */
export function errorMessage(error: unknown): string {
  if (error instanceof Error && error.message) return error.message;
  return 'Something went wrong.';
}

const fallbackByStatus: Readonly<Record<number, string>> = {
  400: 'The server did not understand this request.',
  401: 'You are signed out.',
  403: 'You may not do this.',
  404: 'This does not exist, or you may not see it.',
  409: 'Somebody changed this at the same time.',
  413: 'This is too large.',
  429: 'Too many requests. Wait a little.',
  501: 'This is not available yet.',
  503: 'The server is busy or in maintenance. Try again soon.',
};

interface ErrorBody {
  title?: unknown;
  detail?: unknown;
  requestId?: unknown;
  fields?: unknown;
  errorMessages?: unknown;
  errors?: unknown;
}

function messages(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]));
}

function retrySeconds(header: string | null): number | null {
  if (!header) return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, Math.ceil(seconds));
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - Date.now()) / 1000));
}

/** Reads both error dialects: RFC 9457 under /api and Jira's under /rest. */
export async function errorFromResponse(response: Response): Promise<ApiError> {
  let body: ErrorBody = {};
  try {
    const parsed: unknown = await response.json();
    if (typeof parsed === 'object' && parsed !== null) body = parsed;
  } catch {
    // A proxy may answer with a page of its own; the status still says enough.
  }
  const fields = { ...messages(body.errors), ...messages(body.fields) };
  const general = Array.isArray(body.errorMessages) ? body.errorMessages.map(String) : [];
  const message =
    [body.detail, general.join(' '), Object.values(fields).join(' '), body.title].find(
      (text): text is string => typeof text === 'string' && text !== '',
    ) ??
    fallbackByStatus[response.status] ??
    `The server answered ${response.status}.`;
  const requestId =
    typeof body.requestId === 'string' ? body.requestId : response.headers.get('X-Request-Id');
  return new ApiError(message, response.status, requestId, fields, retrySeconds(response.headers.get('Retry-After')));
}
