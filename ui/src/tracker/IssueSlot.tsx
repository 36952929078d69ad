import { Link } from '@tanstack/react-router';
import { lazy, Suspense, type ReactElement } from 'react';
import { Icon, IconButton, SkeletonRows } from '../kit';
import { ErrorBoundary } from '../shell';
import css from './IssueSlot.module.css';

export type IssueMode = 'page' | 'panel' | 'peek';

const IssueView = lazy(() => import('./issue').then((m) => ({ default: m.IssueView })));

/** The issue, loaded when it is first looked at. */
export function IssueSlot({ issueKey, mode }: { issueKey: string; mode: IssueMode }): ReactElement {
  return (
    <ErrorBoundary resetKey={issueKey}>
      <Suspense fallback={<SkeletonRows rows={6} />}>
        <IssueView key={issueKey} issueKey={issueKey} mode={mode} />
      </Suspense>
    </ErrorBoundary>
  );
}

/** The issue beside the list or board it was opened from. */
export function IssuePanel({ issueKey, onClose }: { issueKey: string; onClose: () => void }): ReactElement {
  return (
    <aside className={css['panel']} aria-label={`Issue ${issueKey}`}>
      <div className={css['bar']}>
        <Link to="/browse/$key" params={{ key: issueKey }} className={css['open'] ?? ''}>
          <Icon name="external" /> Open as page
        </Link>
        <IconButton icon="close" label="Close" keys="Escape" size="s" onClick={onClose} />
      </div>
      <div className={css['body']}>
        <IssueSlot issueKey={issueKey} mode="panel" />
      </div>
    </aside>
  );
}
