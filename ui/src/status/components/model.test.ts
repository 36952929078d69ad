import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Component } from '../wire';
import { moved, orderOf, placeOf, spoken, stepMove, type Step } from './model';

const one = (id: string, members?: Component[]): Component => ({ id, name: id.toUpperCase(), description: '', group: members !== undefined, status: 'operational', position: 0, showcase: true, onlyShowIfDegraded: false, startDate: '', ...(members ? { members } : {}) });
const all = [one('a'), one('g', [one('x'), one('y')]), one('b'), one('h', [])];
const order = (list: readonly Component[]) => orderOf(list).map((place) => (place.children ? `${place.id}(${place.children.join('')})` : place.id)).join(' ');

describe('moving components', () => {
  it('puts one beside another, also in another group', () => {
    expect(order(moved(all, { id: 'b', targetId: 'a', position: 'before' }))).toBe('b a g(xy) h()');
    expect(order(moved(all, { id: 'a', targetId: 'y', position: 'before' }))).toBe('g(xay) b h()');
    expect(order(moved(all, { id: 'x', targetId: 'b', position: 'after' }))).toBe('a g(y) b x h()');
    expect(order(moved(all, { id: 'x', targetId: 'h', position: 'into' }))).toBe('a g(y) b h(x)');
  });
  it('never puts a group into a group, nor anything into a component', () => {
    expect(moved(all, { id: 'h', targetId: 'x', position: 'after' })).toBe(all);
    expect(moved(all, { id: 'h', targetId: 'g', position: 'into' })).toBe(all);
    expect(moved(all, { id: 'a', targetId: 'b', position: 'into' })).toBe(all);
  });
  it('steps through a list and out of a group', () => {
    const step = (id: string, way: Step) => {
      const move = stepMove(all, id, way);
      return move ? order(moved(all, move)) : null;
    };
    expect(step('a', 'up')).toBeNull();
    expect(step('a', 'down')).toBe('g(xy) a b h()');
    expect(step('x', 'up')).toBe('a x g(y) b h()');
    expect(step('y', 'out')).toBe('a g(x) y b h()');
    expect(step('b', 'in')).toBe('a g(xyb) h()');
    expect(step('g', 'in')).toBeNull();
  });
  it('says where something stands', () => {
    expect(spoken(all, 'y')).toBe('Y, in G, position 2 of 2');
    expect(spoken(all, 'b')).toBe('B, at the top level, position 3 of 4');
  });
  it('loses and doubles nothing, whatever is moved where', () => {
    const ids = ['a', 'g', 'x', 'y', 'b', 'h'];
    const move = fc.record({ id: fc.constantFrom(...ids), targetId: fc.constantFrom(...ids), position: fc.constantFrom('before' as const, 'after' as const, 'into' as const) });
    fc.assert(
      fc.property(fc.array(move, { maxLength: 12 }), (moves) => {
        const end = moves.reduce<readonly Component[]>(moved, all);
        const left = orderOf(end).flatMap((place) => [place.id, ...(place.children ?? [])]);
        expect([...left].sort()).toEqual([...ids].sort());
        for (const group of ['g', 'h']) expect(placeOf(end, group)?.group).toBe('');
      }),
    );
  });
});
