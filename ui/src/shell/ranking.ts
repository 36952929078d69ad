/** What the palette ranks: a record with its heading. */
export interface Ranked {
  group: string;
  label: string;
  code?: string | undefined;
}

/** Every word of the query must stand in the text. */
export function matches(text: string, query: string): boolean {
  const hay = text.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => hay.includes(word));
}

/** How well a record answers: 0 its code or whole name, 1 its beginning, 2 all words in the name, 3 found by something else. */
function distance({ label, code }: Ranked, query: string): number {
  const wanted = query.toLowerCase();
  const name = label.toLowerCase();
  if (code?.toLowerCase() === wanted || name === wanted) return 0;
  if (name.startsWith(wanted) || code?.toLowerCase().startsWith(wanted)) return 1;
  return matches(`${code ?? ''} ${name}`, query) ? 2 : 3;
}

/**
 * The best records of all products, at most `most`. Groups take turns, so that one with many finds hides no
 * other; the group with the best answer comes first. Within a group the order of its product holds among equals.
 */
export function best<T extends Ranked>(found: readonly T[], query: string, most: number): T[] {
  const groups = new Map<string, { entry: T; away: number }[]>();
  for (const entry of found) groups.set(entry.group, [...(groups.get(entry.group) ?? []), { entry, away: query === '' ? 0 : distance(entry, query) }]);
  const sorted = [...groups.values()].map((list) => list.sort((a, b) => a.away - b.away)).sort((a, b) => (a[0]?.away ?? 9) - (b[0]?.away ?? 9));
  const taken = sorted.map(() => 0);
  for (let left = Math.min(most, found.length), turn = 0; left > 0; turn = (turn + 1) % sorted.length) {
    if ((taken[turn] ?? 0) >= (sorted[turn]?.length ?? 0)) continue;
    taken[turn] = (taken[turn] ?? 0) + 1;
    left -= 1;
  }
  return sorted.flatMap((list, i) => list.slice(0, taken[i]).map(({ entry }) => entry));
}
