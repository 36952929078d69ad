import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { Breadcrumb, Button, ErrorState, Notice, RelativeTime, SkeletonRows, toast, VirtualList } from '../../kit';
import { errorMessage } from '../../api';
import { Page, Section } from '../../shell';
import css from '../Console.module.css';
import { AskReason, Bar, Facts, Go, State } from '../parts';
import { ask, platform, useRunProgress } from '../platform';
import { actorText, changeText, many, sentence } from '../words';
import type { Plan, PlanTarget } from '../wire';
import { PlanDialog, type Act } from './PlanDialog';
import { Radius } from './Radius';

/** A plan for its reviewer: what happens, to whom, by name; then how it goes. */
export function PlanPage({ id }: { id: string }): ReactElement {
  const plan = useQuery(ask.plan(id));
  const [act, setAct] = useState<Act | null>(null);
  useRunProgress(id, plan.data?.run?.running ?? false);
  const name = plan.data?.name ?? 'Plan';
  return (
    <Page
      title={name}
      shape="wide"
      head={
        <Breadcrumb>
          {[
            <Go key="plans" to="plans">
              Plans
            </Go>,
            name,
          ]}
        </Breadcrumb>
      }
      actions={plan.data && <Acts plan={plan.data} onAct={setAct} />}
    >
      {plan.isPending ? <SkeletonRows /> : plan.isError ? <ErrorState what="open this plan" error={plan.error} onRetry={() => void plan.refetch()} /> : <Review plan={plan.data} />}
      {plan.data && act && <PlanDialog plan={plan.data} act={act} onClose={() => setAct(null)} />}
    </Page>
  );
}

/** What can be done with a plan as it stands; the engine has the last word. */
function Acts({ plan, onAct }: { plan: Plan; onAct: (act: Act) => void }): ReactElement | null {
  const me = useQuery(ask.me);
  const queries = useQueryClient();
  const [aborting, setAborting] = useState(false);
  const pause = useMutation({ mutationFn: () => platform.post(`/plans/${plan.id}/pause`), onSuccess: () => toast({ title: 'It stops before its next target' }) });
  const mine = me.data !== undefined && plan.author === `operator:${me.data.name}`;
  const running = plan.run?.running ?? false;
  if (plan.state === 'planned')
    return mine ? (
      <>
        <span className={css['quiet']}>Another operator approves it</span>
        <Button variant="subtle" onClick={() => onAct('breakglass')}>
          Breakglass…
        </Button>
      </>
    ) : (
      <Button variant="primary" icon="check" onClick={() => onAct('approve')}>
        Approve…
      </Button>
    );
  if (plan.state === 'approved')
    return (
      <Button variant="primary" icon="play" onClick={() => onAct('apply')}>
        Apply…
      </Button>
    );
  if (plan.state === 'applying' && running)
    return (
      <>
        <Button icon="pause" busy={pause.isPending} onClick={() => pause.mutate()}>
          Pause
        </Button>
        <Button variant="danger" onClick={() => setAborting(true)}>
          Abort and take back…
        </Button>
        {aborting && (
          <AskReason
            title={`Abort “${plan.name}”?`}
            wayBack="Aborting is the way back: everything that the run has applied so far is taken back by it."
            act="Abort and take back"
            danger
            example="The second wave shows errors that the first did not."
            onClose={() => setAborting(false)}
            run={(reason) => platform.post(`/plans/${plan.id}/abort`, { reason })}
            done={() => void queries.invalidateQueries({ queryKey: ['console', 'plan', plan.id] })}
          />
        )}
      </>
    );
  if (running) return null;
  return (
    <>
      {plan.state === 'paused' && (
        <Button icon="play" onClick={() => onAct('apply')}>
          Go on…
        </Button>
      )}
      {(['done', 'paused', 'applying'].includes(plan.state) || (plan.states['stuck'] ?? 0) > 0) && (
        <Button icon="undo" onClick={() => onAct('undo')}>
          Take back…
        </Button>
      )}
    </>
  );
}

function Review({ plan }: { plan: Plan }): ReactElement {
  const r = plan.blast_radius;
  const finished = (plan.states['applied'] ?? 0) + (plan.states['touched'] ?? 0);
  return (
    <>
      <div className={css['verdict']}>
        <State state={plan.state} />
        <p>
          <b>{sentence(plan.does)}</b> It reaches {many(r.targets, 'target')} of {many(r.customers, 'customer')}. {many(r.active_users, 'person is', 'people are')} active there;{' '}
          {many(r.objects, 'object hangs', 'objects hang')} on them. 
          {plan.site_answers ? 'Every site must answer afterwards, or the wave is taken back.' : 'The sites answer nobody afterwards.'}
        </p>
      </div>
      {plan.note && <Notice tone={plan.state === 'halted' || plan.state === 'aborted' ? 'error' : 'info'}>{plan.note}</Notice>}
      {plan.breakglass && <Notice tone="warning">The glass of this plan was broken: caps and the second approval are lifted, and the owners were told.</Notice>}
      {plan.run?.running && <Bar done={plan.run.done} total={plan.run.total} text={`${plan.run.verb}: ${plan.run.done.toLocaleString()} of ${plan.run.total.toLocaleString()} · ${plan.run.text}`} />}
      {plan.run?.error && !plan.run.running && plan.run.error !== plan.note && <Notice tone="error">{plan.run.error}</Notice>}
      <Facts
        facts={[
          ['Why', plan.reason],
          ...(plan.promise.inverse === ''
            ? []
            : ([
                ['Asks of a target', plan.promise.requires],
                ['Checked by', plan.promise.checked],
                ['Taken back by', plan.promise.inverse],
              ] as [string, string][])),
          ['Written by', <span key="a">{actorText(plan.author)}, <RelativeTime at={plan.created} /></span>],
          ['Approved', plan.approvals.length === 0 ? 'not yet' : plan.approvals.map((a) => <span key={a.approver}>by {actorText(a.approver)}{a.used ? ', used' : <> until {new Date(a.expires).toLocaleString()}</>}</span>)],
          ['Applied', `${finished.toLocaleString()} of ${r.targets.toLocaleString()}`],
          ['Hash', <code key="h">{plan.hash}</code>],
        ]}
      />
      <Section title="Waves" hint="Drawn from this list itself; each is checked before the next begins.">
        <ol className={css['waves']}>
          {plan.waves.map((wave) => (
            <Wave key={wave.wave} wave={wave} />
          ))}
        </ol>
      </Section>
      <Section title="Whom it reaches" hint="Each tile is a customer, as large as its active people.">
        <Radius customers={plan.customers} total={r.customers} />
      </Section>
      <Section title="What changes" hint="As it was read when the plan was made. A target that is no longer so is refused.">
        <Targets plan={plan} />
      </Section>
      <Section title="History">
        <ul className={css['rows']}>
          {plan.events.map((event, i) => (
            <li key={i}>
              <span className={css['wrap']}>{event.text}</span>
              <span className={css['spring']} />
              <span className={css['quiet']}>
                {actorText(event.actor)} · <RelativeTime at={event.at} />
              </span>
            </li>
          ))}
        </ul>
        <details className={css['behind']}>
          <summary>As it was written</summary>
          <pre className={css['code']} tabIndex={0}>{plan.source}</pre>
        </details>
      </Section>
    </>
  );
}

function Wave({ wave }: { wave: Plan['waves'][number] }): ReactElement {
  const order = ['applied', 'touched', 'reverted', 'stuck', 'waiting'];
  const words = order.filter((state) => wave.states[state]).map((state) => `${wave.states[state]?.toLocaleString()} ${state}`);
  return (
    <li>
      <b>Wave {wave.wave}</b>
      <span className={css['waveBar']} aria-hidden="true">
        {order.map((state) => {
          const count = wave.states[state] ?? 0;
          return count > 0 && <span key={state} data-state={state} style={{ flexGrow: count }} />;
        })}
      </span>
      <span className={css['quiet']}>{words.join(', ')}</span>
    </li>
  );
}

function Targets({ plan }: { plan: Plan }): ReactElement {
  const list = useInfiniteQuery({ ...ask.targets(plan.id, ''), refetchInterval: plan.run?.running ? 1_500 : false });
  if (list.isPending) return <SkeletonRows />;
  if (list.isError) return <Notice tone="error">{errorMessage(list.error)}</Notice>;
  const targets = list.data.pages.flatMap((page) => page.targets);
  return (
    <div className={css['targets']} style={{ height: Math.min(480, 34 + targets.length * 44) }}>
      <VirtualList
        label="Targets, before and after"
        count={targets.length}
        keyOf={(i) => targets[i]?.id ?? String(i)}
        rowHeight={44}
        minWidth={820}
        onEnd={() => list.hasNextPage && !list.isFetchingNextPage && void list.fetchNextPage()}
        head={
          <div role="row" className={css['targetRow']}>
            {['Wave', 'Target', 'Customer', 'People', 'Before → after', 'Stands'].map((name) => (
              <span key={name} role="columnheader">
                {name}
              </span>
            ))}
          </div>
        }
        renderRow={(i) => {
          const target = targets[i];
          return target ? <TargetRow target={target} /> : <div role="row" />;
        }}
      />
    </div>
  );
}

function TargetRow({ target }: { target: PlanTarget }): ReactElement {
  const counts = Object.entries(target.before.counts ?? {})
    .map(([name, count]) => `${count.toLocaleString()} ${name}`)
    .join(', ');
  return (
    <div role="row" className={css['targetRow']}>
      <span role="gridcell">{target.wave}</span>
      <span role="gridcell" className={css['cut']} title={`${target.name} (${target.id})`}>
        <Go to={`sites/${target.site}`} className={css['name']}>
          {target.name}
        </Go>
      </span>
      <span role="gridcell" className={css['cut']} title={target.customer}>
        {target.customer}
      </span>
      <span role="gridcell" className={css['number']}>
        {target.active_users.toLocaleString()}
      </span>
      <span role="gridcell" className={css['cut']} title={counts}>
        {changeText(target.before.state, target.after.state).map((change) => (
          <span key={change.name}>
            {change.name} <del>{change.from}</del> → <ins>{change.to}</ins>{' '}
          </span>
        ))}
        <span className={css['quiet']}>{counts}</span>
      </span>
      <span role="gridcell" title={target.note}>
        <State state={target.progress} />
      </span>
    </div>
  );
}
