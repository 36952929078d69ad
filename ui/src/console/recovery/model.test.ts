import { expect, it } from 'vitest';
import { buckets, localText } from './model';

const at = (minute: number) => new Date(Date.UTC(2026, 3, 5, 7, minute)).toISOString();

it('spreads the commits of all volumes over the time up to now', () => {
  const history = {
    volumes: [
      { kind: 'work', commits: 11, spans: [{ from: 1, to: 1, from_at: at(0), to_at: at(0) }, { from: 2, to: 11, from_at: at(30), to_at: at(59) }] },
      { kind: 'status', commits: 1, spans: [{ from: 1, to: 1, from_at: at(0), to_at: at(0) }] },
    ],
  };
  const spans = buckets(history, 4, Date.parse(at(60)));
  expect(spans.map((span) => span.commits)).toEqual([2, 0, 5, 5]);
  expect(spans.at(-1)?.to).toBe(Date.parse(at(60)));
});

it('has nothing of a site without history', () => {
  expect(buckets({ volumes: [] }, 4, 0)).toEqual([]);
});

it('writes an instant as an input of local time takes it', () => {
  expect(Date.parse(localText(Date.parse(at(5))))).toBe(Date.parse(at(5)));
});
