import { useState, type ReactElement } from 'react';
import { lengthWords, statusWords } from '../say';
import type { Component, Day } from '../wire';
import css from './Components.module.css';
import { troubled } from './model';

const width = 5;
const step = 7;

function dayText(day: Day): string {
  const date = new Date(`${day.date}T12:00:00Z`).toLocaleDateString(undefined, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
  if (day.observed === 0) return `${date}: not observed`;
  const parts = [
    day.major > 0 && `major outage ${lengthWords(day.major)}`,
    day.partial > 0 && `partial outage ${lengthWords(day.partial)}`,
    day.degraded > 0 && `degraded ${lengthWords(day.degraded)}`,
    day.maintenance > 0 && `maintenance ${lengthWords(day.maintenance)}`,
  ].filter((each): each is string => typeof each === 'string');
  return `${date}: ${parts.length === 0 ? 'no trouble' : parts.join(', ')}`;
}

/** Ninety days as bars, with the same in words for those who do not look. */
export function UptimeBars({ component }: { component: Component }): ReactElement | null {
  const [at, setAt] = useState<number | null>(null);
  const uptime = component.uptime;
  if (!uptime) return null;
  const { days, percent } = uptime;
  const bad = troubled(days);
  const shown = at === null ? undefined : days[at];
  const summary = `${percent === '' ? 'Not observed yet' : `${percent} % uptime`} over ${days.length} days, ${bad.length === 0 ? 'no day with trouble' : `${bad.length} with trouble`}`;
  return (
    <div className={css['bars']}>
      <svg
        viewBox={`0 0 ${days.length * step - (step - width)} 24`}
        preserveAspectRatio="none"
        role="img"
        aria-label={summary}
        onMouseMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          setAt(Math.min(days.length - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * days.length))));
        }}
        onMouseLeave={() => setAt(null)}
      >
        {days.map((day, i) => (
          <rect key={day.date} x={i * step} y={at === i ? 0 : 2} width={width} height={at === i ? 24 : 20} rx="1.500" data-worst={day.observed === 0 ? 'none' : day.worst} />
        ))}
      </svg>
      {shown && at !== null && (
        <span className={css['dayTip']} style={{ left: `${((at + 0.5) / days.length) * 100}%` }} aria-hidden="true">
          {dayText(shown)}
        </span>
      )}
    </div>
  );
}

/** The table behind the bars: the days that were not good. */
export function TroubleTable({ days }: { days: readonly Day[] }): ReactElement {
  const bad = troubled(days);
  if (bad.length === 0) return <p className={css['quiet']}>No day of the last {days.length} had trouble.</p>;
  const cell = (seconds: number) => (seconds > 0 ? lengthWords(seconds) : '–');
  return (
    <div className={css['tableBox']} tabIndex={0} role="region" aria-label="Days with trouble">
      <table className={css['trouble']}>
        <thead>
          <tr>
            <th>Day</th>
            <th>Worst</th>
            <th>Major</th>
            <th>Partial</th>
            <th>Degraded</th>
            <th>Maintenance</th>
          </tr>
        </thead>
        <tbody>
          {bad.map((day) => (
            <tr key={day.date}>
              <td>{day.date}</td>
              <td>{statusWords[day.worst]}</td>
              <td>{cell(day.major)}</td>
              <td>{cell(day.partial)}</td>
              <td>{cell(day.degraded)}</td>
              <td>{cell(day.maintenance)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
