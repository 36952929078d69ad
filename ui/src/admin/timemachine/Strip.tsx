import { useMemo, useState, type ReactElement } from 'react';
import type { Commit } from '../../api';
import { exactText, relativeText, useNow } from '../../kit';
import css from './TimeMachine.module.css';
import { buckets, nearest } from './model';

const bars = 96;

interface StripProps {
  /** Newest first. */
  commits: readonly Commit[];
  selected: Commit | undefined;
  onSelect: (commit: Commit) => void;
}

/** How much changed when, with a handle that walks from commit to commit. */
export function Strip({ commits, selected, onSelect }: StripProps): ReactElement | null {
  const now = useNow();
  const [hover, setHover] = useState<number | null>(null);
  const spans = useMemo(() => buckets(commits, bars, now), [commits, now]);
  const most = Math.max(1, ...spans.map((span) => span.changes));
  const first = spans[0];
  const end = spans.at(-1);
  if (!first || !end) return null;

  const index = selected ? commits.indexOf(selected) : -1;
  const chosen = selected;
  const position = (at: number) => ((at - first.from) / (end.to - first.from)) * 100;
  const shown = hover === null ? null : spans[hover];

  return (
    <div className={css['strip']}>
      <div className={css['bars']} onMouseLeave={() => setHover(null)} aria-hidden="true">
        {spans.map((span, i) => (
          <span
            key={i}
            className={css['bar']}
            data-empty={span.changes === 0}
            data-undone={chosen !== undefined && span.from >= Date.parse(chosen.at)}
            onMouseEnter={() => setHover(i)}
            onClick={() => span.last && onSelect(span.last)}
          >
            <span style={{ height: `${span.changes === 0 ? 4 : 12 + 88 * Math.sqrt(span.changes / most)}%` }} />
          </span>
        ))}
        {chosen && <span className={css['handle']} style={{ insetInlineStart: `${position(Date.parse(chosen.at))}%` }} />}
      </div>
      <input
        type="range"
        className={css['range']}
        min={first.from}
        max={end.to}
        step="any"
        value={chosen ? Date.parse(chosen.at) : end.to}
        aria-label="Point in time"
        aria-valuetext={chosen ? `${exactText(Date.parse(chosen.at))}, commit ${chosen.seq}` : 'Now'}
        onChange={(event) => {
          const commit = nearest(commits, Number(event.currentTarget.value));
          if (commit) onSelect(commit);
        }}
        onKeyDown={(event) => {
          const by = event.key === 'ArrowLeft' || event.key === 'ArrowDown' ? 1 : event.key === 'ArrowRight' || event.key === 'ArrowUp' ? -1 : 0;
          const commit = commits[index + by];
          if (by === 0 || !commit) return;
          event.preventDefault();
          onSelect(commit);
        }}
      />
      <div className={css['scale']}>
        <span>{relativeText(first.from, now)}</span>
        <span className={css['reading']}>
          {shown
            ? `${new Date(shown.from).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })} · ${shown.changes.toLocaleString()} ${shown.changes === 1 ? 'change' : 'changes'}`
            : chosen
              ? `Selected: ${new Date(chosen.at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' })}`
              : 'Changes over time. Choose a moment to see what going back would do.'}
        </span>
        <span>now</span>
      </div>
    </div>
  );
}
