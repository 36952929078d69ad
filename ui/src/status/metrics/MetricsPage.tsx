import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Button, EmptyState, ErrorState, IconButton, Menu, RelativeTime, Skeleton, SkeletonRows, toast } from '../../kit';
import { useCommands } from '../../shell';
import { ConfirmDialog } from '../parts/ConfirmDialog';
import { StatusFrame } from '../parts/Frame';
import { Segments } from '../parts/Segments';
import { manage, metricsQuery, seriesQuery, type Period } from '../queries';
import { refused } from '../say';
import { keys } from '../stale';
import type { Metric, Series, StatusPage } from '../wire';
import { MetricDialog } from './MetricDialog';
import css from './Metrics.module.css';
import { valueText } from './model';
import { PointDialog } from './PointDialog';

const Chart = lazy(() => import('./Chart').then((m) => ({ default: m.Chart })));

const periodWords: Readonly<Record<Period, string>> = { day: 'Day', week: 'Week', month: 'Month' };

/** Numbers that the page shows: pushed by programs, drawn as lines. */
export function MetricsPage(): ReactElement {
  const [adding, setAdding] = useState(false);
  useCommands([{ id: 'status-metric', label: 'Add a metric', icon: 'chart', group: 'Status page', run: () => setAdding(true) }]);
  return (
    <StatusFrame
      title="Metrics"
      crumbs={['Metrics']}
      actions={() => (
        <Button variant="primary" icon="plus" onClick={() => setAdding(true)}>
          Add metric
        </Button>
      )}
    >
      {(page) => (
        <>
          <Body page={page} onAdd={() => setAdding(true)} />
          {adding && <MetricDialog page={page} metric={null} onClose={() => setAdding(false)} />}
        </>
      )}
    </StatusFrame>
  );
}

function Body({ page, onAdd }: { page: StatusPage; onAdd: () => void }): ReactElement {
  const metrics = useQuery(metricsQuery(page.id));
  const [period, setPeriod] = useState<Period>('day');
  if (metrics.isPending) return <SkeletonRows rows={3} height={160} />;
  if (metrics.isError) return <ErrorState what="load the metrics" error={metrics.error} onRetry={() => void metrics.refetch()} />;
  if (metrics.data.length === 0) {
    return (
      <EmptyState
        icon="chart"
        title="No metrics yet"
        action={
          <Button icon="plus" onClick={onAdd}>
            Add metric
          </Button>
        }
      >
        Response time, orders a minute, queue length: numbers that your programs send and readers of the page see as a line.
      </EmptyState>
    );
  }
  return (
    <div className={css['scroll']}>
      <div className={css['column']}>
        <Segments quiet label="Period" value={period} onChange={setPeriod} options={(['day', 'week', 'month'] as const).map((value) => ({ value, label: periodWords[value] }))} />
        {metrics.data.map((metric) => (
          <MetricCard key={metric.id} page={page} metric={metric} period={period} />
        ))}
      </div>
    </div>
  );
}

function MetricCard({ page, metric, period }: { page: StatusPage; metric: Metric; period: Period }): ReactElement {
  const queries = useQueryClient();
  const series = useQuery(seriesQuery(page.id, metric.id, period));
  const [dialog, setDialog] = useState<'edit' | 'point' | 'delete' | 'clear' | null>(null);
  const address = `${manage(page.id)}/metrics/${metric.id}`;
  const settled = () => Promise.all([keys.metrics, keys.series].map((queryKey) => queries.invalidateQueries({ queryKey })));
  const show = useMutation({
    meta: { quiet: true },
    mutationFn: (display: boolean) => api.patch(address, { metric: { display } }),
    onSuccess: (_answer, display) => toast({ title: display ? `${metric.name} is on the page` : `${metric.name} is off the page` }),
    onError: (error) => refused('The metric', error),
    onSettled: settled,
  });
  const remove = useMutation({
    meta: { quiet: true },
    mutationFn: (what: 'delete' | 'clear') => api.delete(what === 'clear' ? `${address}/data` : address),
    onSuccess: async (_answer, what) => {
      setDialog(null);
      toast({ title: what === 'clear' ? `The points of ${metric.name} are gone` : `${metric.name} deleted` });
      await settled();
    },
  });
  const data = series.data;
  return (
    <section className={css['card']} aria-label={metric.name}>
      <header className={css['cardHead']}>
        <div className={css['cardName']}>
          <h2>{metric.name}</h2>
          <span className={css['quiet']}>{[metric.tooltip_description, metric.display ? 'on the page' : 'not on the page'].filter(Boolean).join(' · ')}</span>
        </div>
        {data && data.last !== null && (
          <dl className={css['figures']}>
            <div>
              <dt>Last</dt>
              <dd>{valueText(data.last, metric)}</dd>
            </div>
            <div>
              <dt>Mean</dt>
              <dd>{valueText(data.mean ?? 0, metric)}</dd>
            </div>
          </dl>
        )}
        <Menu
          trigger={<IconButton icon="more" size="s" label={`Actions for ${metric.name}`} />}
          items={[
            { label: 'Add points…', icon: 'plus', onSelect: () => setDialog('point') },
            { label: 'Edit…', icon: 'edit', onSelect: () => setDialog('edit') },
            { label: 'Show on the page', checked: metric.display, onSelect: () => show.mutate(!metric.display) },
            'divider',
            { label: 'Delete its points…', icon: 'trash', danger: true, onSelect: () => setDialog('clear') },
            { label: 'Delete the metric…', icon: 'trash', danger: true, onSelect: () => setDialog('delete') },
          ]}
        />
      </header>
      {series.isError ? (
        <ErrorState compact what="load the points" error={series.error} onRetry={() => void series.refetch()} />
      ) : !data ? (
        <Skeleton height={220} />
      ) : data.points.length === 0 ? (
        <div className={css['none']}>
          <p>Nothing arrived in this {period}.{metric.most_recent_data_at && <> The last point is <RelativeTime at={metric.most_recent_data_at} />.</>}</p>
          <Button size="s" icon="plus" onClick={() => setDialog('point')}>
            Add points…
          </Button>
        </div>
      ) : (
        <>
          <Suspense fallback={<Skeleton height={220} />}>
            <Chart metric={metric} series={data} period={period} label={`${metric.name}, last ${period}: ${data.points.length} points, mean ${valueText(data.mean ?? 0, metric)}, last ${valueText(data.last ?? 0, metric)}`} />
          </Suspense>
          <Numbers metric={metric} series={data} />
        </>
      )}
      {dialog === 'edit' && <MetricDialog page={page} metric={metric} onClose={() => setDialog(null)} />}
      {dialog === 'point' && <PointDialog page={page} metric={metric} onClose={() => setDialog(null)} />}
      {(dialog === 'delete' || dialog === 'clear') && (
        <ConfirmDialog
          danger
          title={dialog === 'clear' ? `Delete the points of ${metric.name}?` : `Delete ${metric.name}?`}
          act={dialog === 'clear' ? 'Delete points' : 'Delete metric'}
          what="delete it"
          busy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(dialog)}
          onClose={() => setDialog(null)}
        >
          <p>{dialog === 'clear' ? 'The metric stays, and begins again with the next point.' : 'It leaves the page with all its points. Programs that send to it get an error.'}</p>
        </ConfirmDialog>
      )}
    </section>
  );
}

/** The table behind the chart, newest first. */
function Numbers({ metric, series }: { metric: Metric; series: Series }): ReactElement {
  const [open, setOpen] = useState(false);
  return (
    <details className={css['numbers']} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Numbers</summary>
      {open && (
        <div className={css['tableBox']} tabIndex={0} role="region" aria-label={`Numbers of ${metric.name}`}>
          <table>
            <thead>
              <tr>
                <th>Time</th>
                <th>{metric.name}</th>
              </tr>
            </thead>
            <tbody>
              {series.points.toReversed().map((point) => (
                <tr key={point.timestamp}>
                  <td>{new Date(point.timestamp * 1000).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })}</td>
                  <td>{valueText(point.value, metric)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
