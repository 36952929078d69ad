import { useMemo, useRef, useState, type CSSProperties, type KeyboardEvent, type PointerEvent, type ReactElement, type ReactNode } from 'react';
import { announce, Icon, initials, useNow } from '../../kit';
import { usePeople } from '../people';
import { momentOf, spanOf } from '../parts/zone';
import type { RangeName } from '../product';
import type { Override, Participant, Rotation, ScheduleView } from '../wire';
import { blockAt, blocks, laneCount, placed, snap, snapOf, ticks, tones, type Block, type Range } from './model';
import css from './Timeline.module.css';

export interface Span {
  from: number;
  to: number;
  who?: string | undefined;
}

interface TimelineProps {
  view: ScheduleView;
  range: Range;
  name: RangeName;
  zone: string;
  onOverride: (span: Span) => void;
  onEditOverride: (override: Override) => void;
  onEditRotation: (rotation: Rotation) => void;
  onDay: (at: number) => void;
}

const laneHeight = 30;
const percent = (share: number) => `${(share * 100).toFixed(4)}%`;
const box = (from: number, to: number, range: Range): CSSProperties => {
  const start = placed(from, range);
  return { insetInlineStart: percent(start), width: percent(placed(to, range) - start) };
};

/** Rotations, overrides and what comes of them, with time from left to right. */
export function Timeline({ view, range, name, zone, onOverride, onEditOverride, onEditRotation, onDay }: TimelineProps): ReactElement {
  const { person } = usePeople();
  const now = useNow();
  const marks = useMemo(() => ticks(range, name, zone), [range, name, zone]);
  const { schedule, timeline, gaps, overrides, mayEdit } = view;
  const colours = useMemo(
    () => tones([...schedule.rotations.flatMap(({ participants }) => participants.map(({ id }) => id ?? '')), ...overrides.map(({ user }) => user.id ?? '')]),
    [schedule.rotations, overrides],
  );
  const final = useMemo(() => blocks(timeline.finalTimeline.rotations), [timeline.finalTimeline.rotations]);
  const base = timeline.baseTimeline?.rotations ?? [];
  const toneOf = (who: Participant) => colours.get(who.id ?? '') ?? 0;
  const nameOf = (who: Participant) => (who.type === 'user' ? person(who.id ?? who.name ?? '').displayName : (who.name ?? 'nobody'));
  const here = range.from <= now && now < range.to;

  const draw = (block: Block) => (
    <span
      key={block.key}
      className={css['block']}
      data-tone={toneOf(block.who)}
      data-kind={block.kind}
      style={{ ...box(block.from, block.to, range), top: 3 + block.lane * laneHeight }}
      title={`${nameOf(block.who)}, ${spanOf(block.from, block.to, zone)}${block.kind === 'override' ? ' (override)' : block.kind === 'forwarding' ? ' (forwarded)' : ''}\n${block.rotations.join(', ')}`}
    >
      {block.kind !== 'default' && <Icon name={block.kind === 'forwarding' ? 'share' : 'refresh'} size={12} />}
      <Label name={nameOf(block.who)} />
    </span>
  );

  return (
    <div className={css['scroll']} tabIndex={0} role="region" aria-label={`Timeline of ${schedule.name}`}>
      <div className={css['timeline']} data-range={name}>
        <div className={css['line']} data-head="true">
          <div className={css['label']} />
          <div className={css['track']}>
            {marks.map((tick) => (
              <span key={tick.at} className={css['tick']} data-major={tick.major} data-odd={tick.odd !== undefined} style={{ insetInlineStart: percent(placed(tick.at, range)) }}>
                {name === 'day' ? (
                  tick.label
                ) : (
                  <button type="button" onClick={() => onDay(tick.at)} title={tick.odd ? `Clocks are changed on this day: it has ${tick.odd}` : `Show ${tick.label} alone`}>
                    {tick.label}
                  </button>
                )}
                {tick.odd && name !== 'month' && <span className={css['odd']}>{tick.odd}</span>}
              </span>
            ))}
            {here && <span className={css['nowMark']} style={{ insetInlineStart: percent(placed(now, range)) }} title={momentOf(now, zone)} />}
          </div>
        </div>

        {schedule.rotations.map((rotation) => {
          const row = base.find(({ id }) => id === rotation.id);
          const own = row ? blocks([row]) : [];
          return (
            <Line
              key={rotation.id}
              lanes={laneCount(own)}
              label={
                mayEdit ? (
                  <button type="button" className={css['edit']} onClick={() => onEditRotation(rotation)} title="Edit this rotation">
                    <span>{rotation.name || 'Rotation'}</span>
                    <Icon name="edit" size={12} />
                  </button>
                ) : (
                  <span>{rotation.name || 'Rotation'}</span>
                )
              }
              marks={marks}
              range={range}
              now={here ? now : null}
            >
              {own.map(draw)}
            </Line>
          );
        })}

        <Line lanes={Math.max(1, laneCount(overrideBlocks(overrides)))} label={<span>Overrides</span>} marks={marks} range={range} now={here ? now : null}>
          {overrideBlocks(overrides).map((block) => {
            const override = overrides.find(({ alias }) => alias === block.key);
            return (
              <button
                key={block.key}
                type="button"
                className={css['block']}
                data-tone={toneOf(block.who)}
                data-kind="override"
                style={{ ...box(block.from, block.to, range), top: 3 + block.lane * laneHeight }}
                title={`${nameOf(block.who)} takes over, ${spanOf(block.from, block.to, zone)}`}
                onClick={() => override && onEditOverride(override)}
              >
                <Icon name="refresh" size={12} />
                <Label name={nameOf(block.who)} />
              </button>
            );
          })}
          {overrides.length === 0 && <span className={css['hint']}>Drag over the final schedule to give somebody a time.</span>}
        </Line>

        <Line lanes={laneCount(final)} label={<b>Final schedule</b>} marks={marks} range={range} now={here ? now : null} final>
          {final.map(draw)}
          {gaps.map((gap) => (
            <span key={gap.from} className={css['gap']} style={box(Date.parse(gap.from), Date.parse(gap.to), range)} title={`Nobody is on call, ${spanOf(Date.parse(gap.from), Date.parse(gap.to), zone)}`}>
              <span>Nobody</span>
            </span>
          ))}
          <Chooser range={range} step={snapOf[name]} zone={zone} all={final} nameOf={nameOf} onChoose={onOverride} />
        </Line>
      </div>
    </div>
  );
}

/** A name, or what of it there is room for. */
function Label({ name }: { name: string }): ReactElement {
  return (
    <>
      <span className={css['full']}>{name}</span>
      <span className={css['initials']} aria-hidden="true">
        {initials(name)}
      </span>
    </>
  );
}

function overrideBlocks(overrides: readonly Override[]): Block[] {
  return blocks([
    {
      name: 'Overrides',
      periods: overrides.map(({ user, startDate, endDate }) => ({ startDate, endDate, type: 'override', recipient: { type: 'user', ...(user.id ? { id: user.id } : {}), ...(user.username ? { name: user.username } : {}) } })),
    },
  ]).map((block) => {
    const found = overrides.find(({ user, startDate, endDate }) => user.id === block.who.id && Date.parse(startDate) === block.from && Date.parse(endDate) === block.to);
    return { ...block, key: found?.alias ?? block.key };
  });
}

interface LineProps {
  lanes: number;
  label: ReactNode;
  marks: readonly { at: number; major: boolean }[];
  range: Range;
  now: number | null;
  final?: boolean;
  children: ReactNode;
}

function Line({ lanes, label, marks, range, now, final = false, children }: LineProps): ReactElement {
  return (
    <div className={css['line']} data-final={final}>
      <div className={css['label']}>{label}</div>
      <div className={css['track']} style={{ height: lanes * laneHeight + 6 }}>
        {marks.map((tick) => (
          <span key={tick.at} className={css['rule']} data-major={tick.major} style={{ insetInlineStart: percent(placed(tick.at, range)) }} />
        ))}
        {children}
        {now !== null && <span className={css['now']} style={{ insetInlineStart: percent(placed(now, range)) }} />}
      </div>
    </div>
  );
}

interface ChooserProps {
  range: Range;
  step: number;
  zone: string;
  all: readonly Block[];
  nameOf: (who: Participant) => string;
  onChoose: (span: Span) => void;
}

/**
 * Lies over the final schedule and chooses a span of it: by dragging, by a click on somebody's shift, or by keys: arrows
 * move, with Shift they stretch, Page keys move by a day, N goes to the next change, Enter takes the span.
 */
function Chooser({ range, step, zone, all, nameOf, onChoose }: ChooserProps): ReactElement {
  const element = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ start: number; end: number; lane: number } | null>(null);
  const [span, setSpan] = useState<Range | null>(null);
  const moved = useRef(false);
  const now = useNow();
  const shown = drag ? { from: Math.min(drag.start, drag.end), to: Math.max(drag.start, drag.end) } : span;

  const instant = (event: PointerEvent) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - left) / width));
    return Math.min(range.to, Math.max(range.from, snap(range.from + share * (range.to - range.from), step, zone)));
  };
  const words = (from: number, to: number) => {
    const who = blockAt(all, from, 0);
    return `${spanOf(from, to, zone)}, ${who ? nameOf(who.who) : 'nobody'} on call`;
  };
  const first = (): Range => {
    const from = snap(now >= range.from && now < range.to ? now : range.from, step, zone);
    return { from, to: Math.min(range.to, from + step) };
  };
  const choose = (next: Range) => {
    const length = next.to - next.from;
    const from = Math.min(range.to - step, Math.max(range.from, next.from));
    const to = Math.min(range.to, Math.max(from + step, Math.min(from + length, next.to)));
    setSpan({ from, to });
    announce(words(from, to));
  };
  const keyDown = (event: KeyboardEvent) => {
    const at = span ?? first();
    const day = 86_400_000;
    const by: Readonly<Record<string, number>> = { ArrowLeft: -step, ArrowRight: step, PageUp: -day, PageDown: day };
    const move = by[event.key];
    if (move !== undefined) choose(event.shiftKey ? { from: at.from, to: at.to + move } : { from: at.from + move, to: at.to + move });
    else if (event.key.toLowerCase() === 'n') {
      const change = all.find(({ from }) => from > at.from);
      if (change) choose({ from: change.from, to: change.to });
    } else if (event.key === 'Home') choose({ from: range.from, to: range.from + (at.to - at.from) });
    else if (event.key === 'End') choose({ from: range.to - (at.to - at.from), to: range.to });
    else if (event.key === 'Enter' || event.key === ' ') onChoose({ ...at, who: blockAt(all, at.from, 0)?.who.id });
    else if (event.key === 'Escape' && span) setSpan(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      ref={element}
      className={css['chooser']}
      role="slider"
      tabIndex={0}
      data-own-keys="true"
      aria-label="Time to override"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(placed((shown ?? first()).from, range) * 100)}
      aria-valuetext={shown ? words(shown.from, shown.to) : 'Arrows choose a time, Enter overrides it'}
      onKeyDown={keyDown}
      onFocus={() => {
        if (element.current?.matches(':focus-visible')) setSpan((before) => before ?? first());
      }}
      onBlur={() => setSpan(null)}
      onPointerDown={(event) => {
        if (event.button !== 0 || event.pointerType === 'touch') return;
        event.currentTarget.setPointerCapture(event.pointerId);
        const at = instant(event);
        moved.current = false;
        const { top } = event.currentTarget.getBoundingClientRect();
        setDrag({ start: at, end: at, lane: Math.floor((event.clientY - top) / laneHeight) });
      }}
      onPointerMove={(event) => drag && setDrag({ ...drag, end: instant(event) })}
      onPointerUp={(event) => {
        if (!drag) return;
        const end = instant(event);
        setDrag(null);
        const from = Math.min(drag.start, end);
        const to = Math.max(drag.start, end);
        if (to === from) return;
        moved.current = true;
        onChoose({ from, to, who: blockAt(all, from, drag.lane)?.who.id });
      }}
      onPointerCancel={() => setDrag(null)}
      onClick={(event) => {
        // A press without a way is meant for the shift under it; a finger always is.
        const { left, width, top } = event.currentTarget.getBoundingClientRect();
        const at = range.from + ((event.clientX - left) / width) * (range.to - range.from);
        const found = blockAt(all, at, Math.floor((event.clientY - top) / laneHeight));
        if (found && !moved.current) onChoose({ from: Math.max(found.from, range.from), to: Math.min(found.to, range.to), who: found.who.id });
      }}
    >
      {shown && shown.to > shown.from && (
        <span className={css['chosen']} style={box(shown.from, shown.to, range)}>
          <span className={css['chosenText']}>{spanOf(shown.from, shown.to, zone)}</span>
        </span>
      )}
    </div>
  );
}
