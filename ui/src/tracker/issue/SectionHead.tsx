import type { ReactElement, ReactNode } from 'react';
import css from './Issue.module.css';

/** The name of a part of the page, how much is in it, and what can be added. */
export function SectionHead({ title, count, children }: { title: string; count?: number; children?: ReactNode }): ReactElement {
  return (
    <div className={css['sectionHead']}>
      <h2>
        {title}
        {count !== undefined && count > 0 && <span className={css['count']}>{count.toLocaleString()}</span>}
      </h2>
      {children}
    </div>
  );
}
