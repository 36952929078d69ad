export type Scheme = 'light' | 'dark';

/** A style sheet as it counts for readers who prefer this scheme, whatever the browser says. */
export const forScheme = (style: string, scheme: Scheme): string =>
  style.replace(/@media\s*\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)/g, (_all, wanted: string) => (wanted === scheme ? '@media all' : '@media not all'));

/** Text that may stand inside a <style>. */
export const insideStyle = (style: string): string => style.replace(/<\/(style)/gi, '<\\/$1');

/** The colour of words on this one: black or white, as the public page chooses it. */
export function onColour(colour: string): string {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
  if (!found) return '#fff';
  const [r = 0, g = 0, b = 0] = found.slice(1).map((part) => Number.parseInt(part, 16));
  return r * 299 + g * 587 + b * 114 < 150_000 ? '#fff' : '#111';
}

/** What a design's colour and style make of the page's own style sheet. */
export function designStyle(accent: string, css: string): string {
  const colour = /^#[0-9a-f]{6}$/i.test(accent)
    ? `:root{--accent:${accent};--on-accent:${onColour(accent)}}\n@media (prefers-color-scheme:dark){:root{--accent:color-mix(in srgb,${accent} 62%,#fff);--on-accent:#0b0e13}}\n`
    : '';
  return colour + css;
}
