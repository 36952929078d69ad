import { autoUpdate, computePosition, flip, offset, shift, type Placement } from '@floating-ui/dom';
import { useLayoutEffect, useRef, type HTMLAttributes, type ReactElement } from 'react';
import { createPortal } from 'react-dom';
import css from './Editor.module.css';

interface FloatingProps extends HTMLAttributes<HTMLDivElement> {
  rect: () => DOMRect | null;
  /** An element whose scrolling and size move the place. */
  context: Element;
  placement?: Placement;
}

/** A box that stays beside a place in the text. */
export function Floating({ rect, context, placement = 'bottom-start', children, ...rest }: FloatingProps): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const place = useRef(rect);
  useLayoutEffect(() => {
    place.current = rect;
  });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    let known: DOMRect | null = null;
    const reference = {
      contextElement: context,
      getBoundingClientRect: () => {
        known = place.current() ?? known;
        return known ?? new DOMRect();
      },
    };
    const update = () =>
      void computePosition(reference, element, { strategy: 'fixed', placement, middleware: [offset(6), flip({ padding: 8 }), shift({ padding: 8, crossAxis: true })] }).then(({ x, y }) => {
        element.style.left = `${Math.round(x)}px`;
        element.style.top = `${Math.round(y)}px`;
        element.style.opacity = '1';
      });
    return autoUpdate(reference, element, update, { animationFrame: true });
  }, [context, placement]);
  return createPortal(
    // It hangs outside of the page's landmarks, so it is one.
    <div ref={box} role="region" aria-label="Tools of the text" className={css['floating']} {...rest}>
      {children}
    </div>,
    document.body,
  );
}
