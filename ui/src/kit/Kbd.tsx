import type { ReactElement } from 'react';
import css from './floating.module.css';

const apple = typeof navigator !== 'undefined' && /Mac|iP(hone|ad)/.test(navigator.platform);

const names: Readonly<Record<string, string>> = {
  mod: apple ? '⌘' : 'Ctrl',
  shift: apple ? '⇧' : 'Shift',
  alt: apple ? '⌥' : 'Alt',
  enter: '↵',
  escape: 'Esc',
  space: 'Space',
  arrowup: '↑',
  arrowdown: '↓',
  arrowleft: '←',
  arrowright: '→',
};

/** Keys of one shortcut: "mod+k" pressed together, "g i" one after the other. */
export function Kbd({ keys }: { keys: string }): ReactElement {
  return (
    <span className={css['keys']}>
      {keys.split(' ').map((chord, i) => (
        <span key={i} className={css['chord']}>
          {chord.split(/\+(?!$)/).map((key) => (
            <kbd key={key} className={css['key']}>
              {names[key.toLowerCase()] ?? (key.length === 1 ? key.toUpperCase() : key)}
            </kbd>
          ))}
        </span>
      ))}
    </span>
  );
}
