import fc from 'fast-check';
import { expect, it } from 'vitest';
import { treemap } from './treemap';

it('gives every thing a tile of its weight, inside the box and over no other', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 60 }), (weights) => {
      const tiles = treemap(weights, (w) => w, 600, 240);
      const total = weights.reduce((a, b) => a + b, 0);
      expect(tiles).toHaveLength(weights.length);
      let covered = 0;
      for (const t of tiles) {
        expect(t.width * t.height).toBeCloseTo((t.item / total) * 600 * 240, 3);
        expect(t.x).toBeGreaterThanOrEqual(-1e-6);
        expect(t.x + t.width).toBeLessThanOrEqual(600 + 1e-6);
        expect(t.y + t.height).toBeLessThanOrEqual(240 + 1e-6);
        covered += t.width * t.height;
      }
      expect(covered).toBeCloseTo(600 * 240, 3);
    }),
  );
});

it('has nothing to show of nothing', () => {
  expect(treemap([], () => 1, 100, 100)).toEqual([]);
});
