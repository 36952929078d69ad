import { describe, expect, it } from 'vitest';
import { catalogue, categorized, filterText, freshAction, swapped, withKey } from './catalogue';

const [create, close] = [freshAction('create'), freshAction('close')];

describe('actions of an integration', () => {
  it('says when one is carried out', () => {
    expect(filterText({ conditionMatchType: 'match-all' })).toBe('whatever is received');
    expect(
      filterText({
        conditionMatchType: 'match-any-condition',
        conditions: [
          { field: '_event.status', operation: 'equals', expectedValue: 'resolved' },
          { field: 'details', key: 'env', not: true, operation: 'starts-with', expectedValue: 'prod' },
        ],
      }),
    ).toBe('_event.status equals resolved or details.env not starts with prod');
  });
  it('keeps their order in numbers', () => {
    expect(swapped([create, close], 1, -1).map(({ type, order }) => [type, order])).toEqual([
      ['close', 0],
      ['create', 1],
    ]);
    expect(swapped([create, close], 1, 1).map(({ type }) => type)).toEqual(['create', 'close']);
  });
  it('names every type, so that one can be emptied', () => {
    const all = categorized([close]);
    expect(all['create']).toEqual([]);
    expect(all['close']).toHaveLength(1);
  });
});

describe('configurations', () => {
  it('puts the key where it belongs', () => {
    expect(withKey('api_key: API_KEY', 'k1')).toBe('api_key: k1');
    expect(withKey('api_key: API_KEY', null)).toBe('api_key: API_KEY');
  });
  it('has samples that are JSON', () => {
    for (const { sample } of catalogue) expect(() => void JSON.parse(sample)).not.toThrow();
  });
});
