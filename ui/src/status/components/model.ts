import type { Component, Day } from '../wire';

/** Where a component or group is put: beside another, or at the end of a group. */
export interface Move {
  id: string;
  targetId: string;
  position: 'before' | 'after' | 'into';
}

interface Place {
  node: Component;
  /** The group it is in; empty at the top. */
  group: string;
  index: number;
}

export function placeOf(all: readonly Component[], id: string): Place | null {
  for (const [index, node] of all.entries()) {
    if (node.id === id) return { node, group: '', index };
    const at = (node.members ?? []).findIndex((member) => member.id === id);
    const member = node.members?.[at];
    if (member) return { node: member, group: node.id, index: at };
  }
  return null;
}

/** The components after a move; the same list when it cannot be. A group cannot be in a group. */
export function moved(all: readonly Component[], move: Move): readonly Component[] {
  const from = placeOf(all, move.id);
  const target = placeOf(all, move.targetId);
  if (!from || !target || move.id === move.targetId) return all;
  const into = move.position === 'into' ? move.targetId : target.group;
  if (move.position === 'into' && !target.node.group) return all;
  if (from.node.group && into !== '') return all;
  const without = (list: readonly Component[]) => list.filter((one) => one.id !== move.id);
  const inserted = (list: readonly Component[]): Component[] => {
    const rest = without(list);
    if (move.position === 'into') return [...rest, from.node];
    const at = rest.findIndex((one) => one.id === move.targetId) + (move.position === 'after' ? 1 : 0);
    return [...rest.slice(0, at), from.node, ...rest.slice(at)];
  };
  const inner = all.map((one) => (one.group ? { ...one, members: one.id === into ? inserted(one.members ?? []) : without(one.members ?? []) } : one));
  const next = into === '' ? inserted(inner) : without(inner);
  return sameOrder(all, next) ? all : next;
}

const sameOrder = (a: readonly Component[], b: readonly Component[]): boolean => JSON.stringify(orderOf(a)) === JSON.stringify(orderOf(b));

/** What the server takes: every component and group once. */
export const orderOf = (all: readonly Component[]): { id: string; children?: string[] }[] =>
  all.map((one) => (one.group ? { id: one.id, children: (one.members ?? []).map((member) => member.id) } : { id: one.id }));

export type Step = 'up' | 'down' | 'in' | 'out';

/** The move that a key means: past a neighbour, into the group above, or out of its group. */
export function stepMove(all: readonly Component[], id: string, step: Step): Move | null {
  const at = placeOf(all, id);
  if (!at) return null;
  const siblings = at.group === '' ? all : (placeOf(all, at.group)?.node.members ?? []);
  if (step === 'up' || step === 'down') {
    const other = siblings[at.index + (step === 'up' ? -1 : 1)];
    if (other) return { id, targetId: other.id, position: step === 'up' ? 'before' : 'after' };
    return at.group === '' ? null : { id, targetId: at.group, position: step === 'up' ? 'before' : 'after' };
  }
  if (step === 'out') return at.group === '' ? null : { id, targetId: at.group, position: 'after' };
  if (at.group !== '' || at.node.group) return null;
  const above = all.slice(0, at.index).findLast((one) => one.group) ?? all.slice(at.index).find((one) => one.group);
  return above ? { id, targetId: above.id, position: 'into' } : null;
}

/** Where it stands now, as it is spoken. */
export function spoken(all: readonly Component[], id: string): string {
  const at = placeOf(all, id);
  if (!at) return '';
  const group = at.group === '' ? null : placeOf(all, at.group)?.node;
  const count = group ? (group.members ?? []).length : all.length;
  return `${at.node.name}, ${group ? `in ${group.name}` : 'at the top level'}, position ${at.index + 1} of ${count}`;
}

/** The days that were not good, newest first. */
export const troubled = (days: readonly Day[]): Day[] => days.filter((day) => day.worst !== 'operational').reverse();

/** How many days a list of bars shows nothing of, because nothing was observed. */
export const unobserved = (days: readonly Day[]): number => days.filter((day) => day.observed === 0).length;
