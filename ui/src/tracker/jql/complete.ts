import type { AutocompleteData } from '../../api';
import { tokenize } from './tokens';

export type Wanted = 'field' | 'operator' | 'value' | 'connective' | 'order';

/** Where the caret stands and what would fit there. */
export interface Place {
  wanted: Wanted;
  /** The piece of text that a completion replaces. */
  from: number;
  to: number;
  prefix: string;
  /** The field whose values or operators are wanted, as written. */
  field: string;
}

/** Understands the text before the caret. */
export function placeAt(jql: string, caret: number): Place {
  const before = jql.slice(0, caret);
  const tokens = tokenize(before);
  const last = tokens.at(-1);
  const typing = last !== undefined && !['space', 'operator', 'punctuation'].includes(last.kind);
  const typingOperator = last?.kind === 'operator' && /^[a-z]+$/i.test(last.text);
  const partial = typing || typingOperator ? last : undefined;
  const settled = (partial ? tokens.slice(0, -1) : tokens).filter((token) => token.kind !== 'space');
  const end = partial ? wordEnd(jql, caret) : caret;
  const at = (wanted: Wanted): Place => ({
    wanted,
    from: partial?.start ?? caret,
    to: end,
    prefix: unquote(partial?.text ?? ''),
    field: unquote(settled.findLast((token) => token.kind === 'field')?.text ?? ''),
  });
  const previous = settled.at(-1);
  if (settled.some((token, i) => token.text.toLowerCase() === 'by' && settled[i - 1]?.text.toLowerCase() === 'order')) return at('order');
  if (!previous) return at('field');
  if (previous.kind === 'field') return at('operator');
  if (previous.kind === 'operator') return at('value');
  if (previous.kind === 'keyword') {
    const word = previous.text.toLowerCase();
    if (word === 'and' || word === 'or' || word === 'not') return at('field');
    return at(word === 'empty' || word === 'null' ? 'connective' : 'value');
  }
  if (previous.kind === 'punctuation') {
    if (previous.text === ')') return at('connective');
    return at(insideList(settled.map((token) => token.kind + token.text)) ? 'value' : 'field');
  }
  return at('connective');
}

/** An open bracket after an operator begins a list of values; any other groups clauses. */
function insideList(tokens: readonly string[]): boolean {
  let depth = 0;
  for (let i = tokens.length - 1; i >= 0; i--) {
    if (tokens[i] === 'punctuation)') depth++;
    else if (tokens[i] === 'punctuation(') {
      if (depth === 0) return tokens[i - 1]?.startsWith('operator') ?? false;
      depth--;
    }
  }
  return false;
}

function wordEnd(jql: string, caret: number): number {
  const rest = /^[^\s"'!=~<>(),]*/.exec(jql.slice(caret));
  return caret + (rest?.[0].length ?? 0);
}

export function unquote(text: string): string {
  const inner = /^(["'])([^]*?)\1?$/.exec(text);
  return (inner?.[2] ?? text).replace(/\\(.)/g, '$1');
}

const reserved = new Set(
  'and or not in is was changed empty null order by asc desc before after on during from to select where update delete insert group having limit'.split(' '),
);

/** Writes a value so that JQL reads it as one, quoted only where it must be. */
export function quote(value: string): string {
  if (/^[\p{L}_][\p{L}\p{N}_-]*$/u.test(value) && !reserved.has(value.toLowerCase())) return value;
  return `"${value.replace(/[\\"]/g, '\\$&')}"`;
}

export interface Completion {
  label: string;
  /** What is written into the query. */
  insert: string;
  note?: string;
}

const starts = (text: string, prefix: string) => text.toLowerCase().startsWith(prefix.toLowerCase());
const holds = (text: string, prefix: string) => text.toLowerCase().includes(prefix.toLowerCase());

function ranked<T extends Completion>(options: readonly T[], prefix: string): T[] {
  const first = options.filter((option) => starts(option.label, prefix));
  return [...first, ...options.filter((option) => !starts(option.label, prefix) && holds(option.label, prefix))].slice(0, 12);
}

const plainName = (display: string) => display.replace(/ - .*$/, '').replace(/<\/?b>/g, '');

/** Completions that need no question to the server; values of a field come from there. */
export function completions(place: Place, data: AutocompleteData): Completion[] {
  const fields = data.visibleFieldNames;
  const field = fields.find((f) => unquote(f.value).toLowerCase() === place.field.toLowerCase());
  switch (place.wanted) {
    case 'field': {
      const searchable = fields.filter((f) => f.searchable !== 'false');
      return ranked(
        [...searchable.map((f) => ({ label: plainName(f.displayName), insert: `${f.value} ` })), { label: 'NOT', insert: 'NOT ' }],
        place.prefix,
      );
    }
    case 'operator': {
      const operators = field?.operators ?? ['=', '!=', 'in', 'not in', 'is', 'is not'];
      return ranked(operators.map((operator) => ({ label: operator, insert: `${operator} ${/in$/.test(operator) ? '(' : ''}` })), place.prefix);
    }
    case 'value': {
      const types = new Set(field?.types ?? []);
      const functions = data.visibleFunctionNames.filter((f) => !f.types || types.size === 0 || f.types.some((type) => types.has(type)));
      return ranked(
        [...functions.map((f) => ({ label: f.displayName, insert: f.value, note: 'function' })), { label: 'EMPTY', insert: 'EMPTY' }],
        place.prefix,
      );
    }
    case 'connective':
      return ranked(['AND', 'OR', 'ORDER BY'].map((word) => ({ label: word, insert: `${word} ` })), place.prefix);
    case 'order': {
      const orderable = fields.filter((f) => f.orderable !== 'false').map((f) => ({ label: plainName(f.displayName), insert: f.value }));
      return ranked([...orderable, { label: 'DESC', insert: 'DESC' }, { label: 'ASC', insert: 'ASC' }], place.prefix);
    }
  }
}

/** Puts a completion into the text. Returns the new text and where the caret goes. */
export function insertAt(jql: string, place: Place, insert: string): { text: string; caret: number } {
  const text = jql.slice(0, place.from) + insert + jql.slice(place.to);
  return { text, caret: place.from + insert.length };
}
