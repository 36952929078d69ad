/** Round numbers for an axis from 0 to at least `most`: at most five steps of 1, 2 or 5 times a power of ten. */
export function ticks(most: number): number[] {
  if (!(most > 0)) return [0, 1];
  const raw = most / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((k) => k * power).find((k) => k >= raw) ?? raw;
  const out: number[] = [];
  for (let i = 0; i <= Math.ceil(most / step - 1e-9); i++) out.push(Number((i * step).toPrecision(12)));
  return out;
}

/** A number as short as it can be read: 1.2 k, 3.4 M. */
export function shortNumber(value: number): string {
  const abs = Math.abs(value);
  if (abs >= 1e9) return `${trim(value / 1e9)} G`;
  if (abs >= 1e6) return `${trim(value / 1e6)} M`;
  if (abs >= 1e4) return `${trim(value / 1e3)} k`;
  return trim(value);
}

function trim(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString();
}
