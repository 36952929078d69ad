import { useQueries } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { smartLinkQuery } from '../../api';
import { Icon } from '../../kit';
import { linked, SmartLinkChip } from '../../shell';
import css from './Incidents.module.css';
import { forReaders } from './model';

/** What the addresses of a message lead to, and whether its readers can follow them: they see the plain address. */
export function Leads({ text }: { text: string }): ReactElement | null {
  const urls = [...new Set(linked(text).flatMap((piece) => (piece.link ? [piece.text] : [])))].slice(0, 20);
  const found = useQueries({ queries: urls.map(smartLinkQuery) }).flatMap(({ data }) => (data ? [data] : []));
  if (found.length === 0) return null;
  const closed = found.filter((link) => !forReaders(link.kind));
  return (
    <div className={css['leads']}>
      <ul aria-label="What the addresses lead to">
        {found.map((link) => (
          <li key={link.url}>
            <SmartLinkChip url={link.url} />
          </li>
        ))}
      </ul>
      {closed.length > 0 && (
        <p className={css['quiet']}>
          <Icon name="lock" size={12} /> Readers see the plain address, and {closed.length === found.length ? 'need' : 'for some of them need'} an account here to follow it.
        </p>
      )}
    </div>
  );
}
