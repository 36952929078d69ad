import { autoScrollForElements } from '@atlaskit/pragmatic-drag-and-drop-auto-scroll/element';
import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine';
import { dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { useEffect, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import type { BoardCard, BoardColumn } from '../../api';
import { IconButton, StatusMark } from '../../kit';
import css from './Board.module.css';
import { Card } from './Card';

export interface ColumnProps {
  column: BoardColumn;
  lifted: string | null;
  current: string | null;
  filtering: boolean;
  onOpen: (key: string) => void;
  onKey: (event: KeyboardEvent<HTMLElement>, card: BoardCard) => void;
  onFocus: (key: string) => void;
  onCreate: () => void;
}

export function Column({ column, lifted, current, filtering, onOpen, onKey, onFocus, onCreate }: ColumnProps): ReactElement {
  const list = useRef<HTMLDivElement>(null);
  const [over, setOver] = useState(false);

  useEffect(() => {
    const element = list.current;
    if (!element) return undefined;
    return combine(
      dropTargetForElements({
        element,
        canDrop: ({ source }) => source.data['kind'] === 'card',
        getData: () => ({ kind: 'column', column: column.id }),
        onDragEnter: () => setOver(true),
        onDragLeave: () => setOver(false),
        onDrop: () => setOver(false),
      }),
      autoScrollForElements({ element, canScroll: ({ source }) => source.data['kind'] === 'card' }),
    );
  }, [column.id]);

  const shown = column.issues.length;
  return (
    <section className={css['column']} data-over={over} aria-label={`${column.name}, ${column.total} cards`}>
      <header className={css['columnHead']}>
        <StatusMark category={column.category} />
        <h2>{column.name}</h2>
        <span className={css['count']}>{filtering ? `${shown} of ${column.total}` : column.total.toLocaleString()}</span>
        <IconButton icon="plus" size="s" label={`Create issue in ${column.name}`} className={css['add'] ?? ''} onClick={onCreate} />
      </header>
      <div ref={list} className={css['cards']} data-column-id={column.id}>
        {column.issues.map((card, i) => (
          <Card
            key={card.id}
            card={card}
            column={column.id}
            index={i}
            lifted={lifted === card.key}
            current={current === card.key}
            onOpen={onOpen}
            onKey={onKey}
            onFocus={onFocus}
          />
        ))}
        {shown === 0 && <p className={css['none']}>{filtering && column.total > 0 ? 'No card matches.' : column.category === 'done' ? 'Finished work of the last 14 days.' : 'Drop a card here.'}</p>}
        {!filtering && shown < column.total && <p className={css['none']}>{(column.total - shown).toLocaleString()} more are not shown here.</p>}
      </div>
    </section>
  );
}
