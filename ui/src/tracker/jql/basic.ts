import { quote, unquote } from './complete';
import { tokenize, type Token } from './tokens';

/** The lists that chips can hold, by the JQL field that each becomes. */
export const chipFields = ['project', 'type', 'status', 'assignee', 'priority', 'labels', 'reporter', 'fixVersion', 'component'] as const;
export type ChipField = (typeof chipFields)[number];

export interface SortKey {
  field: string;
  descending: boolean;
}

/** A query that chips can show: lists joined by AND, words, and an order. */
export interface BasicQuery {
  chips: Partial<Record<ChipField, string[]>>;
  text: string;
  order: SortKey[];
}

export const emptyQuery: BasicQuery = { chips: {}, text: '', order: [] };

const functionValue = /^[a-z]+\(\)$/i;
const aliases: Readonly<Record<string, ChipField>> = { issuetype: 'type', label: 'labels' };

/** The value that stands for "nobody" or "none" in a chip. */
export const emptyValue = 'EMPTY';

export function toJql(query: BasicQuery): string {
  const clauses: string[] = [];
  for (const field of chipFields) {
    const values = query.chips[field] ?? [];
    const named = values.filter((value) => value !== emptyValue);
    const list = named.map((value) => (functionValue.test(value) ? value : quote(value)));
    const some = list.length === 1 ? `${field} = ${list[0]}` : list.length > 1 ? `${field} in (${list.join(', ')})` : '';
    const none = values.includes(emptyValue) ? `${field} is EMPTY` : '';
    if (some && none) clauses.push(`(${some} OR ${none})`);
    else if (some || none) clauses.push(some || none);
  }
  if (query.text.trim() !== '') clauses.push(`text ~ "${query.text.trim().replace(/[\\"]/g, '\\$&')}"`);
  const order = query.order.map((key) => `${quote(key.field)} ${key.descending ? 'DESC' : 'ASC'}`).join(', ');
  return [clauses.join(' AND '), order && `ORDER BY ${order}`].filter(Boolean).join(' ');
}

/** Reads a query back into chips; null when it says more than chips can. */
export function fromJql(jql: string): BasicQuery | null {
  const reader = new Reader(tokenize(jql).filter((token) => token.kind !== 'space'));
  const query: BasicQuery = { chips: {}, text: '', order: [] };
  while (!reader.done && reader.word() !== 'order') {
    if (!reader.clause(query)) return null;
    if (reader.done || reader.word() === 'order') break;
    if (reader.word() !== 'and') return null;
    reader.next();
    if (reader.done) return null;
  }
  return reader.order(query) ? query : null;
}

class Reader {
  private at = 0;
  constructor(private readonly tokens: readonly Token[]) {}

  get done(): boolean {
    return this.at >= this.tokens.length;
  }
  word(): string {
    return this.tokens[this.at]?.text.toLowerCase() ?? '';
  }
  next(): Token | undefined {
    return this.tokens[this.at++];
  }

  clause(query: BasicQuery): boolean {
    if (this.word() === '(') return this.someOrNone(query);
    const found = this.simple();
    if (!found) return false;
    if (found.field === 'text') {
      if (query.text !== '') return false;
      query.text = found.values[0] ?? '';
      return true;
    }
    return this.add(query, found.field, found.values);
  }

  private add(query: BasicQuery, name: string, values: string[]): boolean {
    const field = aliases[name] ?? chipFields.find((chip) => chip.toLowerCase() === name);
    if (!field || query.chips[field]) return false;
    query.chips[field] = values;
    return true;
  }

  /** "(assignee = a OR assignee is EMPTY)". */
  private someOrNone(query: BasicQuery): boolean {
    this.next();
    const some = this.simple();
    if (!some || this.next()?.text.toLowerCase() !== 'or') return false;
    const none = this.simple();
    if (none?.field !== some.field || none.values[0] !== emptyValue || this.next()?.text !== ')') return false;
    return this.add(query, some.field, [...some.values, emptyValue]);
  }

  private simple(): { field: string; values: string[] } | null {
    const field = this.next();
    const operator = this.next()?.text.toLowerCase();
    if (field?.kind !== 'field' || !operator) return null;
    const name = unquote(field.text).toLowerCase();
    if (name === 'text') {
      const value = this.next();
      return operator === '~' && value && ['string', 'value'].includes(value.kind) ? { field: name, values: [unquote(value.text)] } : null;
    }
    if (operator === 'is') return this.next()?.text.toLowerCase() === 'empty' ? { field: name, values: [emptyValue] } : null;
    if (operator === '=') {
      const value = this.value();
      return value === null ? null : { field: name, values: [value] };
    }
    if (operator !== 'in' || this.next()?.text !== '(') return null;
    const values: string[] = [];
    for (;;) {
      const value = this.value();
      if (value === null) return null;
      values.push(value);
      const mark = this.next()?.text;
      if (mark === ')') return { field: name, values };
      if (mark !== ',') return null;
    }
  }

  private value(): string | null {
    const token = this.next();
    if (!token) return null;
    if (token.kind === 'string' || token.kind === 'value') return unquote(token.text);
    if (token.kind !== 'function') return null;
    return this.next()?.text === '(' && this.next()?.text === ')' ? `${token.text}()` : null;
  }

  order(query: BasicQuery): boolean {
    if (this.done) return true;
    if (this.next()?.text.toLowerCase() !== 'order' || this.next()?.text.toLowerCase() !== 'by') return false;
    while (!this.done) {
      const field = this.next();
      if (field?.kind !== 'field') return false;
      const direction = this.word();
      if (direction === 'asc' || direction === 'desc') this.next();
      query.order.push({ field: unquote(field.text), descending: direction === 'desc' });
      if (!this.done && this.next()?.text !== ',') return false;
    }
    return query.order.length > 0;
  }
}

/** The order of any query, also one that chips cannot show. */
export function orderOf(jql: string): SortKey[] {
  const cut = orderStart(jql);
  return cut < 0 ? [] : (fromJql(jql.slice(cut))?.order ?? []);
}

/** The same query in another order. */
export function withOrder(jql: string, order: readonly SortKey[]): string {
  const cut = orderStart(jql);
  const clauses = (cut < 0 ? jql : jql.slice(0, cut)).trim();
  return [clauses, toJql({ ...emptyQuery, order: [...order] })].filter(Boolean).join(' ');
}

function orderStart(jql: string): number {
  const tokens = tokenize(jql);
  return tokens.find((token) => token.kind === 'keyword' && token.text.toLowerCase() === 'order')?.start ?? -1;
}
