import { useId, type ReactElement } from 'react';
import { exactText } from '../../kit';
import css from './Chart.module.css';
import { shortNumber, ticks } from './chart';

export interface Point {
  at: string;
  value: number;
  label?: string;
  /** A point that went wrong is drawn as such, and said to. */
  bad?: boolean;
}

const width = 640;
const height = 180;
const left = 48;
const right = 12;
const top = 12;
const bottom = 24;

/** Values over time: axes, units, a value at each point, and the table behind it. Drawn by hand, so that it is text to a screen reader and to a printer. */
export function Chart({ title, unit, points }: { title: string; unit: string; points: readonly Point[] }): ReactElement {
  const id = useId();
  const axis = ticks(Math.max(0, ...points.map((p) => p.value)));
  const most = axis.at(-1) ?? 1;
  const x = (i: number) => (points.length === 1 ? (left + width - right) / 2 : left + ((width - left - right) * i) / (points.length - 1));
  const y = (value: number) => top + (height - top - bottom) * (1 - value / most);
  const first = points[0];
  const last = points.at(-1);
  const day = (at: string) => new Date(at).toLocaleDateString(undefined, { day: 'numeric', month: 'short' });
  return (
    <figure className={css['figure']}>
      <figcaption id={id} className={css['title']}>
        {title}
        {unit && <span className={css['unit']}> in {unit}</span>}
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} className={css['chart']} role="img" aria-labelledby={id}>
        {axis.map((value) => (
          <g key={value}>
            <line x1={left} x2={width - right} y1={y(value)} y2={y(value)} className={css['grid']} />
            <text x={left - 8} y={y(value) + 4} textAnchor="end" className={css['tick']}>
              {shortNumber(value)}
            </text>
          </g>
        ))}
        {first && (
          <text x={x(0)} y={height - 6} textAnchor={points.length === 1 ? 'middle' : 'start'} className={css['tick']}>
            {day(first.at)}
          </text>
        )}
        {last && points.length > 1 && (
          <text x={width - right} y={height - 6} textAnchor="end" className={css['tick']}>
            {day(last.at)}
          </text>
        )}
        {points.length > 1 && <polyline points={points.map((p, i) => `${x(i)},${y(p.value)}`).join(' ')} className={css['line']} />}
        {points.map((p, i) => (
          <circle key={`${p.at}-${i}`} cx={x(i)} cy={y(p.value)} r={p.bad ? 5 : 4} className={css['point']} data-bad={p.bad ?? false}>
            <title>{`${exactText(Date.parse(p.at))}: ${p.value.toLocaleString()} ${unit}${p.label ? `, ${p.label}` : ''}${p.bad ? ', not proven' : ''}`}</title>
          </circle>
        ))}
      </svg>
      <details className={css['table']}>
        <summary>As a table</summary>
        <table>
          <thead>
            <tr>
              <th>When</th>
              <th>{unit === '' ? 'Value' : unit}</th>
              <th>What</th>
            </tr>
          </thead>
          <tbody>
            {points.map((p, i) => (
              <tr key={`${p.at}-${i}`}>
                <td>{new Date(p.at).toLocaleString()}</td>
                <td>{p.value.toLocaleString()}</td>
                <td>
                  {p.label}
                  {p.bad ? ' (not proven)' : ''}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
