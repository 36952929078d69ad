import { expect, it } from 'vitest';
import type { Space } from '../wire';
import { keyOf, keyProblem, matching } from './model';

const space = (key: string, name: string, favourite = false, description = '') => ({ key, name, favourite, description }) as Space;

it('finds spaces by any words, without accents, starred first', () => {
  const all = [space('ZOO', 'Zoo'), space('CAF', 'Café handbook'), space('ENG', 'Engineering', true, 'how we build')];
  expect(matching(all, '').map((each) => each.key)).toEqual(['ENG', 'CAF', 'ZOO']);
  expect(matching(all, 'cafe hand').map((each) => each.key)).toEqual(['CAF']);
  expect(matching(all, 'BUILD').map((each) => each.key)).toEqual(['ENG']);
});

it('proposes a key that may be one', () => {
  expect(keyOf('People and culture')).toBe('PAC');
  expect(keyOf('Engineering')).toBe('ENGINE');
  expect(keyOf('Übergröße & Co')).toBe('UC');
  expect(keyOf('设计')).toBe('');
  expect(keyProblem('A-B')).toBeDefined();
  expect(keyProblem('ENG')).toBeUndefined();
});
