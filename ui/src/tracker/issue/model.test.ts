import { describe, expect, it } from 'vitest';
import type { FieldMeta, Issue } from '../../api';
import { groupLinks, isOverdue, isSpan, kindOf, otherFields, sentenceOf, spanText, wireValue, wordsOf } from './model';
import type { Change, IssueLink } from './wire';

const change = (part: Partial<Change>): Change => ({ field: '', from: null, fromString: null, to: null, toString: null, ...part });
const meta = (type: string, part: Partial<FieldMeta> & { items?: string; custom?: string } = {}): FieldMeta => ({
  fieldId: 'customfield_1',
  key: 'customfield_1',
  name: 'F',
  required: false,
  schema: { type, ...(part.items ? { items: part.items } : {}), ...(part.custom ? { custom: `com.example:${part.custom}` } : {}) },
  ...(part.allowedValues ? { allowedValues: part.allowedValues } : {}),
});

describe('values', () => {
  it('go back in the form the API takes', () => {
    expect(wireValue({ accountId: 'a', displayName: 'Ana' })).toEqual({ accountId: 'a' });
    expect(wireValue([{ id: '1', name: 'API' }])).toEqual([{ id: '1' }]);
    expect(wireValue({ id: '1', key: 'A-1', fields: {} })).toEqual({ key: 'A-1' });
    expect(wireValue({ type: 'doc', version: 1, content: [] })).toEqual({ type: 'doc', version: 1, content: [] });
    expect(wireValue(['a'])).toEqual(['a']);
    expect(wireValue(undefined)).toBeNull();
  });

  it('have words', () => {
    expect(wordsOf([{ value: 'Red' }, { name: 'Blue' }])).toBe('Red, Blue');
    expect(wordsOf(null)).toBe('none');
    expect(wordsOf(3)).toBe('3');
  });
});

describe('fields', () => {
  it('are edited by their schema', () => {
    const choice = { allowedValues: [{ id: '1', value: 'x' }] };
    expect(kindOf(meta('user'))).toBe('person');
    expect(kindOf(meta('array', { items: 'user' }))).toBe('people');
    expect(kindOf(meta('array', { items: 'option', ...choice }))).toBe('choices');
    expect(kindOf(meta('option', choice))).toBe('choice');
    expect(kindOf(meta('string', { custom: 'textarea' }))).toBe('rich');
    expect(kindOf(meta('string', { custom: 'url' }))).toBe('url');
    expect(kindOf(meta('any'))).toBe('fixed');
  });

  it('stand in the column that fits them', () => {
    const { rich, plain } = otherFields({ summary: meta('string'), customfield_1: meta('string', { custom: 'textarea' }), customfield_2: meta('number'), customfield_3: meta('any', { custom: 'gh-epic-link' }) });
    expect(rich.map(([id]) => id)).toEqual(['customfield_1']);
    expect(plain.map(([id]) => id)).toEqual(['customfield_2']);
  });
});

describe('history', () => {
  it('is told in sentences', () => {
    expect(sentenceOf(change({ field: 'status', fieldId: 'status', fromString: 'To Do', toString: 'Done' }))).toEqual({ verb: 'changed the status', from: 'To Do', to: 'Done', long: false });
    expect(sentenceOf(change({ field: 'assignee', fieldId: 'assignee', toString: 'Ana' }))).toMatchObject({ verb: 'assigned', from: null, to: 'Ana' });
    expect(sentenceOf(change({ field: 'assignee', fieldId: 'assignee', fromString: 'Ana', toString: null }))).toMatchObject({ verb: 'unassigned', from: 'Ana' });
    expect(sentenceOf(change({ field: 'Link', toString: 'This issue blocks A-2' }))).toMatchObject({ verb: 'added a link:', to: 'This issue blocks A-2' });
    expect(sentenceOf(change({ field: 'description', fieldId: 'description', fromString: 'a', toString: 'b' }))).toMatchObject({ verb: 'changed the description', long: true });
    expect(sentenceOf(change({ field: 'Story Points', fieldId: 'customfield_9', toString: '3' }))).toMatchObject({ verb: 'set the Story Points to', to: '3' });
    expect(sentenceOf(change({ field: 'duedate', fieldId: 'duedate', fromString: '2026-01-01', toString: null }))).toMatchObject({ verb: 'cleared the due date' });
    expect(sentenceOf(change({ field: 'timespent', fieldId: 'timespent', fromString: '3600', toString: '34200' }))).toMatchObject({ from: '1h', to: '1d 1h 30m' });
  });
});

describe('time', () => {
  it('is read and written the way people log it', () => {
    expect(spanText(0)).toBe('0m');
    expect(spanText(144_000 + 28_800 + 60)).toBe('1w 1d 1m');
    for (const typed of ['2h 30m', '45', '1.5d']) expect(isSpan(typed)).toBe(true);
    for (const typed of ['', 'soon', '2 hours']) expect(isSpan(typed)).toBe(false);
  });

  it('is overdue after the day, while the work is open', () => {
    const issue = (key: string) => ({ fields: { status: { statusCategory: { key } } } }) as Issue;
    const noon = new Date('2026-03-10T12:00:00').getTime();
    expect(isOverdue('2026-03-10', issue('new'), noon)).toBe(false);
    expect(isOverdue('2026-03-09', issue('new'), noon)).toBe(true);
    expect(isOverdue('2026-03-09', issue('done'), noon)).toBe(false);
  });
});

it('groups links by the words that lead to the other issue', () => {
  const type = { id: '1', name: 'Blocks', inward: 'is blocked by', outward: 'blocks' };
  const other = (key: string) => ({ id: key, key, fields: {} }) as never;
  const links: IssueLink[] = [
    { id: 'a', type, outwardIssue: other('A-2') },
    { id: 'b', type, inwardIssue: other('A-3') },
    { id: 'c', type, outwardIssue: other('A-4') },
  ];
  expect(groupLinks(links).map((group) => [group.words, group.links.map((link) => link.issue.key)])).toEqual([
    ['blocks', ['A-2', 'A-4']],
    ['is blocked by', ['A-3']],
  ]);
});
