import { describe, expect, it } from 'vitest';
import type { WatchCard } from '../wire';
import { matchingCards, remaining } from './model';

const watch = (name: string, who: string) => ({ schedule: { id: name, name, enabled: true }, now: [{ type: 'user', id: who, name: who }], next: [] });
const cards: WatchCard[] = [
  { team: { id: '1', name: 'Platform' }, watches: [watch('Weekly', 'ana'), watch('Backup', 'bo')] },
  { team: null, watches: [watch('Loose', 'cy')] },
];
const nameOf = (who: { name?: string }) => who.name ?? '';

describe('looking for somebody', () => {
  it('keeps a whole card for the name of its team', () => {
    expect(matchingCards(cards, 'plat', nameOf)[0]?.watches).toHaveLength(2);
  });
  it('keeps what names a person', () => {
    expect(matchingCards(cards, 'BO', nameOf)).toEqual([{ team: { id: '1', name: 'Platform' }, watches: [watch('Backup', 'bo')] }]);
    expect(matchingCards(cards, 'nobody here', nameOf)).toEqual([]);
    expect(matchingCards(cards, ' ', nameOf)).toHaveLength(2);
  });
});

describe('what remains of a watch', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  it.each([
    ['2026-01-01T00:12:00Z', '12 min'],
    ['2026-01-01T03:00:00Z', '3 h'],
    ['2026-01-01T03:20:00Z', '3 h 20 min'],
    ['2026-01-05T06:00:00Z', '4 d 6 h'],
    ['2025-12-31T23:00:00Z', '0 min'],
  ])('%s', (until, words) => expect(remaining(until, now)).toBe(words));
});
