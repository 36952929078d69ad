import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TreeNode } from '../wire';
import { above, backMove, mayMove, moved, placeOf, rowsOf, spoken, stepMove, type Levels, type Move } from './model';

const node = (id: string, children = 0): TreeNode => ({ id, title: id.toUpperCase(), position: 0, children, restricted: false, status: 'current' });

const levels: Levels = {
  '': { nodes: [node('home', 3)] },
  home: { nodes: [node('a', 2), node('b'), node('c', 5)] },
  a: { nodes: [node('a1'), node('a2')], next: 'more' },
};
const open = (...ids: string[]) => (id: string) => ids.includes(id);
const ids = (all: Levels, parent: string) => all[parent]?.nodes.map((each) => each.id);

describe('rows', () => {
  it('stand in order with level, place among siblings and what is still to come', () => {
    const rows = rowsOf(levels, open('home', 'a', 'c'));
    expect(rows.map((row) => (row.kind === 'page' ? `${row.level}${row.node.id}` : `${row.level}${row.kind}`))).toEqual(['1home', '2a', '3a1', '3a2', '3more', '2b', '2c', '3loading']);
    expect(rows[1]).toMatchObject({ position: 1, count: 3, open: true });
    expect(rows[5]).toMatchObject({ open: undefined });
  });
});

describe('moving', () => {
  it('puts a page before, after and into another', () => {
    expect(ids(moved(levels, { id: 'c', targetId: 'a', position: 'before' }), 'home')).toEqual(['c', 'a', 'b']);
    expect(ids(moved(levels, { id: 'a', targetId: 'b', position: 'after' }), 'home')).toEqual(['b', 'a', 'c']);
    const into = moved(levels, { id: 'b', targetId: 'a', position: 'append' });
    expect(ids(into, 'a')).toEqual(['a1', 'a2', 'b']);
    expect(placeOf(into, 'a')?.node.children).toBe(3);
    expect(placeOf(into, 'home')?.node.children).toBe(2);
  });

  it('refuses to put a page below itself', () => {
    expect(mayMove(levels, { id: 'home', targetId: 'a1', position: 'append' })).toBe(false);
    expect(moved(levels, { id: 'a', targetId: 'a2', position: 'before' })).toBe(levels);
    expect(above(levels, 'a1')).toEqual(['a', 'home']);
  });

  it('knows what each key means and says where the page came to', () => {
    expect(stepMove(levels, 'b', 'up')).toEqual({ id: 'b', targetId: 'a', position: 'before' });
    expect(stepMove(levels, 'b', 'in')).toEqual({ id: 'b', targetId: 'a', position: 'append' });
    expect(stepMove(levels, 'a1', 'out')).toEqual({ id: 'a1', targetId: 'a', position: 'after' });
    expect(stepMove(levels, 'a', 'up')).toBeNull();
    expect(spoken(moved(levels, { id: 'b', targetId: 'a', position: 'before' }), 'b')).toBe('B, below HOME, position 1 of 3');
  });

  it('loses and doubles no page, and its way back leads back', () => {
    const all = ['home', 'a', 'b', 'c', 'a1', 'a2'];
    const arbitrary = fc.record({ id: fc.constantFrom(...all), targetId: fc.constantFrom(...all), position: fc.constantFrom('before' as const, 'after' as const, 'append' as const) });
    const full: Levels = { ...levels, c: { nodes: [] }, b: { nodes: [] }, a1: { nodes: [] }, a2: { nodes: [] } };
    const every = (tree: Levels) => Object.values(tree).flatMap((level) => level.nodes.map((each) => each.id)).sort();
    fc.assert(
      fc.property(fc.array(arbitrary, { maxLength: 8 }), (moves: Move[]) => {
        let tree = full;
        for (const move of moves) {
          const back = backMove(tree, move.id);
          const next = moved(tree, move);
          expect(every(next)).toEqual(every(full));
          if (next !== tree && back) expect(Object.fromEntries(Object.keys(full).map((key) => [key, ids(moved(next, back), key)]))).toEqual(Object.fromEntries(Object.keys(full).map((key) => [key, ids(tree, key)])));
          tree = next;
        }
      }),
    );
  });
});
