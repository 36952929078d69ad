import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { WikiComment } from '../wire';
import { inTextOrder, stack } from './model';

const thread = (id: string, marker?: string) => ({ id, createdAt: id, ...(marker ? { marker } : {}) }) as WikiComment;

it('orders threads as their words stand, lost ones last', () => {
  expect(inTextOrder([thread('1'), thread('2', 'b'), thread('3', 'a'), thread('4', 'b')], ['a', 'b']).map((each) => each.id)).toEqual(['3', '2', '4', '1']);
});

it('puts cards beside their words without one over another', () => {
  expect(stack([0, 10, 300], [80, 80, 80], 8, -1)).toEqual([0, 88, 300]);
  expect(stack([100, 110, 120], [80, 80, 80], 8, 1)).toEqual([22, 110, 198]);
});

it('never lets cards overlap, and never above the page', () => {
  const cards = fc.array(fc.record({ at: fc.integer({ min: 0, max: 2000 }), height: fc.integer({ min: 40, max: 400 }) }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(cards, fc.integer({ min: -1, max: 11 }), (all, pinned) => {
      const sorted = [...all].sort((a, b) => a.at - b.at);
      const heights = sorted.map((card) => card.height);
      const tops = stack(sorted.map((card) => card.at), heights, 8, pinned);
      expect(tops[0]).toBeGreaterThanOrEqual(0);
      for (let i = 1; i < tops.length; i++) expect(tops[i] ?? 0).toBeGreaterThanOrEqual((tops[i - 1] ?? 0) + (heights[i - 1] ?? 0) + 8);
    }),
  );
});
