import type { ReactElement } from 'react';
import css from './marks.module.css';
import { Tooltip } from './Tooltip';

/** Eight hues that carry white text at AA in both themes. */
const hues = ['#4a5bcf', '#0f7a6c', '#a8480f', '#8a3fa8', '#b0306a', '#2c6fb0', '#5e6b1d', '#6a5544'];

function hash(text: string): number {
  let value = 0;
  for (const char of text) value = (value * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return value;
}

export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = [...(words[0] ?? '?')][0] ?? '?';
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : '';
  return (first + last).toLocaleUpperCase();
}

export interface AvatarProps {
  person: { accountId: string; displayName: string } | null | undefined;
  size?: number;
  /** Shows the name on hover; leave out where the name stands beside. */
  named?: boolean;
}

/** A person's face: initials on a colour that stays the same everywhere. */
export function Avatar({ person, size = 20, named = false }: AvatarProps): ReactElement {
  const box = { width: size, height: size, fontSize: Math.max(9, Math.round(size * 0.42)) };
  if (!person) {
    const empty = (
      <span className={css['nobody']} style={box} role="img" aria-label="Unassigned">
        <svg viewBox="0 0 16 16" width={size * 0.7} height={size * 0.7} fill="none" stroke="currentColor" strokeWidth="1.4" aria-hidden="true">
          <circle cx="8" cy="6" r="2.600" />
          <path d="M3.500 13.500c.3-2.300 2-3.500 4.500-3.500s4.200 1.200 4.500 3.500" strokeLinecap="round" />
        </svg>
      </span>
    );
    return named ? <Tooltip label="Unassigned">{empty}</Tooltip> : empty;
  }
  const face = (
    <span
      className={css['avatar']}
      style={{ ...box, background: hues[hash(person.accountId) % hues.length] }}
      role="img"
      aria-label={person.displayName}
      data-initials={initials(person.displayName)}
    />
  );
  return named ? <Tooltip label={person.displayName}>{face}</Tooltip> : face;
}

export type Category = 'new' | 'indeterminate' | 'done';

/** The shape of a status category: open ring, half filled, ticked. */
export function StatusMark({ category }: { category: Category }): ReactElement {
  return (
    <svg width="14" height="14" viewBox="0 0 14 14" className={css['statusMark']} data-category={category} aria-hidden="true">
      {category === 'done' ? (
        <>
          <circle cx="7" cy="7" r="6.500" fill="currentColor" />
          <path d="m4.200 7.200 1.900 1.900 3.700-4" fill="none" stroke="var(--hf-bg)" strokeWidth="1.500" strokeLinecap="round" strokeLinejoin="round" />
        </>
      ) : (
        <>
          <circle cx="7" cy="7" r="5.700" fill="none" stroke="currentColor" strokeWidth="1.500" />
          {category === 'indeterminate' && <path d="M7 3.500a3.500 3.500 0 0 1 0 7Z" fill="currentColor" />}
        </>
      )}
    </svg>
  );
}

export function StatusLozenge({ name, category }: { name: string; category: Category }): ReactElement {
  return (
    <span className={css['lozenge']} data-category={category} title={name}>
      <StatusMark category={category} />
      <span className={css['lozengeText']}>{name}</span>
    </span>
  );
}

interface TypeShape {
  tone: string;
  draw: ReactElement;
}

const typeShapes: readonly [RegExp, TypeShape][] = [
  [/epic/i, { tone: 'purple', draw: <path d="M9 2.500 4 9h3.500L7 13.500 12 7H8.500Z" fill="#fff" stroke="none" /> }],
  [/bug|defect|fault|incident/i, { tone: 'red', draw: <circle cx="8" cy="8" r="3.200" fill="#fff" stroke="none" /> }],
  [/story|feature|new/i, { tone: 'green', draw: <path d="M5.500 3.800h5v8.200L8 9.900l-2.500 2.100Z" fill="#fff" stroke="none" /> }],
  [/sub-?task/i, { tone: 'teal', draw: <path d="M4.500 4.500h4v4h-4ZM7.500 10v1.500h4v-4H10" /> }],
  [/improve|change|enhance/i, { tone: 'green', draw: <path d="M8 12V4.500M4.800 7.500 8 4.300l3.200 3.200" /> }],
  [/question|support|request/i, { tone: 'amber', draw: <path d="M6 6.300c.1-1.100.9-1.800 2-1.800s2 .7 2 1.800c0 1.400-2 1.600-2 2.900M8 11.500h.01" /> }],
];
const plainType: TypeShape = { tone: 'blue', draw: <path d="m4.800 8.300 2.200 2.200 4.300-4.700" /> };

/** The kind of an issue, by shape and colour; the name is its tooltip. */
export function IssueTypeIcon({ name, size = 16 }: { name: string; size?: number }): ReactElement {
  const shape = typeShapes.find(([pattern]) => pattern.test(name))?.[1] ?? plainType;
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" className={css['type']} data-tone={shape.tone} role="img" aria-label={name}>
      <title>{name}</title>
      <rect x="1" y="1" width="14" height="14" rx="3.500" fill="currentColor" />
      <g fill="none" stroke="#fff" strokeWidth="1.600" strokeLinecap="round" strokeLinejoin="round">
        {shape.draw}
      </g>
    </svg>
  );
}

/** Bars that fill with urgency; the highest also changes shape. */
function priorityLevel(name: string): number {
  if (/blocker|critical|highest|urgent/i.test(name)) return 4;
  if (/lowest|trivial/i.test(name)) return 0;
  if (/high|major/i.test(name)) return 3;
  if (/low|minor/i.test(name)) return 1;
  return 2;
}

export function PriorityIcon({ name, size = 16 }: { name: string; size?: number }): ReactElement {
  const level = priorityLevel(name);
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" className={css['priority']} data-level={level} role="img" aria-label={`Priority: ${name}`}>
      <title>{name}</title>
      {level === 4 ? (
        <>
          <rect x="1.500" y="1.500" width="13" height="13" rx="3" fill="currentColor" />
          <path d="M8 4.500v4M8 11.300h.01" stroke="var(--hf-bg)" strokeWidth="1.800" strokeLinecap="round" fill="none" />
        </>
      ) : (
        [0, 1, 2].map((bar) => (
          <rect key={bar} x={2 + bar * 4.500} y={10 - bar * 3.500} width="3" height={4 + bar * 3.500} rx="1" fill="currentColor" opacity={bar < level ? 1 : 0.28} />
        ))
      )}
    </svg>
  );
}
