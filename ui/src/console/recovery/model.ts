import type { History } from '../wire';

export interface Bucket {
  from: number;
  to: number;
  commits: number;
}

/** How many commits all volumes of a site had in each of some equal spans, up to now; oldest first. */
export function buckets(history: History, count: number, now: number): Bucket[] {
  const spans = history.volumes.flatMap((volume) => volume.spans);
  if (spans.length === 0) return [];
  const first = Math.min(...spans.map((span) => Date.parse(span.from_at)));
  const end = Math.max(now, ...spans.map((span) => Date.parse(span.to_at)));
  const width = Math.max(1, (end - first) / count);
  const out = Array.from({ length: count }, (_, i) => ({ from: first + i * width, to: first + (i + 1) * width, commits: 0 }));
  for (const span of spans) {
    const from = Math.min(count - 1, Math.floor((Date.parse(span.from_at) - first) / width));
    const to = Math.min(count - 1, Math.floor((Date.parse(span.to_at) - first) / width));
    for (let i = from; i <= to; i++) {
      const bucket = out[i];
      if (bucket) bucket.commits += (span.to - span.from + 1) / (to - from + 1);
    }
  }
  return out;
}

/** "2026-04-05T07:38:00" as an input of local time takes it. */
export function localText(at: number): string {
  const date = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 19);
}
