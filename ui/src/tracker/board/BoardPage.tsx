import { extractClosestEdge } from '@atlaskit/pragmatic-drag-and-drop-hitbox/closest-edge';
import { autoScrollForElements } from '@atlaskit/pragmatic-drag-and-drop-auto-scroll/element';
import { monitorForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import type { Board, BoardCard, BoardColumn } from '../../api';
import { announce, Avatar, Breadcrumb, Button, IconButton, SearchInput, Skeleton, Tooltip, useSlow } from '../../kit';
import { openOverlay, Page, useCommands, useSignedIn } from '../../shell';
import { useStarredProjects, visitProject } from '../recent';
import { IssuePanel } from '../IssueSlot';
import { ProjectProblem } from '../parts/ProjectProblem';
import { ProjectTabs } from '../parts/ProjectTabs';
import css from './Board.module.css';
import { Column } from './Column';
import { filtered, noFilter, peopleOn, planMove, spotOf, stepSpot, type BoardFilter, type Spot } from './model';
import { boardQuery, useMoveCard } from './queries';

export function BoardPage(): ReactElement {
  const { key } = useParams({ from: '/inside/tracker/projects/$key/board' });
  const { selected } = useSearch({ from: '/inside/tracker/projects/$key/board' });
  const navigate = useNavigate({ from: '/projects/$key/board' });
  const board = useQuery(boardQuery(key));
  const { starred, toggle } = useStarredProjects();
  const project = board.data?.project;
  useEffect(() => {
    if (project) visitProject(project);
  }, [project]);
  const isStarred = starred.some((other) => other.key === key);
  const select = useCallback(
    (next: string | undefined) => void navigate({ search: (before) => ({ ...before, selected: next }), replace: true }),
    [navigate],
  );

  return (
    <Page
      title={`${project?.name ?? key} board`}
      head={
        <div className={css['name']}>
          <Breadcrumb>
            {[
              <Link key="projects" to="/projects">
                Projects
              </Link>,
              project?.name ?? key,
            ]}
          </Breadcrumb>
          {project && (
            <IconButton
              icon="star"
              size="s"
              label={isStarred ? 'Unstar this project' : 'Star this project'}
              pressed={isStarred}
              className={isStarred ? (css['starred'] ?? '') : ''}
              onClick={() => toggle(project)}
            />
          )}
        </div>
      }
      actions={<ProjectTabs projectKey={key} />}
    >
      <div className={css['page']}>
        {board.isPending ? (
          <LoadingBoard />
        ) : board.isError ? (
          <div className={css['board']}>
            <ProjectProblem projectKey={key} what="load the board" error={board.error} onRetry={() => void board.refetch()} />
          </div>
        ) : (
          <BoardView key={key} board={board.data} projectKey={key} selected={selected} onSelect={select} />
        )}
        {selected && <IssuePanel issueKey={selected} onClose={() => select(undefined)} />}
      </div>
    </Page>
  );
}

function LoadingBoard(): ReactElement | null {
  if (!useSlow(true)) return null;
  return (
    <div className={css['columns']} role="status" aria-label="Loading the board">
      {[4, 3, 2].map((cards) => (
        <div key={cards} className={css['column']}>
          <Skeleton width={96} height={16} style={{ margin: 12 }} />
          {Array.from({ length: cards }, (_, i) => (
            <Skeleton key={i} height={88} style={{ margin: '0 8px 8px', width: 'calc(100% - 16px)' }} />
          ))}
        </div>
      ))}
    </div>
  );
}

interface BoardViewProps {
  board: Board;
  projectKey: string;
  selected: string | undefined;
  onSelect: (key: string | undefined) => void;
}

function BoardView({ board, projectKey, selected, onSelect }: BoardViewProps): ReactElement {
  const [filter, setFilter] = useState<BoardFilter>(noFilter);
  const columns = useMemo(() => filtered(board, filter), [board, filter]);
  const { mutate } = useMoveCard(projectKey);
  const scroller = useRef<HTMLDivElement>(null);
  const filtering = columns !== board.columns;

  const move = useCallback(
    (key: string, to: Spot) => {
      const plan = planMove(columns, key, to);
      if (plan) mutate({ move: plan, undoing: false });
      return plan !== null;
    },
    [columns, mutate],
  );
  useDrops(columns, move);
  useEffect(() => {
    const element = scroller.current;
    return element ? autoScrollForElements({ element }) : undefined;
  }, []);
  const keyboard = useCardKeys(columns, move, onSelect, selected);

  return (
    <div className={css['board']}>
      <QuickFilters board={board} filter={filter} onChange={setFilter} />
      <div ref={scroller} className={css['columns']}>
        {columns.map((column) => (
          <Column
            key={column.id}
            column={column}
            lifted={keyboard.lifted}
            current={keyboard.current}
            filtering={filtering}
            onOpen={onSelect}
            onKey={keyboard.onKey}
            onFocus={keyboard.onFocus}
            onCreate={() => openOverlay({ kind: 'create', what: 'issue', preset: { project: projectKey, ...(column.statuses[0] ? { status: column.statuses[0] } : {}) } })}
          />
        ))}
      </div>
    </div>
  );
}

/** Listens for cards let go of by the mouse. */
function useDrops(columns: readonly BoardColumn[], move: (key: string, to: Spot) => boolean): void {
  useEffect(
    () =>
      monitorForElements({
        canMonitor: ({ source }) => source.data['kind'] === 'card',
        onDrop: ({ source, location }) => {
          const key = String(source.data['key']);
          const over = location.current.dropTargets[0]?.data;
          if (!over) return;
          const column = String(over['column']);
          const cards = columns.find((each) => each.id === column)?.issues.filter((card) => card.key !== key) ?? [];
          if (over['kind'] === 'column') {
            move(key, { column, index: cards.length });
            return;
          }
          const at = cards.findIndex((card) => card.key === over['key']);
          move(key, { column, index: extractClosestEdge(over) === 'bottom' ? at + 1 : at });
        },
      }),
    [columns, move],
  );
}

interface CardKeys {
  lifted: string | null;
  /** The card that Tab comes to. */
  current: string | null;
  onKey: (event: KeyboardEvent<HTMLElement>, card: BoardCard) => void;
  onFocus: (key: string) => void;
}

function focusCard(key: string | undefined): void {
  if (key) document.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

/** Space lifts, arrows choose the place, Space drops, Escape puts it back. Each step is spoken. */
function useCardKeys(
  columns: readonly BoardColumn[],
  move: (key: string, to: Spot) => boolean,
  onSelect: (key: string | undefined) => void,
  selected: string | undefined,
): CardKeys {
  const [lift, setLift] = useState<{ key: string; spot: Spot } | null>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const current = focused && spotOf(columns, focused) ? focused : (columns.find((c) => c.issues.length > 0)?.issues[0]?.key ?? null);

  const say = (spot: Spot) => {
    const column = columns.find((each) => each.id === spot.column);
    if (column) announce(`${column.name}, position ${spot.index + 1}`);
  };
  const walk = (arrow: string) => {
    const at = current === null ? null : spotOf(columns, current);
    if (!at || focused !== current) return focusCard(current ?? undefined);
    const column = columns.findIndex((each) => each.id === at.column);
    if (arrow === 'ArrowDown' || arrow === 'ArrowUp') return focusCard(columns[column]?.issues[at.index + (arrow === 'ArrowDown' ? 1 : -1)]?.key);
    const step = arrow === 'ArrowRight' ? 1 : -1;
    for (let i = column + step; i >= 0 && i < columns.length; i += step) {
      const cards = columns[i]?.issues ?? [];
      if (cards.length > 0) return focusCard(cards[Math.min(at.index, cards.length - 1)]?.key);
    }
  };
  const onKey = (event: KeyboardEvent<HTMLElement>, card: BoardCard) => {
    const arrow = event.key.startsWith('Arrow');
    if (lift) {
      if (arrow) {
        const spot = stepSpot(columns, lift.key, lift.spot, event.key);
        setLift({ key: lift.key, spot });
        say(spot);
      } else if (event.key === ' ' || event.key === 'Enter') {
        setLift(null);
        announce(move(lift.key, lift.spot) ? `${lift.key} dropped.` : `${lift.key} put back.`);
        // The card is drawn anew in its column; the focus follows it there.
        requestAnimationFrame(() => focusCard(lift.key));
      } else if (event.key === 'Escape') {
        setLift(null);
        announce(`${lift.key} put back.`);
      } else return;
    } else if (event.key === ' ') {
      const spot = spotOf(columns, card.key);
      if (spot) setLift({ key: card.key, spot });
      announce(`${card.key} lifted. Arrow keys choose the place, Space drops it, Escape puts it back.`);
    } else if (event.key === 'Enter') onSelect(card.key);
    else if (arrow) walk(event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  useCommands([
    { id: 'next', label: 'Next card', keys: 'j', group: 'Board', quiet: true, run: () => walk('ArrowDown') },
    { id: 'previous', label: 'Previous card', keys: 'k', group: 'Board', quiet: true, run: () => walk('ArrowUp') },
    { id: 'next-column', label: 'Card in the next column', keys: 'n', group: 'Board', quiet: true, run: () => walk('ArrowRight') },
    { id: 'previous-column', label: 'Card in the previous column', keys: 'p', group: 'Board', quiet: true, run: () => walk('ArrowLeft') },
    { id: 'open', label: 'Open the card', keys: 'o|enter', group: 'Board', disabled: !current, run: () => current && onSelect(current) },
    { id: 'lift', label: 'Lift the card, arrows move it', keys: 'space', group: 'Board', quiet: true, run: () => focusCard(current ?? undefined) },
    { id: 'close', label: 'Close the issue', keys: 'escape', group: 'Board', quiet: true, disabled: !selected, run: () => onSelect(undefined) },
  ]);
  useLiftMark(lift);
  return { lifted: lift?.key ?? null, current, onKey, onFocus: setFocused };
}

/** Shows where a lifted card would land. The mark is not React's: the columns need not render for it. */
function useLiftMark(lift: { key: string; spot: Spot } | null): void {
  useEffect(() => {
    if (!lift) return undefined;
    const column = document.querySelector(`[data-column-id="${CSS.escape(lift.spot.column)}"]`);
    const cards = [...(column?.querySelectorAll<HTMLElement>('[data-key]') ?? [])].filter((card) => card.dataset['key'] !== lift.key);
    const before = cards[lift.spot.index];
    const target = before ?? cards.at(-1) ?? column;
    target?.setAttribute('data-land', before ? 'top' : cards.length > 0 ? 'bottom' : 'inside');
    target?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    return () => target?.removeAttribute('data-land');
  }, [lift]);
}

interface QuickFiltersProps {
  board: Board;
  filter: BoardFilter;
  onChange: (filter: BoardFilter) => void;
}

function QuickFilters({ board, filter, onChange }: QuickFiltersProps): ReactElement {
  const { account } = useSignedIn();
  const search = useRef<HTMLInputElement>(null);
  const people = useMemo(() => peopleOn(board), [board]);
  const toggle = (id: string) => {
    const next = new Set(filter.people);
    if (!next.delete(id)) next.add(id);
    onChange({ ...filter, people: next });
  };
  const onlyMine = filter.people.size === 1 && filter.people.has(account.accountId);
  useCommands([
    { id: 'board-search', label: 'Search on this board', keys: 'f', group: 'Board', icon: 'search', run: () => search.current?.focus() },
    {
      id: 'only-mine',
      label: onlyMine ? 'Show the cards of everybody' : 'Show only my cards',
      keys: 'q',
      group: 'Board',
      icon: 'user',
      run: () => onChange({ ...filter, people: onlyMine ? new Set() : new Set([account.accountId]) }),
    },
  ]);
  return (
    <div className={css['filters']}>
      <SearchInput ref={search} label="Search on this board" value={filter.text} onChange={(text) => onChange({ ...filter, text })} width={200} />
      <div className={css['faces']} role="group" aria-label="Show only the cards of">
        {people.slice(0, 8).map((person) => (
          <Tooltip key={person.accountId} label={person.displayName}>
            <button
              type="button"
              className={css['face']}
              aria-pressed={filter.people.has(person.accountId)}
              aria-label={`Only ${person.displayName}`}
              onClick={() => toggle(person.accountId)}
            >
              <Avatar person={person} size={28} />
            </button>
          </Tooltip>
        ))}
        <Tooltip label="Unassigned">
          <button type="button" className={css['face']} aria-pressed={filter.people.has('')} aria-label="Only unassigned" onClick={() => toggle('')}>
            <Avatar person={null} size={28} />
          </button>
        </Tooltip>
      </div>
      <Button
        size="s"
        variant={onlyMine ? 'default' : 'subtle'}
        aria-pressed={onlyMine}
        onClick={() => onChange({ ...filter, people: onlyMine ? new Set() : new Set([account.accountId]) })}
      >
        Only mine
      </Button>
      {(filter.text !== '' || filter.people.size > 0) && (
        <Button size="s" variant="subtle" onClick={() => onChange(noFilter)}>
          Clear
        </Button>
      )}
      {board.truncated && <span className={css['cut']}>Only the first 500 cards of a column are shown.</span>}
    </div>
  );
}
