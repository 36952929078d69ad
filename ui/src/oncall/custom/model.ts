/** What a button of alerts calls. */
export interface CustomAction {
  id: string;
  name: string;
  url: string;
  /** Given once: by what made it or gave it another. */
  secret?: string;
  enabled: boolean;
  updatedAt?: string;
}

/** What is wrong with an address, as far as can be told here. */
export function urlProblem(text: string): string | undefined {
  const given = text.trim();
  if (given === '') return undefined;
  return /^https?:\/\/[^\s/]+/i.test(given) ? undefined : 'It begins with https:// or http://.';
}
