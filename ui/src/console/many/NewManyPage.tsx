import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useDeferredValue, useMemo, useState, type ReactElement } from 'react';
import { Breadcrumb, Button, Checkbox, EmptyState, ErrorState, SearchInput, SkeletonRows } from '../../kit';
import { Page, Section } from '../../shell';
import type { ManyPreview } from '../assurance/wire';
import css from '../Console.module.css';
import { Health } from '../FleetPage';
import { AskReason, Go, State } from '../parts';
import { ask, platform } from '../platform';
import { Difference } from '../recovery/Consequences';
import { localText } from '../recovery/model';
import type { RestoreTarget, SiteRow } from '../wire';
import { many } from '../words';

/** How many sites are measured before a restore; more can be restored. */
const measured = 200;

/** Chooses sites, says what would come back and be lost, and begins. */
export function NewManyPage(): ReactElement {
  const [chosen, setChosen] = useState<ReadonlyMap<string, SiteRow>>(new Map());
  const [target, setTarget] = useState<RestoreTarget>({ newest: true });
  return (
    <Page
      title="Restore many sites"
      shape="wide"
      head={
        <Breadcrumb>
          {[
            <Go key="many" to="restores">
              Restore many
            </Go>,
            'Choose sites',
          ]}
        </Breadcrumb>
      }
    >
      <Chooser chosen={chosen} onChange={setChosen} />
      {chosen.size > 0 && <Instant target={target} onChange={setTarget} />}
      {chosen.size > 0 && <Meaning chosen={chosen} target={target} />}
    </Page>
  );
}

function Chooser({ chosen, onChange }: { chosen: ReadonlyMap<string, SiteRow>; onChange: (chosen: ReadonlyMap<string, SiteRow>) => void }): ReactElement {
  const [text, setText] = useState('');
  const [health, setHealth] = useState('');
  const list = useInfiniteQuery(ask.sites(useDeferredValue(text), '', health));
  const sites = useMemo(() => list.data?.pages.flatMap((page) => page.sites) ?? [], [list.data]);
  const set = (rows: readonly SiteRow[], on: boolean) => {
    const next = new Map(chosen);
    for (const row of rows) if (on) next.set(row.id, row);
      else next.delete(row.id);
    onChange(next);
  };
  const all = sites.length > 0 && sites.every((site) => chosen.has(site.id));
  return (
    <Section title="Which sites" hint={chosen.size === 0 ? 'Choose them by name, or all that the filter shows.' : `${many(chosen.size, 'site')} chosen, of ${many(new Set([...chosen.values()].map((site) => site.org)).size, 'customer')}.`}>
      <div className={css['bar']}>
        <SearchInput label="Site, customer or identifier" value={text} onChange={setText} width={260} />
        <select aria-label="Health" className={css['select']} value={health} onChange={(event) => setHealth(event.currentTarget.value)}>
          <option value="">Any health</option>
          <option value="trouble">In trouble</option>
          <option value="missing">Databases gone</option>
          <option value="finding">Found by the watcher</option>
        </select>
        {sites.length > 0 && <Checkbox label={all ? 'None of these' : `All ${sites.length.toLocaleString()} shown`} checked={all} onChange={(event) => set(sites, event.currentTarget.checked)} />}
        {chosen.size > 0 && (
          <Button size="s" variant="subtle" onClick={() => onChange(new Map())}>
            Choose none
          </Button>
        )}
      </div>
      {list.isPending ? (
        <SkeletonRows rows={4} />
      ) : list.isError ? (
        <ErrorState compact what="list the fleet" error={list.error} onRetry={() => void list.refetch()} />
      ) : sites.length === 0 ? (
        <EmptyState icon="server" title="No site fits">
          Take a filter away to see more.
        </EmptyState>
      ) : (
        <ul className={`${css['rows']} ${css['choice']}`} aria-label="Sites" tabIndex={0}>
          {sites.map((site) => (
            <li key={site.id}>
              <Checkbox label={site.name} checked={chosen.has(site.id)} onChange={(event) => set([site], event.currentTarget.checked)} />
              <span className={css['quiet']}>{site.customer}</span>
              <span className={css['spring']} />
              <Health site={site} />
              <State state={site.state} />
            </li>
          ))}
        </ul>
      )}
      {list.hasNextPage && (
        <div className={css['more']}>
          <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </Section>
  );
}

function Instant({ target, onChange }: { target: RestoreTarget; onChange: (target: RestoreTarget) => void }): ReactElement {
  return (
    <Section title="Where to" hint="Every volume of every chosen site goes there. Nothing is erased; the present state stays in the history.">
      <div className={css['bar']}>
        <Button variant={target.newest ? 'primary' : 'default'} onClick={() => onChange({ newest: true })}>
          The newest state in the vault
        </Button>
        <label className={css['instant']}>
          or to exactly
          <input type="datetime-local" step={1} value={target.at ? localText(Date.parse(target.at)) : ''} onChange={(event) => event.currentTarget.value !== '' && onChange({ at: new Date(event.currentTarget.value).toISOString() })} />
        </label>
      </div>
    </Section>
  );
}

function Meaning({ chosen, target }: { chosen: ReadonlyMap<string, SiteRow>; target: RestoreTarget }): ReactElement {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const ids = [...chosen.keys()].sort();
  const part = ids.slice(0, measured);
  const preview = useQuery({
    queryKey: ['console', 'many', 'preview', part, target],
    queryFn: () => platform.post<ManyPreview>('/restores/preview', { ...target, sites: part }),
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  const customers = [...new Set([...chosen.values()].map((site) => site.customer))].sort();
  const where = target.newest ? 'the newest state in the vault' : new Date(target.at ?? '').toLocaleString(undefined, { dateStyle: 'long', timeStyle: 'medium' });
  const what = many(ids.length, 'site');
  return (
    <Section
      title={`What it means: ${what} to ${where}`}
      hint="Measured before anything is begun."
      actions={
        <Button variant="primary" disabled={!preview.data} onClick={() => setAsking(true)}>
          Restore {what}…
        </Button>
      }
    >
      {preview.isPending ? (
        <SkeletonRows rows={4} />
      ) : preview.isError ? (
        <ErrorState compact what="measure this restore" error={preview.error} onRetry={() => void preview.refetch()} />
      ) : (
        <Outcome preview={preview.data} of={ids.length} />
      )}
      {asking && preview.data && (
        <AskReason
          title={`Restore ${what} to ${where}?`}
          wayBack="nothing is erased. The page of this restore takes it back for every site that it changed."
          act={`Restore ${what}`}
          danger={preview.data.lost + preview.data.changed > 0}
          example="The disk of this cell died at 7:38."
          onClose={() => setAsking(false)}
          run={async (reason) => {
            const begun = await platform.post<{ operation: string }>('/restores', { ...target, sites: ids, reason });
            await queries.invalidateQueries({ queryKey: ['console'] });
            await navigate({ to: '/console/$', params: { _splat: `restores/${begun.operation}` } });
          }}
        >
          <Counts preview={preview.data} of={ids.length} />
          <p>
            Of {customers.slice(0, 6).join(', ')}
            {customers.length > 6 && ` and ${many(customers.length - 6, 'other customer')}`}. Nobody can write to a site from the moment at which its turn comes until it has switched; the others do not notice.
          </p>
        </AskReason>
      )}
    </Section>
  );
}

function Counts({ preview, of }: { preview: ManyPreview; of: number }): ReactElement {
  const whole = preview.sites.filter((site) => site.missing.length > 0).length;
  return (
    <div className={css['consequences']}>
      <ul>
        {of > preview.sites.length && <li>Measured over the first {preview.sites.length} of {of} sites.</li>}
        {whole > 0 && <li>{many(whole, 'site')} whose databases are gone {whole === 1 ? 'comes' : 'come'} back whole.</li>}
        {preview.lost > 0 && (
          <li data-tone="red">
            {many(preview.lost, 'thing')} made since then {preview.lost === 1 ? 'is' : 'are'} lost.
          </li>
        )}
        {preview.changed > 0 && <li data-tone="amber">{many(preview.changed, 'thing')} {preview.changed === 1 ? 'goes back to how it was' : 'go back to how they were'}.</li>}
        {preview.back > 0 && <li data-tone="green">{many(preview.back, 'thing')} removed since then {preview.back === 1 ? 'comes' : 'come'} back.</li>}
        {preview.lost_commits > 0 && <li>{many(preview.lost_commits, 'commit')} no longer {preview.lost_commits === 1 ? 'shows' : 'show'}; taking the restore back brings them back.</li>}
        {whole === 0 && preview.lost_commits === 0 && preview.refused < preview.sites.length && <li>Nothing changes: this is the present state.</li>}
        {preview.refused > 0 && <li data-tone="red">{many(preview.refused, 'site')} cannot be restored to there and {preview.refused === 1 ? 'stays as it is' : 'stay as they are'}.</li>}
        <li>It takes about {preview.seconds < 1 ? 'a second' : many(Math.ceil(preview.seconds), 'second')}, site after site; several are restored at the same time.</li>
      </ul>
    </div>
  );
}

function Outcome({ preview, of }: { preview: ManyPreview; of: number }): ReactElement {
  const names = new Map(preview.sites.map((site) => [site.id, site.name]));
  const items = preview.items.map((item) => ({ ...item, title: `${item.title ?? item.id} (${names.get(item.site) ?? item.site})` }));
  return (
    <>
      <Counts preview={preview} of={of} />
      <Difference
        diff={{ volumes: [], added: preview.back, changed: preview.changed, removed: preview.lost, by_type: preview.by_type, items, total: preview.back + preview.changed + preview.lost, more: items.length < preview.back + preview.changed + preview.lost }}
        words={{ added: 'comes back', changed: 'goes back', removed: 'is lost' }}
        heads={{ removed: 'Lost', changed: 'Goes back', added: 'Comes back' }}
      />
      <details className={css['behind']} open={preview.refused > 0}>
        <summary>Site by site</summary>
        <div className={css['scroll']} tabIndex={0} role="region" aria-label="Site by site">
          <table className={css['table']}>
            <thead>
              <tr>
                <th>Site</th>
                <th>Customer</th>
                <th>Lost</th>
                <th>Goes back</th>
                <th>Comes back</th>
                <th>Commits</th>
                <th>What</th>
              </tr>
            </thead>
            <tbody>
              {preview.sites.map((site) => (
                <tr key={site.id}>
                  <th scope="row">{site.name}</th>
                  <td>{site.customer}</td>
                  <td className={css['number']}>{site.lost.toLocaleString()}</td>
                  <td className={css['number']}>{site.changed.toLocaleString()}</td>
                  <td className={css['number']}>{site.back.toLocaleString()}</td>
                  <td className={css['number']}>{site.lost_commits.toLocaleString()}</td>
                  <td className={css['wrap']}>{site.error ? <span className={css['wrong']}>{site.error}</span> : site.missing.length > 0 ? `${site.missing.join(', ')} come back whole` : ''}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
}
