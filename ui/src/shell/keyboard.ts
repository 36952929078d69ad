import { activeCommands, type Command } from './commands';

/** How far apart, in ms, two keys of one way may be pressed. */
const sequenceWait = 1_500;
const apple = /Mac|iP(hone|ad)/.test(navigator.platform);

/** Writes a key press the way commands do: "mod+k", "shift+arrowup", "?". */
export function chordOf(event: KeyboardEvent): string {
  const key = event.key === ' ' ? 'space' : event.key.toLowerCase();
  const printable = event.key.length === 1 && event.key !== ' ';
  const parts: string[] = [];
  if (apple ? event.metaKey : event.ctrlKey) parts.push('mod');
  if (event.altKey) parts.push('alt');
  // "?" already says that Shift was held; "shift+j" needs it said.
  if (event.shiftKey && (!printable || /[a-z]/.test(key))) parts.push('shift');
  return [...parts, key].join('+');
}

export function isEditable(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'submit', 'range'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Whether the keys so far finish a way of the command, may still do, or do not. */
export function match(keys: string, typed: readonly string[]): 'full' | 'part' | 'none' {
  let best: 'full' | 'part' | 'none' = 'none';
  for (const way of keys.split('|')) {
    const chords = way.split(' ');
    if (!typed.every((chord, i) => chords[i] === chord)) continue;
    if (chords.length === typed.length) return 'full';
    best = 'part';
  }
  return best;
}

function widget(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('[role="menu"], [role="listbox"], [data-own-keys]') !== null;
}

/** Listens to the whole window and runs the commands that are offered. Returns how to stop. */
export function listenForKeys(): () => void {
  let typed: string[] = [];
  let pressed = 0;
  const forget = () => {
    typed = [];
  };

  const find = (commands: readonly Command[], chords: readonly string[]): Command | 'waiting' | null => {
    let waiting = false;
    for (const command of commands) {
      if (!command.keys) continue;
      const result = match(command.keys, chords);
      if (result === 'full') return command;
      if (result === 'part') waiting = true;
    }
    return waiting ? 'waiting' : null;
  };

  const keyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (['Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) return;
    const chord = chordOf(event);
    const withModifier = /^(mod|alt)\+/.test(chord) || (event.ctrlKey && apple);
    // By when they were pressed: a page that is busy hears of them late, and at once.
    if (event.timeStamp - pressed > sequenceWait) forget();
    pressed = event.timeStamp;
    if (!withModifier && (isEditable(event.target) || widget(event.target))) return forget();
    const onControl = event.target instanceof HTMLElement && event.target.closest('button, a, summary, [role="tab"]');
    if (onControl && (chord === 'enter' || chord === 'space')) return forget();
    const commands = activeCommands();
    let found = find(commands, [...typed, chord]);
    if (found) typed.push(chord);
    else if (typed.length > 0) {
      typed = [chord];
      found = find(commands, typed);
    }
    if (!found) return forget();
    event.preventDefault();
    if (found === 'waiting') return;
    forget();
    found.run();
  };

  window.addEventListener('keydown', keyDown);
  return () => window.removeEventListener('keydown', keyDown);
}
