/** Keys that were just made, by integration: shown until the page is left, and never written anywhere. */
const fresh = new Map<string, string>();

export const rememberKey = (integration: string, key: string): void => void fresh.set(integration, key);
export const freshKey = (integration: string): string | null => fresh.get(integration) ?? null;
export const forgetKey = (integration: string): void => void fresh.delete(integration);
