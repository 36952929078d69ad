/** A part of the address's search as text; what is not text, or empty, is as good as not there. For validateSearch. */
export const searchText = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
