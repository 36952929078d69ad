import { attachClosestEdge, extractClosestEdge, type Edge } from '@atlaskit/pragmatic-drag-and-drop-hitbox/closest-edge';
import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine';
import { draggable, dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { memo, useEffect, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import type { BoardCard } from '../../api';
import { Avatar, IssueTypeIcon, PriorityIcon } from '../../kit';
import css from './Board.module.css';

export interface CardProps {
  card: BoardCard;
  column: string;
  index: number;
  /** Lifted by the keyboard. */
  lifted: boolean;
  current: boolean;
  onOpen: (key: string) => void;
  onKey: (event: KeyboardEvent<HTMLElement>, card: BoardCard) => void;
  onFocus: (key: string) => void;
}

export const Card = memo(function Card({ card, column, index, lifted, current, onOpen, onKey, onFocus }: CardProps): ReactElement {
  const element = useRef<HTMLDivElement>(null);
  const [edge, setEdge] = useState<Edge | null>(null);
  const [dragging, setDragging] = useState(false);

  useEffect(() => {
    const node = element.current;
    if (!node) return undefined;
    return combine(
      draggable({
        element: node,
        getInitialData: () => ({ kind: 'card', key: card.key }),
        onDragStart: () => setDragging(true),
        onDrop: () => setDragging(false),
      }),
      dropTargetForElements({
        element: node,
        canDrop: ({ source }) => source.data['kind'] === 'card' && source.data['key'] !== card.key,
        getData: ({ input }) =>
          attachClosestEdge({ kind: 'card', key: card.key, column, index }, { element: node, input, allowedEdges: ['top', 'bottom'] }),
        getIsSticky: () => true,
        onDrag: ({ self }) => setEdge(extractClosestEdge(self.data)),
        onDragLeave: () => setEdge(null),
        onDrop: () => setEdge(null),
      }),
    );
  }, [card.key, column, index]);

  return (
    <div
      ref={element}
      role="button"
      tabIndex={current ? 0 : -1}
      className={css['card']}
      data-key={card.key}
      data-dragging={dragging}
      data-lifted={lifted}
      data-edge={edge}
      data-own-keys={lifted || undefined}
      aria-roledescription="card that can be moved"
      onClick={() => onOpen(card.key)}
      onFocus={() => onFocus(card.key)}
      onKeyDown={(event) => onKey(event, card)}
    >
      {card.parent && <div className={css['parent']}>{card.parent.summary}</div>}
      <div className={css['summary']}>{card.summary}</div>
      {card.labels.length > 0 && (
        <div className={css['labels']}>
          {card.labels.slice(0, 4).map((label) => (
            <span key={label}>{label}</span>
          ))}
          {card.labels.length > 4 && <span>+{card.labels.length - 4}</span>}
        </div>
      )}
      <div className={css['foot']}>
        <IssueTypeIcon name={card.type.name} />
        <span className={css['key']}>{card.key}</span>
        {card.priority && <PriorityIcon name={card.priority.name} />}
        <Avatar person={card.assignee} size={22} />
      </div>
    </div>
  );
});
