import { useEffect, useRef, type ReactElement } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useTheme } from '../../kit';
import type { Period } from '../queries';
import type { Metric, Series } from '../wire';
import { columnsOf, valueText } from './model';
import css from './Metrics.module.css';

const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const height = 220;
const lengths: Readonly<Record<Period, number>> = { day: 86_400, week: 7 * 86_400, month: 30 * 86_400 };

/** A metric over time: axes with their unit, the value under the pointer. The numbers stand in the table behind it. */
export function Chart({ metric, series, period, label }: { metric: Metric; series: Series; period: Period; label: string }): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const { resolved } = useTheme();
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    // The whole period, also where nothing arrived.
    const end = Date.now() / 1000;
    const grid = { stroke: token('--hf-border'), width: 1 };
    const axis = { stroke: token('--hf-text-3'), grid, ticks: { ...grid, size: 4 }, font: `11px ${token('--hf-font')}` };
    const accent = token('--hf-accent');
    const plot = new uPlot(
      {
        width: Math.max(200, element.clientWidth),
        height,
        padding: [10, 8, 0, 0],
        legend: { show: false },
        cursor: { y: false, points: { size: 7, fill: accent, stroke: accent } },
        scales: { x: { range: () => [end - lengths[period], end] }, y: { range: (_plot, low, high) => limits(metric, low, high) } },
        axes: [
          { ...axis, space: 80, values: (_plot, marks, _axis, _space, step) => marks.map((mark) => instantText(mark, step)) },
          { ...axis, size: 58, space: 36, values: (_plot, marks) => marks.map((mark) => mark.toLocaleString()), label: metric.suffix ?? '', labelSize: metric.suffix ? 18 : 0, labelFont: `11px ${token('--hf-font')}` },
        ],
        series: [{}, { stroke: accent, width: 1.75, fill: `color-mix(in srgb, ${accent} 12%, transparent)`, points: { show: series.points.length < 40, size: 5 } }],
        plugins: [pointer(metric)],
      },
      columnsOf(series),
      element,
    );
    const watch = new ResizeObserver(() => plot.setSize({ width: Math.max(200, element.clientWidth), height }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [metric, series, period, resolved]);
  return <div ref={box} className={css['chart']} role="img" aria-label={label} />;
}

/** A mark of the time axis: the day where days are apart or one begins, else the time. */
function instantText(seconds: number, step: number): string {
  const at = new Date(seconds * 1000);
  const midnight = at.getHours() === 0 && at.getMinutes() === 0;
  return step >= 86_400 || midnight ? at.toLocaleDateString(undefined, { day: 'numeric', month: 'short' }) : at.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
}

/** The axis as the metric wants it, else from nought or the lowest value with some air. */
function limits(metric: Metric, low: number | null, high: number | null): [number, number] {
  const min = metric.y_axis_min ?? Math.min(0, low ?? 0);
  const top = metric.y_axis_max ?? (high ?? 1) * 1.1;
  return [min, top > min ? top : min + 1];
}

/** Says the value and the instant under the pointer. */
function pointer(metric: Metric): uPlot.Plugin {
  const tip = document.createElement('div');
  tip.className = css['tip'] ?? '';
  tip.hidden = true;
  return {
    hooks: {
      init: (plot) => plot.over.append(tip),
      setCursor: (plot) => {
        const at = plot.cursor.idx;
        const value = at === null || at === undefined ? undefined : plot.data[1]?.[at];
        const when = at === null || at === undefined ? undefined : plot.data[0][at];
        tip.hidden = value === null || value === undefined || when === undefined;
        if (tip.hidden || value === null || value === undefined || when === undefined) return;
        tip.textContent = `${valueText(value, metric)} · ${new Date(when * 1000).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })}`;
        const left = plot.valToPos(when, 'x');
        tip.style.transform = `translateX(${left > plot.over.clientWidth / 2 ? 'calc(-100% - 10px)' : '10px'})`;
        tip.style.left = `${left}px`;
      },
    },
  };
}
