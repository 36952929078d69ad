/** How one method leaves: the address that is called for each message. */
export interface Gateway {
  url: string;
  headers?: Record<string, string>;
}

export interface Provider {
  sms: Gateway;
  voice: Gateway;
  /** Signs what goes out; what a provider reports must bring it. */
  secret: string;
}

/** Headers as people write them, one a line. */
export const headerLines = (headers: Readonly<Record<string, string>> | undefined): string =>
  Object.entries(headers ?? {})
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');

/** The headers of such lines, or what is wrong with them. */
export function headersOf(text: string): { headers: Record<string, string> } | { problem: string } {
  const headers: Record<string, string> = {};
  for (const [at, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim();
    if (colon < 1 || !/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return { problem: `Line ${at + 1} is not “Name: value”.` };
    headers[name] = line.slice(colon + 1).trim();
  }
  return { headers };
}
