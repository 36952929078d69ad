import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type CSSProperties, type ReactElement, type ReactNode } from 'react';
import css from './VirtualList.module.css';

export interface VirtualListProps {
  count: number;
  /** Pixels of one row. */
  rowHeight?: number;
  /** Must render one element with role="row". */
  renderRow: (index: number) => ReactNode;
  keyOf: (index: number) => string;
  /** Stays above the rows while they scroll, and scrolls sideways with them. */
  head?: ReactNode;
  foot?: ReactNode;
  /** Kept in view. */
  activeIndex?: number;
  /** Called when the end comes near. */
  onEnd?: () => void;
  label: string;
  /** Total width of the columns; the list scrolls sideways below it. */
  minWidth?: number;
}

/** A long list that draws only the rows in sight. */
export function VirtualList(props: VirtualListProps): ReactElement {
  const { count, rowHeight = 36, renderRow, keyOf, head, foot, activeIndex = -1, onEnd, label, minWidth } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const headHeight = head ? 32 : 0;
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: keyOf,
    overscan: 12,
    scrollPaddingStart: headHeight,
    initialRect: { width: 1200, height: 800 },
  });
  const rows = virtual.getVirtualItems();
  const last = rows.at(-1)?.index ?? -1;

  useEffect(() => {
    if (count > 0 && last >= count - 15) onEnd?.();
  }, [count, last, onEnd]);
  useEffect(() => {
    if (activeIndex >= 0) virtual.scrollToIndex(activeIndex, { align: 'auto' });
  }, [activeIndex, virtual]);

  return (
    <div ref={scroller} className={css['scroller']} tabIndex={0}>
      <div role="grid" aria-label={label} aria-rowcount={count} className={css['grid']} style={{ '--list-min': `${minWidth ?? 0}px` } as CSSProperties}>
        {head && (
          <div role="rowgroup" className={css['head']}>
            {head}
          </div>
        )}
        <div role="rowgroup" className={css['rows']} style={{ height: virtual.getTotalSize() }}>
          {rows.map((row) => (
            <div key={row.key} role="presentation" className={css['slot']} style={{ height: row.size, transform: `translateY(${row.start}px)` }}>
              {renderRow(row.index)}
            </div>
          ))}
        </div>
      </div>
      {foot}
    </div>
  );
}
