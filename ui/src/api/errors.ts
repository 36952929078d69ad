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
    /** What else is wrong, beside the message. */
    readonly more: readonly string[] = [],
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

type Body = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Body => typeof value === 'object' && value !== null && !Array.isArray(value);

/** All texts in a value: a string, a list of them, or objects that say a `title`, `detail` or `message`. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (Array.isArray(value)) return value.flatMap(texts);
  if (!isObject(value)) return value === null || value === undefined ? [] : [String(value)];
  const { title, detail, message } = value;
  return [...new Set([title, detail, message].flatMap(texts))];
}

/** Messages by the name of the input they belong to. */
function fieldTexts(value: unknown): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, said]) => [name, texts(said).join(' ')]));
}

/**
 * What an error answer says, whichever API gave it:
 *
 * - the platform: RFC 9457, `{title, detail, requestId, fields}`
 * - Jira: `{errorMessages: [], errors: {field: text}}`
 * - Confluence v1: `{statusCode, message, data: {errors: [{message: {translation}}]}}`; v2: `{errors: [{status, code, title, detail}]}`
 * - Opsgenie: `{message, took, requestId, errors: {field: text}}`
 * - Statuspage: `{error: text | [text]}` or `{errors: …}`
 */
export function readError(body: unknown): { message: string; fields: Record<string, string>; requestId: string | null } {
  const said: Body = isObject(body) ? body : {};
  const fields = { ...fieldTexts(said['errors']), ...fieldTexts(said['error']), ...fieldTexts(said['fields']) };
  const listed = Array.isArray(said['errors']) ? said['errors'] : [];
  const message = [said['detail'], said['errorMessages'], said['message'], listed, said['error'], Object.values(fields), said['title']]
    .map((value) => (isObject(value) ? '' : texts(value).map(plain).join(' ')))
    .find((text) => text !== '');
  return { message: message ?? '', fields, requestId: typeof said['requestId'] === 'string' ? said['requestId'] : null };
}

/** Confluence puts the name of a Java exception before what people can read. */
const plain = (text: string): string => text.replace(/^(?:[a-z][\w$]*\.)+[A-Z][\w$]*(?:Exception|Error): /, '');

function retrySeconds(header: string | null): number | null {
  if (!header) return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, Math.ceil(seconds));
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - Date.now()) / 1000));
}

/** Makes an error of an answer, in any of the dialects that `readError` knows. */
export async function errorFromResponse(response: Response): Promise<ApiError> {
  let body: unknown = null;
  try {
    body = await response.json();
  } catch {
    // A proxy may answer with a page of its own; the status still says enough.
  }
  const { message, fields, requestId } = readError(body);
  return new ApiError(
    message || (fallbackByStatus[response.status] ?? `The server answered ${response.status}.`),
    response.status,
    requestId ?? response.headers.get('X-Request-Id'),
    fields,
    retrySeconds(response.headers.get('Retry-After')),
    isObject(body) ? texts(body['more']) : [],
  );
}
