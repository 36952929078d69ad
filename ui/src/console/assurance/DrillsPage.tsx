import { useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { Breadcrumb, EmptyState, ErrorState, RelativeTime, SkeletonRows } from '../../kit';
import { Page, Section } from '../../shell';
import css from '../Console.module.css';
import { actorText } from '../words';
import { about } from './ask';
import { Chart, type Point } from './Chart';
import chart from './Chart.module.css';
import { shortNumber } from './chart';
import type { DrillRun } from './wire';

/** What a drill measured under a name, when it is a number. */
function measured(run: DrillRun, name: string): number | null {
  const value = run.result[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

const charts = [
  { name: 'restore_seconds', title: 'Restore', unit: 'seconds' },
  { name: 'ratio', title: 'Restore against copying the same bytes', unit: 'times' },
  { name: 'rows', title: 'Rows proven', unit: 'rows' },
] as const;

/** What was practised, and how it went each time. */
export function DrillsPage(): ReactElement {
  const list = useQuery(about.drills);
  const [scenario, setScenario] = useState('');
  const all = list.data?.drills ?? [];
  const scenarios = [...new Set(all.map((run) => run.scenario))].sort();
  const shown = scenario === '' ? all : all.filter((run) => run.scenario === scenario);
  const charted = scenario === '' ? all.filter((run) => run.scenario === (all[0]?.scenario ?? '')) : shown;
  return (
    <Page title="Drills" shape="wide" head={<Breadcrumb>{['Drills']}</Breadcrumb>}>
      {list.isPending ? (
        <SkeletonRows />
      ) : list.isError ? (
        <ErrorState what="list the drills" error={list.error} onRetry={() => void list.refetch()} />
      ) : all.length === 0 ? (
        <EmptyState icon="bolt" title="No drill was recorded yet">
          A drill makes a fleet of its own, does to it what must never happen, and measures how it comes back. <code>holdfast drill list</code> shows what can be practised; <code>holdfast drill --scenario wipe --report FILE.json</code> holds one, and <code>holdfast drill record FILE.json</code> enters it here.
        </EmptyState>
      ) : (
        <>
          <div className={css['bar']}>
            <select aria-label="Scenario" className={css['select']} value={scenario} onChange={(event) => setScenario(event.currentTarget.value)}>
              <option value="">Every scenario</option>
              {scenarios.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
            <span className={css['quiet']}>{charted[0] ? `The charts show ${charted[0].scenario}.` : ''}</span>
          </div>
          <div className={chart['grid2']}>
            {charts.map(({ name, title, unit }) => {
              const points: Point[] = charted
                .filter((run) => measured(run, name) !== null)
                .map((run) => ({ at: run.at, value: measured(run, name) ?? 0, label: `${run.sites.toLocaleString()} sites on ${run.engine || 'its engine'}`, bad: !run.proven }))
                .reverse();
              return points.length > 0 ? <Chart key={name} title={title} unit={unit} points={points} /> : null;
            })}
          </div>
          <Section title="Held" hint="Open one for everything that it measured.">
            <ul className={css['rows']}>
              {shown.map((run) => (
                <li key={run.id}>
                  <span className={css['state']} data-tone={run.proven ? 'green' : 'red'}>
                    {run.proven ? 'proven' : 'not proven'}
                  </span>
                  <b>{run.scenario}</b>
                  <span className={css['quiet']}>
                    {run.sites.toLocaleString()} sites{run.engine ? ` on ${run.engine}` : ''} · {actorText(run.by)}, <RelativeTime at={run.at} />
                  </span>
                  <span className={css['spring']} />
                  {measured(run, 'restore_seconds') !== null && <span className={css['number']}>{shortNumber(measured(run, 'restore_seconds') ?? 0)} s</span>}
                  <Measured run={run} />
                </li>
              ))}
            </ul>
          </Section>
        </>
      )}
    </Page>
  );
}

/** Everything that a drill printed, in the order in which it did. */
function Measured({ run }: { run: DrillRun }): ReactElement {
  const text = (value: unknown): string => (typeof value === 'number' ? value.toLocaleString() : typeof value === 'string' ? value : JSON.stringify(value));
  return (
    <details className={css['whole']}>
      <summary>Everything measured</summary>
      <dl className={css['facts']}>
        {Object.entries(run.result).map(([name, value]) => (
          <div key={name}>
            <dt>{name.replaceAll('_', ' ')}</dt>
            <dd>{text(value)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
