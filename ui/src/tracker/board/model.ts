import type { Board, BoardCard, BoardColumn } from '../../api';

/** Where a card stands: its column, and its place among the cards that are shown there. */
export interface Spot {
  column: string;
  index: number;
}

export interface BoardFilter {
  text: string;
  /** Account ids; "" stands for unassigned. */
  people: ReadonlySet<string>;
}

export const noFilter: BoardFilter = { text: '', people: new Set() };

export function shows(card: BoardCard, filter: BoardFilter): boolean {
  if (filter.people.size > 0 && !filter.people.has(card.assignee?.accountId ?? '')) return false;
  const words = filter.text.trim().toLowerCase();
  if (words === '') return true;
  return `${card.key} ${card.summary} ${card.labels.join(' ')} ${card.parent?.summary ?? ''}`.toLowerCase().includes(words);
}

export function filtered(board: Board, filter: BoardFilter): BoardColumn[] {
  if (filter.text.trim() === '' && filter.people.size === 0) return board.columns;
  return board.columns.map((column) => ({ ...column, issues: column.issues.filter((card) => shows(card, filter)) }));
}

/** Everybody who has a card here, most cards first. */
export function peopleOn(board: Board): NonNullable<BoardCard['assignee']>[] {
  const found = new Map<string, { person: NonNullable<BoardCard['assignee']>; cards: number }>();
  for (const { assignee } of board.columns.flatMap((column) => column.issues)) {
    if (!assignee) continue;
    const entry = found.get(assignee.accountId) ?? { person: assignee, cards: 0 };
    entry.cards++;
    found.set(assignee.accountId, entry);
  }
  return [...found.values()].sort((a, b) => b.cards - a.cards).map((entry) => entry.person);
}

export function spotOf(columns: readonly BoardColumn[], key: string): Spot | null {
  for (const column of columns) {
    const index = column.issues.findIndex((card) => card.key === key);
    if (index >= 0) return { column: column.id, index };
  }
  return null;
}

/** What must be asked of the server for a move. */
export interface Move {
  card: BoardCard;
  /** Set when the card changes columns. */
  toColumn: BoardColumn | null;
  /** The neighbour that fixes the rank; null in an empty column. */
  rank: { before: string } | { after: string } | null;
}

/**
 * Plans a move of a card to a spot counted without the card itself. Null when
 * nothing would change.
 */
export function planMove(columns: readonly BoardColumn[], key: string, to: Spot): Move | null {
  const from = spotOf(columns, key);
  const source = columns.find((column) => column.id === from?.column);
  const target = columns.find((column) => column.id === to.column);
  const card = source?.issues[from?.index ?? -1];
  if (!from || !source || !target || !card) return null;
  const others = target.issues.filter((other) => other.key !== key);
  const index = Math.max(0, Math.min(to.index, others.length));
  if (source.id === target.id && index === from.index) return null;
  const next = others[index];
  const previous = others[index - 1];
  const rank = next ? { before: next.key } : previous ? { after: previous.key } : null;
  return { card, toColumn: source.id === target.id ? null : target, rank };
}

/** The board as it will be after the move, for painting it at once. */
export function applyMove(board: Board, move: Move): Board {
  const { card, toColumn, rank } = move;
  const source = board.columns.find((column) => column.issues.some((other) => other.key === card.key));
  const target = toColumn ?? source;
  if (!source || !target) return board;
  const moved = toColumn && !toColumn.statuses.includes(card.statusId) ? { ...card, statusId: toColumn.statuses[0] ?? card.statusId } : card;
  const columns = board.columns.map((column) => {
    if (column.id !== source.id && column.id !== target.id) return column;
    const issues = column.issues.filter((other) => other.key !== card.key);
    if (column.id === target.id) {
      const anchor = rank === null ? -1 : issues.findIndex((other) => other.key === ('before' in rank ? rank.before : rank.after));
      const at = rank === null || anchor < 0 ? issues.length : 'before' in rank ? anchor : anchor + 1;
      issues.splice(at, 0, moved);
    }
    const change = Number(column.id === target.id) - Number(column.id === source.id);
    return { ...column, issues, total: column.total + change };
  });
  return { ...board, columns };
}

/** A step by arrow key while a card is lifted. The index counts without the card. */
export function stepSpot(columns: readonly BoardColumn[], key: string, spot: Spot, arrow: string): Spot {
  const at = columns.findIndex((column) => column.id === spot.column);
  const length = (i: number) => columns[i]?.issues.filter((card) => card.key !== key).length ?? 0;
  if (arrow === 'ArrowDown') return { ...spot, index: Math.min(length(at), spot.index + 1) };
  if (arrow === 'ArrowUp') return { ...spot, index: Math.max(0, spot.index - 1) };
  const next = arrow === 'ArrowRight' ? at + 1 : at - 1;
  const column = columns[next];
  return column ? { column: column.id, index: Math.min(length(next), spot.index) } : spot;
}
