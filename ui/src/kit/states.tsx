import { useEffect, useState, type CSSProperties, type ReactElement, type ReactNode } from 'react';
import { Button } from './Button';
import { Icon, type IconName } from './icons';
import css from './states.module.css';

/** True once `waiting` has lasted 150 ms: a fast answer never flashes. */
export function useSlow(waiting: boolean): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!waiting) return undefined;
    const timer = setTimeout(() => setSlow(true), 150);
    return () => {
      clearTimeout(timer);
      setSlow(false);
    };
  }, [waiting]);
  return waiting && slow;
}

export interface SkeletonProps {
  width?: number | string;
  height?: number | string;
  round?: boolean;
  style?: CSSProperties;
}

export function Skeleton({ width = '100%', height = 12, round = false, style }: SkeletonProps): ReactElement {
  return <span className={css['skeleton']} data-round={round} style={{ width, height, ...style }} aria-hidden="true" />;
}

/** Rows in the shape of a list that is on its way; nothing for the first 150 ms. */
export function SkeletonRows({ rows = 8, height = 36 }: { rows?: number; height?: number }): ReactElement | null {
  const slow = useSlow(true);
  if (!slow) return null;
  return (
    <div role="status" aria-label="Loading" className={css['rows']}>
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} className={css['row']} style={{ height }}>
          <Skeleton width={16} height={16} />
          <Skeleton width={64} />
          <Skeleton width={`${30 + ((i * 17) % 35)}%`} />
          <span className={css['spring']} />
          <Skeleton width={72} />
          <Skeleton width={20} height={20} round />
        </div>
      ))}
    </div>
  );
}

export interface EmptyStateProps {
  icon?: IconName;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

/** Says what would be here and offers the first step. */
export function EmptyState({ icon = 'issues', title, children, action }: EmptyStateProps): ReactElement {
  return (
    <div className={css['state']}>
      <span className={css['emblem']}>
        <Icon name={icon} size={20} />
      </span>
      <h2 className={css['title']}>{title}</h2>
      {children && <p className={css['words']}>{children}</p>}
      {action && <div className={css['act']}>{action}</div>}
    </div>
  );
}

export interface ErrorStateProps {
  /** What was being tried, e.g. "load this board". */
  what: string;
  error: unknown;
  onRetry?: (() => void) | undefined;
  compact?: boolean;
}

function requestIdOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('requestId' in error)) return null;
  return typeof error.requestId === 'string' ? error.requestId : null;
}

const statusOf = (error: unknown): number | null => (typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number' ? error.status : null);

/**
 * Says what failed, why, and what to do, with the id the server's log knows it by. What may not be seen, or is not there, is no
 * alarm; and what is not there is not tried again.
 */
export function ErrorState({ what, error, onRetry, compact = false }: ErrorStateProps): ReactElement {
  const requestId = requestIdOf(error);
  const status = statusOf(error);
  const calm = status === 403 || status === 404;
  return (
    <div className={compact ? css['compact'] : css['state']} role="alert">
      {!compact && (
        <span className={css['emblem']} data-tone={calm ? undefined : 'error'}>
          <Icon name={status === 403 ? 'lock' : status === 404 ? 'search' : 'warning'} size={20} />
        </span>
      )}
      <h2 className={css['title']}>Could not {what}</h2>
      <p className={css['words']}>{error instanceof Error ? error.message : 'Something went wrong.'}</p>
      {requestId && (
        <p className={css['request']}>
          Request <code>{requestId}</code>
        </p>
      )}
      {onRetry && status !== 404 && (
        <div className={css['act']}>
          <Button onClick={onRetry}>Try again</Button>
        </div>
      )}
    </div>
  );
}

/** A line across the page or a form that must not be missed. */
export function Notice({ tone, children, action }: { tone: 'info' | 'warning' | 'error' | 'success'; children: ReactNode; action?: ReactNode }): ReactElement {
  const icon: IconName = tone === 'success' ? 'check' : tone === 'info' ? 'info' : 'warning';
  return (
    <div className={css['notice']} data-tone={tone} role={tone === 'error' ? 'alert' : undefined}>
      <Icon name={icon} />
      <div className={css['noticeText']}>{children}</div>
      {action}
    </div>
  );
}
