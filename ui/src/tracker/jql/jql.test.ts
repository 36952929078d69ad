import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chipFields, emptyQuery, fromJql, orderOf, toJql, withOrder, type BasicQuery } from './basic';
import { completions, insertAt, placeAt, quote, unquote } from './complete';
import { tokenize } from './tokens';

const kinds = (jql: string) =>
  tokenize(jql)
    .filter((token) => token.kind !== 'space')
    .map((token) => `${token.kind}:${token.text}`);

describe('tokenize', () => {
  it('colours clauses, lists, functions and the order', () => {
    expect(kinds('project = DEMO AND status not in ("To Do", Done) ORDER BY created DESC')).toEqual([
      'field:project', 'operator:=', 'value:DEMO', 'keyword:AND', 'field:status', 'operator:not', 'operator:in',
      'punctuation:(', 'string:"To Do"', 'punctuation:,', 'value:Done', 'punctuation:)',
      'keyword:ORDER', 'keyword:BY', 'field:created', 'keyword:DESC',
    ]);
    expect(kinds('assignee = currentUser() OR due is not EMPTY')).toEqual([
      'field:assignee', 'operator:=', 'function:currentUser', 'punctuation:(', 'punctuation:)', 'keyword:OR',
      'field:due', 'operator:is', 'operator:not', 'keyword:EMPTY',
    ]);
  });

  it('marks an open quote and a word out of place', () => {
    expect(kinds('summary ~ "open')).toContain('error:"open');
    expect(kinds('status Done')).toContain('error:Done');
  });

  it('loses no character of any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(tokenize(text).map((token) => token.text).join('')).toBe(text);
      }),
    );
  });
});

describe('placeAt', () => {
  it.each([
    ['', 'field', '', ''],
    ['pro', 'field', 'pro', ''],
    ['project ', 'operator', '', 'project'],
    ['project = ', 'value', '', 'project'],
    ['project = DE', 'value', 'DE', 'project'],
    ['status in (', 'value', '', 'status'],
    ['status in (Done, ', 'value', '', 'status'],
    ['status in (Done) ', 'connective', '', 'status'],
    ['status = Done AND ', 'field', '', 'status'],
    ['(', 'field', '', ''],
    ['status = Done ORDER BY ', 'order', '', 'status'],
  ])('%j wants a %s', (jql, wanted, prefix, field) => {
    expect(placeAt(jql, jql.length)).toMatchObject({ wanted, prefix, ...(field && wanted !== 'field' ? { field } : {}) });
  });

  it('replaces the word under the caret', () => {
    const place = placeAt('project = DEMO AND sta = x', 20);
    expect(insertAt('project = DEMO AND sta = x', place, 'status').text).toBe('project = DEMO AND status = x');
  });
});

it('offers the operators of the field', () => {
  const data = {
    visibleFieldNames: [{ value: 'status', displayName: 'status', operators: ['=', 'in'], types: ['status'] }],
    visibleFunctionNames: [{ value: 'currentUser()', displayName: 'currentUser()', types: ['user'] }],
    jqlReservedWords: [],
  };
  expect(completions(placeAt('status ', 7), data).map((c) => c.insert)).toEqual(['= ', 'in (']);
  expect(completions(placeAt('status = ', 9), data).map((c) => c.label)).toEqual(['EMPTY']);
});

it('quotes only what must be quoted, and unquotes it again', () => {
  expect(quote('Done')).toBe('Done');
  expect(quote('To Do')).toBe('"To Do"');
  expect(quote('and')).toBe('"and"');
  fc.assert(fc.property(fc.string({ minLength: 1 }), (text) => { expect(unquote(quote(text))).toBe(text); }));
});

describe('chips', () => {
  it('reads what it writes', () => {
    const value = fc.oneof(fc.constantFrom('Done', 'To Do', 'EMPTY', 'currentUser()', 'order'), fc.string({ minLength: 1, maxLength: 8 }).filter((s) => !/^[a-z]+\(\)$/i.test(s)));
    const query = fc.record({
      chips: fc.dictionary(fc.constantFrom(...chipFields), fc.uniqueArray(value, { minLength: 1, maxLength: 3 }), { noNullPrototype: true }),
      text: fc.constantFrom('', 'pay "twice"'),
      order: fc.array(fc.record({ field: fc.constantFrom('created', 'Story Points'), descending: fc.boolean() }), { maxLength: 2 }),
    });
    const last = (q: BasicQuery): BasicQuery => ({
      ...q,
      chips: Object.fromEntries(
        Object.entries(q.chips).map(([name, values]) => [name, [...values.filter((v) => v !== 'EMPTY'), ...values.filter((v) => v === 'EMPTY')]]),
      ),
    });
    fc.assert(fc.property(query, (q) => { expect(fromJql(toJql(q as BasicQuery))).toEqual(last(q as BasicQuery)); }));
  });

  it.each(['project = A OR project = B', 'status != Done', 'due < now()', 'project = A AND project = B', 'status was Done', 'AND'])(
    'leaves %j to the text',
    (jql) => expect(fromJql(jql)).toBeNull(),
  );

  it('understands issuetype as type', () => {
    expect(fromJql('issuetype = Bug')?.chips).toEqual({ type: ['Bug'] });
    expect(fromJql('')).toEqual(emptyQuery);
  });
});

it('changes the order of any query', () => {
  expect(withOrder('a != b order by key', [{ field: 'created', descending: true }])).toBe('a != b ORDER BY created DESC');
  expect(withOrder('a = b', [])).toBe('a = b');
  expect(orderOf('a != b ORDER BY created DESC, key')).toEqual([
    { field: 'created', descending: true },
    { field: 'key', descending: false },
  ]);
});
