import type { Space } from '../wire';

const fold = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** Spaces whose name, key or description holds all words; starred first, then by name. */
export function matching(spaces: readonly Space[], query: string): Space[] {
  const words = fold(query).split(/\s+/).filter(Boolean);
  return spaces
    .filter((space) => {
      const text = fold(`${space.name} ${space.key} ${space.description}`);
      return words.every((word) => text.includes(word));
    })
    .sort((a, b) => Number(b.favourite) - Number(a.favourite) || a.name.localeCompare(b.name));
}

/** A key out of a name: initials of several words, or the beginning of one. */
export function keyOf(name: string): string {
  const words = name
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}\s]/gu, '')
    .toUpperCase()
    .split(/\s+/)
    .map((word) => word.replace(/[^A-Z0-9]/g, ''))
    .filter(Boolean);
  const text = words.length > 1 ? words.map((word) => word[0]).join('') : (words[0] ?? '').slice(0, 6);
  return text.slice(0, 10);
}

/** What is wrong with a key; undefined when nothing is. */
export function keyProblem(key: string): string | undefined {
  if (key === '') return 'Give the space a key.';
  if (!/^[A-Za-z0-9]+$/.test(key)) return 'A key has letters and digits only.';
  return key.length > 255 ? 'A key has at most 255 characters.' : undefined;
}
