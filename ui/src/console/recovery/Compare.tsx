import { useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { ErrorState, SkeletonRows } from '../../kit';
import css from '../Console.module.css';
import { platform } from '../platform';
import type { SiteDiff } from '../wire';
import { many } from '../words';
import { Difference } from './Consequences';

/** What differs between two instants, told by the vault: nothing is touched, and the site need not be there. */
export function Compare({ site }: { site: string }): ReactElement {
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const ready = from !== '' && to !== '' && from < to;
  const diff = useQuery({
    queryKey: ['console', 'site', site, 'diff', from, to],
    enabled: ready,
    queryFn: ({ signal }) => platform.get<SiteDiff>(`/sites/${site}/diff`, { signal, query: { from: new Date(from).toISOString(), to: new Date(to).toISOString(), limit: 500 } }),
  });
  return (
    <details className={css['behind']}>
      <summary>Compare two instants</summary>
      <div className={css['stripFoot']}>
        <label className={css['instant']}>
          From
          <input type="datetime-local" step={1} value={from} onChange={(event) => setFrom(event.currentTarget.value)} />
        </label>
        <label className={css['instant']}>
          to
          <input type="datetime-local" step={1} value={to} onChange={(event) => setTo(event.currentTarget.value)} />
        </label>
        {from !== '' && to !== '' && !ready && <span className={css['quiet']}>The earlier instant comes first.</span>}
      </div>
      {ready && diff.isPending && <SkeletonRows rows={3} />}
      {diff.isError && <ErrorState compact what="compare them" error={diff.error} />}
      {diff.data && (
        <>
          <p>
            {many(diff.data.added, 'thing')} added, {diff.data.changed.toLocaleString()} changed, {diff.data.removed.toLocaleString()} removed.
          </p>
          <Difference diff={diff.data} words={{ added: 'added', changed: 'changed', removed: 'removed' }} heads={{ removed: 'Removed', changed: 'Changed', added: 'Added' }} />
        </>
      )}
    </details>
  );
}
