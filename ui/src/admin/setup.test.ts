import { expect, it } from 'vitest';
import { setupProblems, slugOf } from './setup';

it.each([
  ['Acme', 'acme'],
  ['Müller & Söhne GmbH', 'muller-sohne-gmbh'],
  ['  --x--  ', 'x'],
  ['日本', ''],
  [`${'a'.repeat(39)} b`, 'a'.repeat(39)],
])('writes %j as %j', (name, slug) => expect(slugOf(name)).toBe(slug));

it('accepts a good form and names every bad field', () => {
  const good = { organization: 'A', site: 'A', slug: 'a', name: 'Ana', email: 'ana@example.com', password: 'correct horse' };
  expect(setupProblems(good)).toEqual({});
  const bad = { organization: ' ', site: '', slug: '-a', name: '', email: 'ana', password: 'short' };
  expect(Object.keys(setupProblems(bad)).sort()).toEqual(['email', 'name', 'organization', 'password', 'site', 'slug']);
});
