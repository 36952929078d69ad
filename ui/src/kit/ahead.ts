/**
 * Who knows the keys is faster than a page: "c" and at once the title of an issue. Whatever opens by a key and takes the focus
 * holds the keys that are pressed until it has it, and they are typed into its first field then. They must be neither lost nor
 * read as commands of the page below.
 */
interface Hold {
  since: number;
  typed: string;
  entered: boolean;
  flushing: boolean;
  cancel?: (() => void) | undefined;
}

const longest = 15_000;

let held: Hold | null = null;

const inside = '[role="dialog"], [role="alertdialog"], [data-takes-keys]';

const canHold = (element: Element | null): element is HTMLElement =>
  element instanceof HTMLElement && (element.isContentEditable || element instanceof HTMLTextAreaElement || (element instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit', 'range', 'file'].includes(element.type)));

/**
 * Holds keys from now until something in a dialog, or in an element with `data-takes-keys`, has the focus. `cancel` is what Escape
 * does meanwhile. Returns how to end it and forget what was typed.
 */
export function holdKeys(cancel?: () => void): () => void {
  if (held) held.cancel ??= cancel;
  else {
    held = { since: performance.now(), typed: '', entered: false, flushing: false, cancel };
    window.addEventListener('keydown', keep, true);
    window.addEventListener('focusin', arrived, true);
    window.addEventListener('pointerdown', release, true);
  }
  const mine = held;
  return () => {
    if (held === mine) release();
  };
}

function release(): void {
  held = null;
  window.removeEventListener('keydown', keep, true);
  window.removeEventListener('focusin', arrived, true);
  window.removeEventListener('pointerdown', release, true);
}

function keep(event: KeyboardEvent): void {
  // What does not come is not waited for.
  if (held && performance.now() - held.since > longest) release();
  if (!held || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === 'Escape') {
    const { cancel } = held;
    release();
    if (!cancel) return;
    cancel();
  } else if (event.key.length === 1) {
    // What follows Enter was meant for what Enter opens, which is not there yet.
    if (!held.entered) held.typed += event.key;
  } else if (event.key === 'Backspace') held.typed = held.typed.slice(0, -1);
  else if (event.key === 'Enter') held.entered = true;
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

function arrived(event: FocusEvent): void {
  if (!held || held.flushing || !(event.target instanceof Element) || !event.target.closest(inside)) return;
  held.flushing = true;
  // Keys go on being held until those before them are typed.
  setTimeout(flush);
}

function flush(): void {
  if (!held) return;
  const { typed, entered } = held;
  release();
  const field = document.activeElement;
  if (!canHold(field)) return;
  // The only way in which a page can type: fields hear of it as of any other typing, and it can be undone.
  if (typed !== '') document.execCommand('insertText', false, typed);
  if (entered) setTimeout(() => field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true })));
}
