import { Link } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import { Icon, RelativeTime, type IconName } from '../../kit';
import { pageTo } from '../paths';
import type { Ref } from '../wire';
import css from './parts.module.css';

const icons: Readonly<Record<Ref['type'], IconName>> = { page: 'page', blogpost: 'megaphone', comment: 'comment', attachment: 'attach' };
export const refIcon = (type: string): IconName => icons[type as Ref['type']] ?? 'page';

/** A link to what a reference names. Comments and files have addresses of the server's making. */
export function RefLink({ item, children, className }: { item: Ref; children: ReactNode; className?: string | undefined }): ReactElement {
  if (item.type === 'page' || item.type === 'blogpost') {
    return (
      <Link {...pageTo({ id: item.id, spaceKey: item.spaceKey, title: item.title, type: item.type })} className={className}>
        {children}
      </Link>
    );
  }
  return (
    <Link to={item.url} className={className}>
      {children}
    </Link>
  );
}

/** Pages as rows: title, space, who changed it and when. */
export function RefList({ items, label, space = true }: { items: readonly Ref[]; label: string; space?: boolean }): ReactElement {
  return (
    <ul className={css['refs']} aria-label={label}>
      {items.map((item) => (
        <li key={`${item.type}-${item.id}`}>
          <RefLink item={item} className={css['ref']}>
            <Icon name={refIcon(item.type)} />
            <span className={css['refTitle']}>{item.title || 'Untitled'}</span>
            {space && <span className={css['refSpace']}>{item.spaceName}</span>}
            <span className={css['refWhen']}>
              {item.updatedBy && <span className={css['refBy']}>{item.updatedBy.displayName} · </span>}
              <RelativeTime at={item.updatedAt} />
            </span>
          </RefLink>
        </li>
      ))}
    </ul>
  );
}

/** The pieces of an excerpt, with what was searched marked. */
export function Excerpt({ item }: { item: Ref }): ReactElement | null {
  if (!item.excerpt || item.excerpt.length === 0) return null;
  return <p className={css['excerpt']}>{item.excerpt.map((span, i) => (span.hit ? <mark key={i}>{span.text}</mark> : <span key={i}>{span.text}</span>))}</p>;
}
