import type { ReactElement, ReactNode } from 'react';
import css from './Entrance.module.css';

/** The quiet page in front of the shell: one column, one thing to do. */
export function Entrance({ title, children, foot }: { title: string; children: ReactNode; foot?: ReactNode }): ReactElement {
  return (
    <main className={css['page']}>
      <div className={css['box']}>
        <svg className={css['logo']} width="36" height="36" viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="8" fill="var(--hf-accent)" />
          <path d="M10 7v18M22 7v18M10 16h12" stroke="#fff" strokeWidth="3.5" strokeLinecap="round" fill="none" />
        </svg>
        <h1>{title}</h1>
        {children}
        {foot && <footer className={css['foot']}>{foot}</footer>}
      </div>
    </main>
  );
}
