import { expect, it } from 'vitest';
import { keyOf, keyProblem } from './model';

it.each([
  ['Payments', 'PAYM'],
  ['Mobile App', 'MA'],
  ['Größe und Länge', 'GUL'],
  ['2026 Plan', 'PLAN'],
  ['日本', ''],
])('makes of %j the key %j', (name, key) => expect(keyOf(name)).toBe(key));

it.each([['A', false], ['AB', true], ['ab', false], ['1A', false], ['A_1', true], ['ABCDEFGHIJK', false]])('judges %s', (key, good) =>
  expect(keyProblem(key as string) === undefined).toBe(good),
);
