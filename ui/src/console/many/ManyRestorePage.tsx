import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { Breadcrumb, Button, ErrorState, Notice, RelativeTime, SkeletonRows } from '../../kit';
import { Page, Section } from '../../shell';
import { about } from '../assurance/ask';
import type { Many } from '../assurance/wire';
import css from '../Console.module.css';
import { AskReason, Bar, Facts, Go, State, StepBar } from '../parts';
import { platform } from '../platform';
import { actorText, bytesText, many, spanText } from '../words';

/** A restore of many sites while it runs and after: in total, site by site, and the way back. */
export function ManyRestorePage({ id }: { id: string }): ReactElement {
  const one = useQuery(about.many(id));
  const [dialog, setDialog] = useState<'pause' | 'continue' | 'undo' | null>(null);
  const data = one.data;
  const undoable = data?.sites.filter((site) => site.undoable).length ?? 0;
  return (
    <Page
      title="Restore of many sites"
      shape="wide"
      head={
        <Breadcrumb>
          {[
            <Go key="many" to="restores">
              Restore many
            </Go>,
            data ? many(data.total, 'site') : 'Restore',
          ]}
        </Breadcrumb>
      }
      actions={
        data && (
          <>
            {data.state === 'running' && data.running && (
              <Button icon="pause" onClick={() => setDialog('pause')}>
                Pause…
              </Button>
            )}
            {!data.running && data.state !== 'done' && (
              <Button icon="play" variant="primary" onClick={() => setDialog('continue')}>
                Go on…
              </Button>
            )}
            {!data.running && undoable > 0 && (
              <Button icon="undo" onClick={() => setDialog('undo')}>
                Take back…
              </Button>
            )}
          </>
        )
      }
    >
      {one.isPending ? <SkeletonRows /> : one.isError ? <ErrorState what="read this restore" error={one.error} onRetry={() => void one.refetch()} /> : <About data={one.data} />}
      {data && dialog && <Act data={data} act={dialog} undoable={undoable} onClose={() => setDialog(null)} />}
    </Page>
  );
}

function About({ data }: { data: Many }): ReactElement {
  const [filter, setFilter] = useState('');
  const states = [...new Set(data.sites.map((site) => site.state))].sort();
  const shown = filter === '' ? data.sites : data.sites.filter((site) => site.state === filter);
  return (
    <>
      {data.state === 'interrupted' && <Notice tone="warning">The process that worked at it stopped. A server goes on with it by itself when it starts; Go on does so now.</Notice>}
      {data.state === 'paused' && <Notice tone="info">Paused. The sites that had begun are back; the others are as they were.</Notice>}
      {data.failed > 0 && !data.running && <Notice tone="error">{many(data.failed, 'site')} could not be restored and {data.failed === 1 ? 'is' : 'are'} as before. The reasons are below; Go on tries them again.</Notice>}
      <Facts
        facts={[
          ['State', <State key="s" state={data.state} />],
          ['To', data.asked.replace(/^to /, '')],
          ['Why', data.reason],
          ['By', actorText(data.by)],
          ['Begun', <RelativeTime key="b" at={data.started} />],
          ['Took', data.finished ? spanText(data.started, data.finished) : 'still going'],
        ]}
      />
      <div role="status" className={css['lead']}>
        <Bar done={data.done + data.failed} total={data.total} text={`${data.done.toLocaleString()} of ${many(data.total, 'site')} back${data.failed > 0 ? `, ${data.failed.toLocaleString()} failed` : ''}${data.rows > 0 ? ` · ${many(data.rows, 'row')} proven, ${bytesText(data.bytes)}` : ''}`} />
      </div>
      <Section
        title="Site by site"
        actions={
          <select aria-label="State of a site" className={css['select']} value={filter} onChange={(event) => setFilter(event.currentTarget.value)}>
            <option value="">All {data.sites.length}</option>
            {states.map((state) => (
              <option key={state} value={state}>
                {state} ({data.sites.filter((site) => site.state === state).length})
              </option>
            ))}
          </select>
        }
      >
        <ul className={css['rows']}>
          {shown.slice(0, 1000).map((site) => (
            <li key={site.id}>
              <State state={site.state} />
              <Go to={`sites/${site.id}`} className={css['name']}>
                {site.name}
              </Go>
              <span className={css['quiet']}>{site.customer}</span>
              <span className={css['spring']} />
              {site.error ? <span className={css['wrong']}>{site.error}</span> : site.step ? <StepBar step={site.step} /> : null}
            </li>
          ))}
        </ul>
        {shown.length > 1000 && <p className={css['quiet']}>The first 1,000 of {shown.length.toLocaleString()} are shown. Choose a state to see fewer.</p>}
      </Section>
    </>
  );
}

function Act({ data, act, undoable, onClose }: { data: Many; act: 'pause' | 'continue' | 'undo'; undoable: number; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const left = data.total - data.done;
  const words = {
    pause: { title: 'Pause this restore?', wayBack: 'Go on continues with the sites that are not back yet.', act: 'Pause', example: 'The disk is nearly full.' },
    continue: { title: `Go on with ${many(left, 'site')}?`, wayBack: 'it can be paused, and taken back when it is done.', act: `Restore ${many(left, 'site')}`, example: 'The disk has room again.' },
    undo: { title: `Take it back for ${many(undoable, 'site')}?`, wayBack: 'taking back is a restore of each site, and can be undone on its page.', act: `Take back ${many(undoable, 'site')}`, example: 'The instant was the wrong one.' },
  }[act];
  return (
    <AskReason
      title={words.title}
      wayBack={words.wayBack}
      act={words.act}
      danger={act === 'undo'}
      example={words.example}
      onClose={onClose}
      run={(reason) => platform.post(`/restores/${data.id}/${act}`, { reason })}
      done={() => void queries.invalidateQueries({ queryKey: ['console'] })}
    >
      {act === 'pause' && <p>The sites that have begun are finished; no others are begun.</p>}
      {act === 'undo' && <p>Each site that this restore changed gets back what it had before. What people wrote since then stays in its history and no longer shows.</p>}
    </AskReason>
  );
}
