import type { ReactElement, ReactNode } from 'react';
import { Avatar, Icon, IconButton, toast, type IconName } from '../../kit';
import { usePeople } from '../people';
import type { Priority } from '../wire';
import css from './parts.module.css';

const words: Readonly<Record<Priority, string>> = { P1: 'Critical', P2: 'High', P3: 'Moderate', P4: 'Low', P5: 'Informational' };

export const priorityWord = (priority: Priority): string => words[priority];

/** A bar in the colour of the priority, and its name: colour never speaks alone. */
export function PriorityMark({ priority, long = false }: { priority: Priority; long?: boolean }): ReactElement {
  return (
    <span className={css['priority']} data-priority={priority} title={words[priority]}>
      {priority}
      {long && ` ${words[priority]}`}
    </span>
  );
}

export type Tone = 'neutral' | 'red' | 'amber' | 'green' | 'blue' | 'purple';

export function Badge({ tone = 'neutral', icon, children, title }: { tone?: Tone; icon?: IconName; children: ReactNode; title?: string }): ReactElement {
  return (
    <span className={css['badge']} data-tone={tone} title={title}>
      {icon && <Icon name={icon} size={12} />}
      {children}
    </span>
  );
}

export function Tag({ children }: { children: string }): ReactElement {
  return (
    <span className={css['tag']} title={children} dir="auto">
      {children}
    </span>
  );
}

/** A person by username or id: face and name. */
export function Who({ word, size = 20 }: { word: string; size?: number }): ReactElement {
  const { person } = usePeople();
  const found = person(word);
  return (
    <span className={css['who']}>
      <span aria-hidden="true">
        <Avatar person={found} size={size} />
      </span>
      <span className={css['whoName']} title={word}>
        {found.displayName}
      </span>
    </span>
  );
}

export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast({ title: `Copied ${what}`, tone: 'success' });
  } catch {
    toast({ title: 'The browser did not let us copy', detail: 'Select the text and copy it by hand.', tone: 'error' });
  }
}

/** Text to take elsewhere: a key on one line, or a whole configuration. */
export function CopyBox({ text, what, block = false }: { text: string; what: string; block?: boolean }): ReactElement {
  return (
    <div className={css['copy']}>
      {block ? (
        <pre tabIndex={0} aria-label={what}>
          {text}
        </pre>
      ) : (
        <code>{text}</code>
      )}
      <IconButton icon="copy" label={`Copy ${what}`} size="s" onClick={() => void copyText(text, what)} />
    </div>
  );
}
