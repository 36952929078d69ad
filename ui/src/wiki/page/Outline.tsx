import { useEffect, useState, type ReactElement, type RefObject } from 'react';
import type { DocHeading } from '../../editor';
import css from './Page.module.css';

/** How far below the top of the view a heading counts as read. */
const line = 96;

/** The headings of the page; the one being read is marked. */
export function Outline({ headings, scroller }: { headings: readonly DocHeading[]; scroller: RefObject<HTMLElement | null> }): ReactElement | null {
  const [current, setCurrent] = useState<string | null>(null);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    let frame = 0;
    const look = () => {
      frame = 0;
      const top = element.getBoundingClientRect().top + line;
      const passed = headings.filter(({ id }) => (document.getElementById(id)?.getBoundingClientRect().top ?? Infinity) <= top);
      setCurrent(passed.at(-1)?.id ?? null);
    };
    const soon = () => {
      frame ||= requestAnimationFrame(look);
    };
    soon();
    element.addEventListener('scroll', soon, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      element.removeEventListener('scroll', soon);
    };
  }, [headings, scroller]);
  if (headings.length < 2) return null;
  const top = Math.min(...headings.map((heading) => heading.level));
  return (
    <nav className={css['outline']} aria-label="On this page">
      <div className={css['sideTitle']}>On this page</div>
      <ul>
        {headings
          .filter((heading) => heading.level - top < 3 && heading.text.trim() !== '')
          .map(({ id, text, level }) => (
            <li key={id}>
              <a href={`#${encodeURIComponent(id)}`} style={{ paddingInlineStart: 10 + (level - top) * 12 }} aria-current={id === current ? 'true' : undefined}>
                {text}
              </a>
            </li>
          ))}
      </ul>
    </nav>
  );
}
