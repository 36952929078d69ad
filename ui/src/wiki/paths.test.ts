import { expect, it } from 'vitest';
import { pageTo, slug, tinyId } from './paths';

/** As the vendor's servers shorten identifiers. */
function tiny(id: number): string {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(id), true);
  return btoa(String.fromCharCode(...bytes))
    .replace(/=+$/, '')
    .replace(/A+$/, '')
    .replaceAll('/', '-')
    .replaceAll('+', '_');
}

it('reads the identifier out of a short address', () => {
  for (const id of [1, 65536, 65540, 98765, 123456789, 4503599627370497]) expect(tinyId(tiny(id))).toBe(String(id));
  expect(tinyId('65540')).toBe('65540');
  expect(tinyId('%%')).toBeNull();
  expect(tinyId('')).toBeNull();
});

it('makes addresses that people can read and that keep their parts apart', () => {
  expect(slug('Release notes / 2026?')).toBe('Release+notes+2026+');
  expect(slug('  ')).toBe('page');
  expect(pageTo({ id: '7', spaceKey: 'DOC', title: 'A b' })).toEqual({ to: '/wiki/spaces/$key/pages/$id/$title', params: { key: 'DOC', id: '7', title: 'A+b' } });
});
