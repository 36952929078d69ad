import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState, type ReactElement } from 'react';
import { Breadcrumb, Button, ErrorState, Notice, SkeletonRows, useNow } from '../../kit';
import { Page, Section } from '../../shell';
import css from '../Console.module.css';
import { AskReason, Go } from '../parts';
import { ask, platform } from '../platform';
import type { Preview, RestoreTarget, SiteFull } from '../wire';
import { many } from '../words';
import { Compare } from './Compare';
import { Consequences } from './Consequences';
import { buckets, localText } from './model';
import { RestoresTable } from './Restores';

/** Brings a site back: choose where to, see what it means, watch it happen, take it back. */
export function RecoveryPage({ id }: { id: string }): ReactElement {
  const site = useQuery(ask.site(id));
  const name = site.data?.name ?? 'Site';
  return (
    <Page
      title={`Restore ${name}`}
      shape="wide"
      head={
        <Breadcrumb>
          {[
            <Go key="fleet" to="fleet">
              Fleet
            </Go>,
            <Go key="site" to={`sites/${id}`}>
              {name}
            </Go>,
            'Restore',
          ]}
        </Breadcrumb>
      }
    >
      {site.isPending ? <SkeletonRows /> : site.isError ? <ErrorState what="open this site" error={site.error} onRetry={() => void site.refetch()} /> : <Recovery site={site.data} />}
    </Page>
  );
}

function Recovery({ site }: { site: SiteFull }): ReactElement {
  const gone = site.missing.length > 0;
  const [chosen, setChosen] = useState<RestoreTarget | null>(null);
  // A site that lost its databases needs no choice first: the newest state is what people had.
  const target = chosen ?? (gone ? { newest: true } : null);
  return (
    <>
      {gone && (
        <Notice tone="error">
          The databases of {site.missing.join(', ')} are gone. The newest state that the vault has is chosen below; an earlier one can be chosen too.
        </Notice>
      )}
      <Section title="Where to" hint={`Choose an instant of ${site.name}. All its volumes go there together; nothing is erased, the present state stays in the history.`}>
        <Strip site={site.id} target={target} onChoose={setChosen} />
        <Compare site={site.id} />
      </Section>
      {!gone && site.state === 'read-only' && (
        <Notice tone="warning">
          This site can only be read{site.state_reason ? `: ${site.state_reason}` : ''}. What you see is the newest state in the vault, and nothing after it is known. When that is enough, Resume on its page opens it again; a restore goes further back.
        </Notice>
      )}
      {target && <Meaning site={site} target={target} onStarted={() => setChosen(null)} />}
      <Section title="Restores of this site">
        <RestoresTable id={site.id} name={site.name} />
      </Section>
    </>
  );
}

const bars = 96;

function Strip({ site, target, onChoose }: { site: string; target: RestoreTarget | null; onChoose: (target: RestoreTarget | null) => void }): ReactElement {
  const history = useQuery(ask.history(site));
  const now = useNow();
  const spans = useMemo(() => (history.data ? buckets(history.data, bars, now) : []), [history.data, now]);
  if (history.isPending) return <SkeletonRows rows={2} />;
  if (history.isError) return <ErrorState compact what="read the history" error={history.error} />;
  const first = spans[0];
  const end = spans.at(-1);
  if (!first || !end) return <Notice tone="warning">The vault has nothing of this site.</Notice>;
  const most = Math.max(1, ...spans.map((span) => span.commits));
  const at = target?.at ? Date.parse(target.at) : null;
  const choose = (instant: number) => onChoose({ at: new Date(instant).toISOString() });
  return (
    <div className={css['strip']}>
      <div className={css['stripBars']} aria-hidden="true">
        {spans.map((span, i) => (
          <span key={i} data-empty={span.commits === 0} data-lost={at !== null && span.from > at} onClick={() => choose(span.to)} title={`${new Date(span.from).toLocaleString()}: ${many(Math.round(span.commits), 'commit')}`}>
            <span style={{ height: `${span.commits === 0 ? 3 : 12 + 88 * Math.sqrt(span.commits / most)}%` }} />
          </span>
        ))}
      </div>
      <input
        type="range"
        className={css['stripRange']}
        min={first.from}
        max={end.to}
        step={Math.max(1, Math.round((end.to - first.from) / 2000))}
        value={at ?? end.to}
        aria-label="Point in time"
        aria-valuetext={at === null ? 'The newest state' : new Date(at).toLocaleString()}
        onChange={(event) => choose(Number(event.currentTarget.value))}
      />
      <div className={css['stripFoot']}>
        <label className={css['instant']}>
          To exactly
          <input type="datetime-local" step={1} value={at === null ? '' : localText(at)} onChange={(event) => event.currentTarget.value !== '' && choose(Date.parse(event.currentTarget.value))} />
        </label>
        <Button size="s" onClick={() => onChoose({ newest: true })}>
          The newest state in the vault
        </Button>
        <span className={css['spring']} />
        <span className={css['quiet']}>
          {new Date(first.from).toLocaleDateString()} to now, {many(history.data.volumes.reduce((sum, v) => sum + v.commits, 0), 'commit')}
        </span>
      </div>
    </div>
  );
}

function Meaning({ site, target, onStarted }: { site: SiteFull; target: RestoreTarget; onStarted: () => void }): ReactElement {
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const preview = useQuery({
    queryKey: ['console', 'site', site.id, 'preview', target],
    queryFn: () => platform.post<Preview>(`/sites/${site.id}/preview`, target),
    staleTime: 0,
    gcTime: 0,
  });
  const where = target.newest ? 'the newest state in the vault' : new Date(target.at ?? '').toLocaleString(undefined, { dateStyle: 'long', timeStyle: 'medium' });
  const busy = site.restoring !== undefined;
  return (
    <Section
      title={`What it means: to ${where}`}
      hint="Measured before anything is begun."
      actions={
        <Button variant="primary" disabled={!preview.data || busy} onClick={() => setAsking(true)}>
          Restore {site.name}…
        </Button>
      }
    >
      {preview.isPending ? <SkeletonRows rows={4} /> : preview.isError ? <ErrorState compact what="measure this restore" error={preview.error} onRetry={() => void preview.refetch()} /> : <Consequences preview={preview.data} />}
      {asking && preview.data && (
        <AskReason
          title={`Restore ${site.name} of ${site.customer} to ${where}?`}
          wayBack="nothing is erased. The present state stays in the history, and this restore can be undone from the list of restores."
          act={`Restore ${site.name}`}
          danger={preview.data.removed + preview.data.changed > 0}
          example="A script has removed its projects at 7:38."
          onClose={() => setAsking(false)}
          run={(reason) => platform.post(`/sites/${site.id}/restores`, { ...target, reason })}
          done={() => {
            onStarted();
            void queries.invalidateQueries({ queryKey: ['console'] });
          }}
        >
          <Consequences preview={preview.data} short />
          <p>People can read on while the state is built and proven; nobody can write until it has switched.</p>
        </AskReason>
      )}
    </Section>
  );
}
