export type TokenKind = 'field' | 'operator' | 'value' | 'string' | 'keyword' | 'function' | 'punctuation' | 'space' | 'error';

export interface Token {
  kind: TokenKind;
  text: string;
  start: number;
  end: number;
}

/** What may come next; it decides whether a bare word is a field or a value. */
type Expect = 'field' | 'operator' | 'value' | 'list' | 'connective' | 'order';

const wordOperators = new Set(['in', 'is', 'was', 'changed']);
const historyWords = new Set(['before', 'after', 'on', 'during', 'by', 'from', 'to']);
const pattern = /(\s+)|("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(["'][^]*$)|(!=|!~|<=|>=|=|~|<|>)|([(),])|([^\s"'!=~<>(),]+|!)/g;

/**
 * Cuts JQL into coloured pieces. It never fails: what cannot be JQL becomes an
 * error piece, and the server has the last word.
 */
export function tokenize(jql: string): Token[] {
  const tokens: Token[] = [];
  let expect: Expect = 'field';
  for (const found of jql.matchAll(pattern)) {
    const [text, space, quoted, open, symbol, mark, word] = found;
    const start = found.index;
    const push = (kind: TokenKind) => tokens.push({ kind, text, start, end: start + text.length });
    if (space !== undefined) push('space');
    else if (open !== undefined) push('error');
    else if (quoted !== undefined) {
      push(expect === 'field' || expect === 'order' ? 'field' : 'string');
      expect = afterTerm(expect);
    } else if (symbol !== undefined) {
      push('operator');
      expect = 'value';
    } else if (mark !== undefined) {
      push('punctuation');
      expect = afterMark(mark, expect);
    } else if (word !== undefined) expect = pushWord(word, expect, jql.slice(start + text.length), push);
  }
  return tokens;
}

function afterTerm(expect: Expect): Expect {
  if (expect === 'field') return 'operator';
  if (expect === 'value') return 'connective';
  return expect;
}

function afterMark(mark: string, expect: Expect): Expect {
  if (mark === '(') return expect === 'value' ? 'list' : expect === 'field' ? 'field' : expect;
  if (mark === ')') return 'connective';
  return expect === 'connective' ? 'list' : expect;
}

function pushWord(word: string, expect: Expect, rest: string, push: (kind: TokenKind) => void): Expect {
  const lower = word.toLowerCase();
  if (lower === 'order' && expect !== 'value' && /^\s+by\b/i.test(rest)) {
    push('keyword');
    return 'order';
  }
  if (expect === 'order') {
    push(['by', 'asc', 'desc'].includes(lower) ? 'keyword' : 'field');
    return 'order';
  }
  if (lower === 'not' && expect !== 'connective') {
    push(expect === 'field' ? 'keyword' : 'operator');
    return expect;
  }
  if (expect === 'operator' || (expect === 'value' && lower === 'in') || (expect === 'connective' && wordOperators.has(lower))) {
    const known = wordOperators.has(lower);
    push(known ? 'operator' : 'error');
    return known ? (lower === 'changed' ? 'connective' : 'value') : expect;
  }
  if (expect === 'connective') {
    if (lower === 'and' || lower === 'or') {
      push('keyword');
      return 'field';
    }
    if (historyWords.has(lower)) {
      push('keyword');
      return 'value';
    }
    push('error');
    return expect;
  }
  if (expect === 'field') {
    push('field');
    return 'operator';
  }
  if (/^\s*\(/.test(rest)) push('function');
  else if (lower === 'empty' || lower === 'null') push('keyword');
  else push('value');
  return afterTerm(expect);
}
