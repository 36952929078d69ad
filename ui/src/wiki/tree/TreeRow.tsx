import { attachInstruction, extractInstruction } from '@atlaskit/pragmatic-drag-and-drop-hitbox/list-item';
import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine';
import { draggable, dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { useEffect, useRef, useState, type CSSProperties, type ReactElement } from 'react';
import { Icon, Menu, type MenuItem } from '../../kit';
import type { TreeNode } from '../wire';
import type { Position, Row } from './model';
import css from './Tree.module.css';

interface TreeRowProps {
  id: string;
  row: Extract<Row, { kind: 'page' }>;
  style: CSSProperties;
  current: boolean;
  active: boolean;
  draggable: boolean;
  onToggle: () => void;
  onExpand: () => void;
  onOpen: () => void;
  menu: (node: TreeNode) => readonly MenuItem[];
  onCreate?: ((parent: TreeNode) => void) | undefined;
}

const positions: Readonly<Record<string, Position>> = { 'reorder-before': 'before', 'reorder-after': 'after', combine: 'append' };

/** A page that is held over a closed one for this long opens it. */
const patience = 700;

export function TreeRow({ id, row, style, current, active, draggable: canDrag, onToggle, onExpand, onOpen, menu, onCreate }: TreeRowProps): ReactElement {
  const { node, level, position, count, open } = row;
  const element = useRef<HTMLDivElement>(null);
  const [over, setOver] = useState<Position | null>(null);
  const [dragging, setDragging] = useState(false);
  const expand = useRef(onExpand);
  useEffect(() => {
    expand.current = onExpand;
  });

  useEffect(() => {
    const dom = element.current;
    if (!dom || !canDrag) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const leave = () => {
      clearTimeout(timer);
      timer = undefined;
      setOver(null);
    };
    return combine(
      draggable({
        element: dom,
        getInitialData: () => ({ kind: 'wiki-page', id: node.id }),
        onDragStart: () => setDragging(true),
        onDrop: () => setDragging(false),
      }),
      dropTargetForElements({
        element: dom,
        canDrop: ({ source }) => source.data['kind'] === 'wiki-page' && source.data['id'] !== node.id,
        getData: ({ input }) => {
          const data = attachInstruction({}, { element: dom, input, operations: { 'reorder-before': 'available', 'reorder-after': open ? 'not-available' : 'available', combine: 'available' } });
          return { kind: 'wiki-place', id: node.id, position: positions[extractInstruction(data)?.operation ?? ''] };
        },
        onDrag: ({ self }) => {
          const at = self.data['position'] as Position | undefined;
          setOver(at ?? null);
          if (at === 'append' && open === false) timer ??= setTimeout(() => expand.current(), patience);
          else {
            clearTimeout(timer);
            timer = undefined;
          }
        },
        onDragLeave: leave,
        onDrop: leave,
      }),
    );
  }, [canDrag, node.id, open]);

  return (
    <div
      ref={element}
      id={id}
      role="treeitem"
      aria-level={level}
      aria-posinset={position}
      aria-setsize={count}
      aria-expanded={open}
      aria-selected={current}
      aria-label={node.restricted ? `${node.title}, restricted` : node.title}
      className={`${css['slot']} ${css['row']}`}
      style={style}
      data-page={node.id}
      data-current={current || undefined}
      data-active={active || undefined}
      data-over={over ?? undefined}
      data-dragging={dragging || undefined}
      onClick={onOpen}
      onContextMenu={(event) => {
        event.preventDefault();
        element.current?.querySelector<HTMLElement>('[data-part="menu"]')?.click();
      }}
    >
      <span
        className={css['twist']}
        data-open={open}
        aria-hidden="true"
        onClick={(event) => {
          event.stopPropagation();
          if (open !== undefined) onToggle();
        }}
      >
        {open === undefined ? <span className={css['dot']} /> : <Icon name="chevronRight" size={12} />}
      </span>
      {node.emoji && <span className={css['emoji']}>{node.emoji}</span>}
      <span className={css['title']} title={node.title}>
        {node.title}
      </span>
      {node.restricted && <Icon name="lock" size={12} className={css['lock']} />}
      <span className={css['acts']} onClick={(event) => event.stopPropagation()}>
        <Menu
          width={200}
          position="right-start"
          trigger={
            <button type="button" data-part="menu" tabIndex={-1} className={css['act']} aria-label={`Actions for ${node.title}`} title="Actions">
              <Icon name="more" size={14} />
            </button>
          }
          items={menu(node)}
        />
        {onCreate && (
          <button type="button" tabIndex={-1} className={css['act']} aria-label={`Create a page below ${node.title}`} title="Create a page below" onClick={() => onCreate(node)}>
            <Icon name="plus" size={14} />
          </button>
        )}
      </span>
    </div>
  );
}
