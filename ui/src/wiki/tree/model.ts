import type { TreeLevel, TreeNode } from '../wire';

/** What is known of a tree: children by the id of their parent, the roots under "". */
export type Levels = Readonly<Record<string, TreeLevel>>;

export type Row =
  | { kind: 'page'; node: TreeNode; parent: string; level: number; position: number; count: number; open: boolean | undefined }
  /** More of a level can be fetched, or it is on its way. */
  | { kind: 'more' | 'loading'; parent: string; level: number };

export type Position = 'before' | 'after' | 'append';

/** Where a page is put: beside or into another. */
export interface Move {
  id: string;
  targetId: string;
  position: Position;
}

/** The rows in sight, from the top down. */
export function rowsOf(levels: Levels, isOpen: (id: string) => boolean): Row[] {
  const rows: Row[] = [];
  const visit = (parent: string, level: number) => {
    const known = levels[parent];
    if (!known) {
      rows.push({ kind: 'loading', parent, level });
      return;
    }
    known.nodes.forEach((node, i) => {
      const open = node.children > 0 ? isOpen(node.id) : undefined;
      rows.push({ kind: 'page', node, parent, level, position: i + 1, count: known.nodes.length, open });
      if (open) visit(node.id, level + 1);
    });
    if (known.next) rows.push({ kind: 'more', parent, level });
  };
  visit('', 1);
  return rows;
}

export interface Place {
  parent: string;
  index: number;
  node: TreeNode;
}

export function placeOf(levels: Levels, id: string): Place | null {
  for (const [parent, { nodes }] of Object.entries(levels)) {
    const index = nodes.findIndex((node) => node.id === id);
    const node = nodes[index];
    if (node) return { parent, index, node };
  }
  return null;
}

/** The ids above a page, nearest first. */
export function above(levels: Levels, id: string): string[] {
  const found: string[] = [];
  for (let at = placeOf(levels, id); at && at.parent !== '' && !found.includes(at.parent); at = placeOf(levels, at.parent)) found.push(at.parent);
  return found;
}

/** A page cannot stand beside or below itself or what is below it. */
export const mayMove = (levels: Levels, { id, targetId, position }: Move): boolean =>
  id !== targetId && !above(levels, targetId).includes(id) && !(position === 'append' && placeOf(levels, id)?.parent === targetId && (levels[targetId]?.nodes.at(-1)?.id === id));

/** The levels after a move; unchanged when it cannot be. What is not loaded counts only. */
export function moved(levels: Levels, move: Move): Levels {
  const from = placeOf(levels, move.id);
  const target = placeOf(levels, move.targetId);
  if (!from || !target || !mayMove(levels, move)) return levels;
  const parent = move.position === 'append' ? move.targetId : target.parent;
  const next: Record<string, TreeLevel> = { ...levels };
  const take = next[from.parent];
  if (take) next[from.parent] = { ...take, nodes: take.nodes.filter((node) => node.id !== move.id) };
  const into = next[parent];
  const node: TreeNode = { ...from.node, ...(parent === '' ? {} : { parentId: parent }) };
  if (into) {
    const beside = into.nodes.findIndex((each) => each.id === move.targetId);
    const at = move.position === 'append' ? into.nodes.length : move.position === 'before' ? beside : beside + 1;
    next[parent] = { ...into, nodes: [...into.nodes.slice(0, at), node, ...into.nodes.slice(at)] };
  } else if (target.node.children === 0) next[parent] = { nodes: [node] };
  if (from.parent === parent) return next;
  const count = (id: string, by: number) => {
    const at = placeOf(next, id);
    const level = at && next[at.parent];
    if (at && level) next[at.parent] = { ...level, nodes: level.nodes.map((each) => (each.id === id ? { ...each, children: Math.max(0, each.children + by) } : each)) };
  };
  if (from.parent !== '') count(from.parent, -1);
  if (parent !== '') count(parent, 1);
  return next;
}

export type Step = 'up' | 'down' | 'in' | 'out';

/** The move that a key means: past a sibling, into the sibling above, or out of the parent. */
export function stepMove(levels: Levels, id: string, step: Step): Move | null {
  const at = placeOf(levels, id);
  if (!at) return null;
  const siblings = levels[at.parent]?.nodes ?? [];
  const beside = (index: number, position: Position): Move | null => {
    const target = siblings[index];
    return target ? { id, targetId: target.id, position } : null;
  };
  if (step === 'up') return beside(at.index - 1, 'before');
  if (step === 'down') return beside(at.index + 1, 'after');
  if (step === 'in') return beside(at.index - 1, 'append');
  return at.parent === '' ? null : { id, targetId: at.parent, position: 'after' };
}

/** Where a page stands now, as it is spoken. */
export function spoken(levels: Levels, id: string): string {
  const at = placeOf(levels, id);
  if (!at) return '';
  const parent = at.parent === '' ? 'at the top of the space' : `below ${placeOf(levels, at.parent)?.node.title ?? 'its parent'}`;
  return `${at.node.title}, ${parent}, position ${at.index + 1} of ${levels[at.parent]?.nodes.length ?? 1}`;
}

/** The move that takes a page back to where it was. */
export function backMove(levels: Levels, id: string): Move | null {
  const at = placeOf(levels, id);
  if (!at) return null;
  const siblings = levels[at.parent]?.nodes ?? [];
  const after = siblings[at.index + 1];
  if (after) return { id, targetId: after.id, position: 'before' };
  const before = siblings[at.index - 1];
  if (before) return { id, targetId: before.id, position: 'after' };
  return at.parent === '' ? null : { id, targetId: at.parent, position: 'append' };
}
