import { attachClosestEdge, extractClosestEdge, type Edge } from '@atlaskit/pragmatic-drag-and-drop-hitbox/closest-edge';
import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine';
import { draggable, dropTargetForElements, monitorForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { useEffect, useRef, useState, type KeyboardEvent, type ReactElement, type ReactNode } from 'react';
import { Icon } from '../../kit';
import type { Criteria } from '../wire';
import { joinWord, say } from './criteria';
import css from './Ordered.module.css';

interface OrderedListProps {
  label: string;
  /** One word for the list: only its own items are dropped in it. */
  kind: string;
  /** An item was dropped where it shall be the one at `to`, from 0. */
  onPlace: (id: string, to: number) => void;
  children: ReactNode;
}

/** Rules of which the first that fits wins, put in order by mouse or arrow keys. */
export function OrderedList({ label, kind, onPlace, children }: OrderedListProps): ReactElement {
  const place = useRef(onPlace);
  useEffect(() => {
    place.current = onPlace;
  });
  useEffect(
    () =>
      monitorForElements({
        canMonitor: ({ source }) => source.data['kind'] === kind,
        onDrop: ({ source, location }) => {
          const target = location.current.dropTargets[0];
          if (!target) return;
          const from = Number(source.data['index']);
          const over = Number(target.data['index']);
          const after = extractClosestEdge(target.data) === 'bottom';
          place.current(String(source.data['id']), over + (after ? 1 : 0) - (from < over ? 1 : 0));
        },
      }),
    [kind],
  );
  return (
    <ol className={css['rules']} aria-label={label}>
      {children}
    </ol>
  );
}

interface OrderedItemProps {
  kind: string;
  id: string;
  /** From 0. */
  index: number;
  count: number;
  name: string;
  movable: boolean;
  /** Stays where it is for good, and shows it. */
  locked?: boolean;
  /** Switched off: shown, and dim. */
  off?: boolean;
  onMove: (to: number) => void;
  children: ReactNode;
  /** At the right: buttons, a menu. */
  acts?: ReactNode;
}

export function OrderedItem({ kind, id, index, count, name, movable, locked = false, off = false, onMove, children, acts }: OrderedItemProps): ReactElement {
  const element = useRef<HTMLLIElement>(null);
  const handle = useRef<HTMLButtonElement>(null);
  const [edge, setEdge] = useState<Edge | null>(null);
  const [dragging, setDragging] = useState(false);

  useEffect(() => {
    const [node, grip] = [element.current, handle.current];
    if (!node || !grip) return undefined;
    return combine(
      draggable({
        element: node,
        dragHandle: grip,
        getInitialData: () => ({ kind, id, index }),
        onDragStart: () => setDragging(true),
        onDrop: () => setDragging(false),
      }),
      dropTargetForElements({
        element: node,
        canDrop: ({ source }) => source.data['kind'] === kind && source.data['id'] !== id,
        getData: ({ input }) => attachClosestEdge({ index }, { element: node, input, allowedEdges: ['top', 'bottom'] }),
        onDrag: ({ self }) => setEdge(extractClosestEdge(self.data)),
        onDragLeave: () => setEdge(null),
        onDrop: () => setEdge(null),
      }),
    );
  }, [kind, id, index, movable]);

  const keyDown = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (by === 0) return;
    event.preventDefault();
    event.stopPropagation();
    onMove(index + by);
  };
  return (
    <li ref={element} className={css['rule']} data-edge={edge} data-dragging={dragging} data-off={off || undefined}>
      {movable ? (
        <button ref={handle} type="button" className={css['grip']} data-own-keys="true" aria-label={`Move ${name}, number ${index + 1} of ${count}. Arrow keys move it.`} onKeyDown={keyDown}>
          <Icon name="drag" />
        </button>
      ) : (
        <span className={css['grip']}>{locked && <Icon name="lock" size={12} />}</span>
      )}
      <span className={css['position']}>{index + 1}</span>
      <div className={css['body']}>{children}</div>
      {acts}
    </li>
  );
}

/** The name of a rule and what is said beside it. */
export function RuleName({ children }: { children: ReactNode }): ReactElement {
  return <div className={css['name']}>{children}</div>;
}

/** IF … or THEN …, the word in a column of its own. */
export function Sentence({ word, children }: { word: string; children: ReactNode }): ReactElement {
  return (
    <div className={css['sentence']}>
      <span className={css['word']}>{word}</span>
      <span className={css['words']}>{children}</span>
    </div>
  );
}

/** Conditions as a sentence; every alert where there are none. */
export function If({ criteria }: { criteria: Criteria | null | undefined }): ReactElement {
  const conditions = criteria?.conditions ?? [];
  if (!criteria || criteria.type === 'match-all' || conditions.length === 0) return <>every alert</>;
  return (
    <>
      {conditions.map((condition, i) => {
        const { field, operation, value } = say(condition);
        return (
          <span key={i}>
            {i > 0 && <span className={css['join']}> {joinWord(criteria)} </span>}
            {field} {operation} {value && <b className={css['literal']}>{value}</b>}
          </span>
        );
      })}
    </>
  );
}

/** The hours to which a rule is bound, after its conditions. */
export function Hours({ when, zone }: { when: string; zone: string | undefined }): ReactElement | null {
  if (when === '') return null;
  return (
    <>
      <span className={css['join']}> and </span>
      {when}
      {zone && zone !== 'UTC' ? ` (${zone.replaceAll('_', ' ')})` : ''}
    </>
  );
}
