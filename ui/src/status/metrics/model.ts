import { shellQuote } from '../say';
import type { Metric, Series } from '../wire';

/** A value as the page writes it: with so many decimals, and its unit. */
export function valueText(value: number, metric: Pick<Metric, 'decimal_places' | 'suffix'>): string {
  const number = value.toLocaleString(undefined, { minimumFractionDigits: metric.decimal_places, maximumFractionDigits: metric.decimal_places });
  return metric.suffix ? `${number} ${metric.suffix}` : number;
}

/** Two columns for a chart. Where points are missing the line has a gap, so the empty place stands there as null. */
export function columnsOf(series: Series): [number[], (number | null)[]] {
  const at: number[] = [];
  const values: (number | null)[] = [];
  let before: number | undefined;
  for (const { timestamp, value } of series.points) {
    if (before !== undefined && timestamp - before > series.interval * 1.5) {
      at.push(before + series.interval);
      values.push(null);
    }
    at.push(timestamp);
    values.push(value);
    before = timestamp;
  }
  return [at, values];
}

/** What a program runs to send a point. */
export function curlOf(origin: string, page: string, metric: string): string {
  const body = `{"data":{"timestamp":'"$(date +%s)"',"value":42}}`;
  return ['curl -X POST', shellQuote(`${origin}/v1/pages/${page}/metrics/${metric}/data`), "-H 'Authorization: OAuth YOUR-KEY'", "-H 'Content-Type: application/json'", `-d '${body}'`].join(' \\\n  ');
}
