import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Board, BoardCard } from '../../api';
import { applyMove, filtered, planMove, peopleOn, spotOf, stepSpot } from './model';

const card = (key: string, statusId: string, assignee: string | null = null): BoardCard => ({
  id: key,
  key,
  summary: `About ${key}`,
  type: { id: '1', name: 'Task' },
  priority: null,
  assignee: assignee === null ? null : { accountId: assignee, displayName: assignee },
  labels: [],
  statusId,
  rank: '',
  parent: null,
  updated: '2026-01-01T00:00:00Z',
});

const board: Board = {
  project: { key: 'A', name: 'A' },
  truncated: false,
  columns: [
    { id: 'todo', name: 'To do', category: 'new', statuses: ['1'], total: 3, issues: [card('A-1', '1', 'ana'), card('A-2', '1'), card('A-3', '1', 'ana')] },
    { id: 'doing', name: 'Doing', category: 'indeterminate', statuses: ['2'], total: 1, issues: [card('A-4', '2', 'bob')] },
    { id: 'done', name: 'Done', category: 'done', statuses: ['3'], total: 0, issues: [] },
  ],
};
const keysIn = (b: Board, column: string) => b.columns.find((c) => c.id === column)?.issues.map((c) => c.key);
const moved = (key: string, column: string, index: number) => {
  const move = planMove(board.columns, key, { column, index });
  return move ? applyMove(board, move) : null;
};

describe('moves', () => {
  it('ranks inside a column', () => {
    expect(keysIn(moved('A-3', 'todo', 0) ?? board, 'todo')).toEqual(['A-3', 'A-1', 'A-2']);
    expect(keysIn(moved('A-1', 'todo', 2) ?? board, 'todo')).toEqual(['A-2', 'A-3', 'A-1']);
    expect(moved('A-2', 'todo', 1)).toBeNull();
  });

  it('changes column, status and totals', () => {
    const after = moved('A-1', 'doing', 1);
    expect(keysIn(after ?? board, 'doing')).toEqual(['A-4', 'A-1']);
    expect(after?.columns.map((c) => c.total)).toEqual([2, 2, 0]);
    expect(after?.columns[1]?.issues[1]?.statusId).toBe('2');
  });

  it('needs no neighbour in an empty column', () => {
    expect(planMove(board.columns, 'A-1', { column: 'done', index: 0 })?.rank).toBeNull();
    expect(keysIn(moved('A-1', 'done', 0) ?? board, 'done')).toEqual(['A-1']);
  });

  it('never loses or doubles a card, wherever it goes', () => {
    const all = board.columns.flatMap((c) => c.issues.map((i) => i.key)).sort();
    fc.assert(
      fc.property(fc.constantFrom(...all), fc.constantFrom('todo', 'doing', 'done'), fc.integer({ min: -2, max: 6 }), (key, column, index) => {
        const after = moved(key, column, index) ?? board;
        expect(after.columns.flatMap((c) => c.issues.map((i) => i.key)).sort()).toEqual(all);
        expect(after.columns.map((c) => c.total)).toEqual(after.columns.map((c) => c.issues.length));
        const at = spotOf(after.columns, key);
        expect(at?.column).toBe(column);
      }),
    );
  });
});

it('steps by arrows and stays on the board', () => {
  expect(stepSpot(board.columns, 'A-3', { column: 'todo', index: 2 }, 'ArrowRight')).toEqual({ column: 'doing', index: 1 });
  expect(stepSpot(board.columns, 'A-3', { column: 'todo', index: 2 }, 'ArrowLeft')).toEqual({ column: 'todo', index: 2 });
  expect(stepSpot(board.columns, 'A-3', { column: 'todo', index: 2 }, 'ArrowDown')).toEqual({ column: 'todo', index: 2 });
});

it('filters by words and people', () => {
  expect(filtered(board, { text: 'a-2', people: new Set() }).map((c) => c.issues.length)).toEqual([1, 0, 0]);
  expect(filtered(board, { text: '', people: new Set(['']) }).map((c) => c.issues.length)).toEqual([1, 0, 0]);
  expect(peopleOn(board).map((p) => p.accountId)).toEqual(['ana', 'bob']);
});
