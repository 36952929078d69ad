import { describe, expect, it } from 'vitest';
import { criteriaProblem, operationsOf, say } from './criteria';

describe('conditions in words', () => {
  it('names a detail by its key', () => {
    expect(say({ field: 'details', key: 'env', not: false, operation: 'equals', expectedValue: 'staging' })).toEqual({ field: 'env', operation: 'is', value: 'staging' });
  });
  it('puts the negation where people say it', () => {
    expect(say({ field: 'priority', not: true, operation: 'equals', expectedValue: 'P5' }).operation).toBe('is not');
    expect(say({ field: 'message', not: true, operation: 'contains', expectedValue: 'x' }).operation).toBe('not contains');
  });
  it('leaves the value out where there is none', () => {
    expect(say({ field: 'tags', not: false, operation: 'is-empty', expectedValue: 'left over' }).value).toBe('');
  });
});

describe('what a form of conditions lacks', () => {
  it('asks for a condition and for values', () => {
    expect(criteriaProblem({ type: 'match-all' })).toBeNull();
    expect(criteriaProblem({ type: 'match-all-conditions', conditions: [] })).toMatch(/Add a condition/);
    expect(criteriaProblem({ type: 'match-any-condition', conditions: [{ field: 'message', not: false, operation: 'contains', expectedValue: '' }] })).toBe('Condition 1 needs a value.');
  });
  it('offers what a field can be asked', () => {
    expect(operationsOf('priority').map(({ value }) => value)).toEqual(['equals', 'greater-than', 'less-than']);
    expect(operationsOf('message').some(({ value }) => value === 'greater-than')).toBe(false);
  });
});
