import { useEffect, type ReactElement, type ReactNode } from 'react';
import css from './Page.module.css';

/** Names the page in the browser's tab, and says it after a navigation. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = title === '' ? 'Holdfast' : `${title} · Holdfast`;
  }, [title]);
}

export interface PageProps {
  /** For the browser's tab. */
  title: string;
  /** Left of the top line: a breadcrumb or the name. */
  head: ReactNode;
  /** Right of the top line. */
  actions?: ReactNode;
  /** `canvas` fills the page and scrolls by itself; `text` is a column that the page scrolls. */
  shape?: 'canvas' | 'text' | 'wide';
  children: ReactNode;
}

export function Page({ title, head, actions, shape = 'canvas', children }: PageProps): ReactElement {
  usePageTitle(title);
  return (
    <div className={css['page']}>
      <header className={css['top']}>
        <div className={css['head']}>{head}</div>
        {actions && <div className={css['actions']}>{actions}</div>}
      </header>
      <div className={css[shape]}>{shape === 'canvas' ? children : <div className={css['column']}>{children}</div>}</div>
    </div>
  );
}

/** A part of a text page with its own heading. */
export function Section({ title, hint, actions, children }: { title: string; hint?: ReactNode; actions?: ReactNode; children: ReactNode }): ReactElement {
  return (
    <section className={css['section']}>
      <div className={css['sectionHead']}>
        <div>
          <h2>{title}</h2>
          {hint && <p className={css['hint']}>{hint}</p>}
        </div>
        {actions && <div className={css['actions']}>{actions}</div>}
      </div>
      {children}
    </section>
  );
}
