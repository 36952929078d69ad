import { autoScrollForElements } from '@atlaskit/pragmatic-drag-and-drop-auto-scroll/element';
import { monitorForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import { announce, ErrorState, Skeleton, useSlow, type MenuItem } from '../../kit';
import type { TreeNode } from '../wire';
import { moved, rowsOf, spoken, stepMove, type Move, type Row, type Step } from './model';
import { TreeRow } from './TreeRow';
import css from './Tree.module.css';
import type { Tree } from './useTree';

export interface PageTreeProps {
  tree: Tree;
  current: string | undefined;
  label: string;
  mayMove: boolean;
  onOpen: (node: TreeNode) => void;
  menu: (node: TreeNode) => readonly MenuItem[];
  onCreate?: ((parent: TreeNode) => void) | undefined;
}

const rowHeight = 30;
const moveKeys: Readonly<Record<string, Step>> = { ArrowUp: 'up', ArrowDown: 'down', ArrowRight: 'in', ArrowLeft: 'out' };
const letters = /^\p{L}|\p{N}$/u;

/** The pages of a space as a tree. Arrows walk, Alt with arrows moves a page, letters find one. */
export function PageTree({ tree, current, label, mayMove, onOpen, menu, onCreate }: PageTreeProps): ReactElement {
  const { levels, isOpen, setOpen, move, more } = tree;
  const rows = useMemo(() => rowsOf(levels, isOpen), [levels, isOpen]);
  const [focused, setFocused] = useState<string | null>(null);
  const [typed, setTyped] = useState({ text: '', at: 0 });
  const scroller = useRef<HTMLDivElement>(null);
  const slow = useSlow(!levels[''] && tree.error === null);
  const id = useId();
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 16, initialRect: { width: 260, height: 800 } });
  const indexOf = (pageId: string | null | undefined) => rows.findIndex((row) => row.kind === 'page' && row.node.id === pageId);
  const active = Math.max(indexOf(focused), indexOf(focused) < 0 ? indexOf(current) : -1, 0);
  const shown = indexOf(current);

  useEffect(() => {
    if (shown >= 0) virtual.scrollToIndex(shown, { align: 'auto' });
    // Only when another page is shown, not with every row that comes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [current, shown >= 0]);
  useEffect(() => {
    const element = scroller.current;
    return element ? autoScrollForElements({ element }) : undefined;
  }, []);

  const items = virtual.getVirtualItems();
  const unfinished = items.map(({ index }) => rows[index]).find((row) => row?.kind === 'more')?.parent;
  useEffect(() => {
    if (unfinished !== undefined) more(unfinished);
  }, [unfinished, more]);

  const go = (move_: Move) => {
    const next = moved(levels, move_);
    if (!move(move_)) {
      announce('It cannot stand there');
      return;
    }
    if (move_.position === 'append') setOpen(move_.targetId, true);
    announce(spoken(next, move_.id));
  };
  const drop = useRef(go);
  useEffect(() => {
    drop.current = go;
  });
  useEffect(
    () =>
      monitorForElements({
        canMonitor: ({ source }) => source.data['kind'] === 'wiki-page',
        onDrop: ({ source, location }) => {
          const over = location.current.dropTargets[0]?.data;
          const position = over?.['position'];
          if (over?.['kind'] !== 'wiki-place' || (position !== 'before' && position !== 'after' && position !== 'append')) return;
          drop.current({ id: String(source.data['id']), targetId: String(over['id']), position });
        },
      }),
    [],
  );

  const focus = (index: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row?.kind !== 'page') return;
    setFocused(row.node.id);
    virtual.scrollToIndex(rows.indexOf(row), { align: 'auto' });
  };
  const walk = (step: 1 | -1) => {
    for (let i = active + step; i >= 0 && i < rows.length; i += step) if (rows[i]?.kind === 'page') return focus(i);
  };
  const keyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const row = rows[active];
    if (row?.kind !== 'page' || event.ctrlKey || event.metaKey) return;
    const step = moveKeys[event.key];
    if (event.altKey && step) {
      event.preventDefault();
      if (!mayMove) return announce('You may not move pages here');
      const wanted = stepMove(levels, row.node.id, step);
      if (wanted) go(wanted);
      else announce('It cannot go further');
      return;
    }
    if (event.altKey) return;
    if (event.key === 'ArrowDown') walk(1);
    else if (event.key === 'ArrowUp') walk(-1);
    else if (event.key === 'Home') focus(0);
    else if (event.key === 'End') focus(rows.findLastIndex((each) => each.kind === 'page'));
    else if (event.key === 'ArrowRight') {
      if (row.open === false) setOpen(row.node.id, true);
      else if (row.open) walk(1);
    } else if (event.key === 'ArrowLeft') {
      if (row.open) setOpen(row.node.id, false);
      else if (row.parent !== '') focus(indexOf(row.parent));
    } else if (event.key === 'Enter') onOpen(row.node);
    else if (event.key === '*') openSiblings(rows, row, setOpen);
    else if (event.key.length === 1 && letters.test(event.key)) {
      const text = event.timeStamp - typed.at < 800 ? typed.text + event.key : event.key;
      setTyped({ text, at: event.timeStamp });
      const from = text.length > 1 ? active : active + 1;
      const order = rows.map((_, i) => (from + i) % rows.length);
      const found = order.find((i) => {
        const each = rows[i];
        return each?.kind === 'page' && each.node.title.toLowerCase().startsWith(text.toLowerCase());
      });
      if (found !== undefined) focus(found);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  if (tree.error !== null) return <ErrorState compact what="load the pages" error={tree.error} onRetry={tree.retry} />;
  if (!levels['']) {
    return slow ? (
      <div role="status" aria-label="Loading the pages" className={css['waiting']}>
        {[60, 80, 50, 70, 40].map((width, i) => (
          <Skeleton key={i} width={`${width}%`} style={{ marginInlineStart: i > 0 ? 20 : 0 }} />
        ))}
      </div>
    ) : (
      <div className={css['waiting']} />
    );
  }
  if (rows.length === 0) return <p className={css['none']}>No pages yet.</p>;
  return (
    <div
      ref={scroller}
      role="tree"
      aria-label={label}
      aria-describedby={mayMove ? `${id}-how` : undefined}
      tabIndex={0}
      className={css['tree']}
      data-own-keys="true"
      aria-activedescendant={rows[active]?.kind === 'page' ? `${id}-${rows[active].node.id}` : undefined}
      onKeyDown={keyDown}
      onFocus={(event) => {
        if (event.target === event.currentTarget && focused === null && rows[active]?.kind === 'page') setFocused(rows[active].node.id);
      }}
    >
      {mayMove && (
        <span id={`${id}-how`} hidden>
          Alt and the arrow keys move a page.
        </span>
      )}
      <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {items.map(({ index, start, size }) => {
          const row = rows[index];
          if (!row) return null;
          const style = { transform: `translateY(${start}px)`, height: size, paddingInlineStart: 6 + (row.level - 1) * 16 };
          if (row.kind !== 'page') {
            return row.kind === 'loading' ? (
              <div key={`loading-${row.parent}`} role="presentation" className={css['slot']} style={style}>
                <Skeleton width="50%" style={{ marginInlineStart: 26 }} />
              </div>
            ) : (
              <div key={`more-${row.parent}`} role="treeitem" aria-level={row.level} aria-selected="false" className={`${css['slot']} ${css['more']}`} style={style} onClick={() => more(row.parent)}>
                Show more pages
              </div>
            );
          }
          return (
            <TreeRow
              key={row.node.id}
              id={`${id}-${row.node.id}`}
              row={row}
              style={style}
              current={row.node.id === current}
              active={index === active && focused !== null}
              draggable={mayMove}
              onToggle={() => setOpen(row.node.id, !row.open)}
              onExpand={() => setOpen(row.node.id, true)}
              onOpen={() => {
                setFocused(row.node.id);
                onOpen(row.node);
              }}
              menu={menu}
              onCreate={onCreate}
            />
          );
        })}
      </div>
    </div>
  );
}

/** What "*" does in a tree: opens all pages beside the one in focus. */
function openSiblings(rows: readonly Row[], at: Extract<Row, { kind: 'page' }>, setOpen: (id: string, open: boolean) => void): void {
  for (const row of rows) if (row.kind === 'page' && row.parent === at.parent && row.open === false) setOpen(row.node.id, true);
}
