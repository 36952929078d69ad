import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useDeferredValue, useMemo, useState, type KeyboardEvent, type ReactElement } from 'react';
import { Breadcrumb, EmptyState, ErrorState, RelativeTime, SearchInput, SkeletonRows, VirtualList } from '../kit';
import { Page } from '../shell';
import { ProofState } from './assurance/Proof';
import css from './Console.module.css';
import { Go, State } from './parts';
import { ask } from './platform';
import { bytesText, many } from './words';
import type { SiteRow } from './wire';

/** Every site with its health. */
export function FleetPage(): ReactElement {
  const [text, setText] = useState('');
  const [state, setState] = useState('');
  const [health, setHealth] = useState('');
  const [active, setActive] = useState(-1);
  const navigate = useNavigate();
  const list = useInfiniteQuery(ask.sites(useDeferredValue(text), state, health));
  const sites = useMemo(() => list.data?.pages.flatMap((page) => page.sites) ?? [], [list.data]);
  const total = list.data?.pages[0]?.total ?? 0;
  const keyDown = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (event.target instanceof HTMLInputElement && event.key.length === 1) return;
    if (by !== undefined) {
      event.preventDefault();
      setActive(Math.max(0, Math.min(sites.length - 1, active + by)));
    }
    const site = sites[active];
    if (event.key === 'Enter' && site && !(event.target instanceof HTMLAnchorElement)) void navigate({ to: '/console/$', params: { _splat: `sites/${site.id}` } });
  };
  return (
    <Page title="Fleet" head={<Breadcrumb>{['Fleet']}</Breadcrumb>} actions={<span className={css['quiet']}>{many(total, 'site')}</span>}>
      <div className={css['filters']}>
        <SearchInput label="Site, customer or identifier" value={text} onChange={setText} width={280} />
        <select aria-label="State" className={css['select']} value={state} onChange={(event) => setState(event.currentTarget.value)}>
          <option value="">Any state</option>
          {['active', 'suspended', 'read-only', 'restoring', 'tombstoned'].map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <select aria-label="Health" className={css['select']} value={health} onChange={(event) => setHealth(event.currentTarget.value)}>
          <option value="">Any health</option>
          <option value="trouble">In trouble</option>
          <option value="missing">Databases gone</option>
          <option value="finding">Found by the watcher</option>
        </select>
      </div>
      {list.isPending ? (
        <SkeletonRows />
      ) : list.isError ? (
        <ErrorState what="list the fleet" error={list.error} onRetry={() => void list.refetch()} />
      ) : sites.length === 0 ? (
        <EmptyState icon="server" title="No site fits">{text + state + health === '' ? 'Sites appear here as soon as they are created.' : 'Take a filter away to see more.'}</EmptyState>
      ) : (
        <div className={css['list']} onKeyDown={keyDown}>
          <VirtualList
            label="Sites"
            count={sites.length}
            keyOf={(i) => sites[i]?.id ?? String(i)}
            activeIndex={active}
            minWidth={1080}
            rowHeight={44}
            onEnd={() => list.hasNextPage && !list.isFetchingNextPage && void list.fetchNextPage()}
            head={
              <div role="row" className={css['siteRow']}>
                {['Site', 'Customer', 'State', 'Health', 'Products', 'Size', 'Last commit', 'Backup proven'].map((name) => (
                  <span key={name} role="columnheader">
                    {name}
                  </span>
                ))}
              </div>
            }
            renderRow={(i) => {
              const site = sites[i];
              return site ? <Row site={site} active={i === active} /> : <div role="row" />;
            }}
          />
        </div>
      )}
    </Page>
  );
}

function Row({ site, active }: { site: SiteRow; active: boolean }): ReactElement {
  return (
    <div role="row" className={css['siteRow']} data-active={active}>
      <span role="gridcell" className={css['cut']}>
        <Go to={`sites/${site.id}`} className={css['name']}>
          {site.name}
        </Go>{' '}
        <span className={css['quiet']}>{site.slug}</span>
      </span>
      <span role="gridcell" className={css['cut']} title={site.customer}>
        {site.customer}
      </span>
      <span role="gridcell">
        <State state={site.state} />
      </span>
      <span role="gridcell" className={css['cut']}>
        <Health site={site} />
      </span>
      <span role="gridcell" className={css['cut']} title={site.products.join(', ')}>
        {site.products.join(', ')}
      </span>
      <span role="gridcell" className={css['number']}>
        {bytesText(site.bytes)}
      </span>
      <span role="gridcell">{site.last_commit ? <RelativeTime at={site.last_commit} /> : 'never'}</span>
      <span role="gridcell" className={css['cut']}>
        {site.proof?.state === 'proven' && site.proof.proven ? <RelativeTime at={site.proof.proven} /> : <ProofState proof={site.proof} />}
      </span>
    </div>
  );
}

/** The one thing to know of a site: gone, found, behind or well. */
export function Health({ site }: { site: SiteRow }): ReactElement {
  if (site.restoring) return <span data-tone="blue" className={css['state']}>being restored</span>;
  if (site.missing.length > 0) return <span data-tone="red" className={css['state']}>{site.missing.join(', ')} gone</span>;
  if (site.findings.length > 0) return <span data-tone="red" className={css['state']}>{site.findings[0]}</span>;
  if (site.state === 'read-only') return <span data-tone="amber" className={css['state']} title={site.state_reason}>can only be read</span>;
  const broken = site.volumes.find((volume) => volume.wrong);
  if (broken) return <span data-tone="red" className={css['state']}>{broken.kind} cannot be read</span>;
  if (site.unshipped > 0) return <span data-tone="blue" className={css['state']}>{many(site.unshipped, 'commit')} on the way to the vault</span>;
  return <span data-tone="green" className={css['state']}>well, all in the vault</span>;
}
