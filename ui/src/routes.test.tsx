import { expect, it } from 'vitest';
import { products } from './routes';
import type { ProductManifest } from './shell';

const shellKeys = ['mod+k', '/', '.', 'c', '?', '['];
const each = <T,>(of: (product: ProductManifest) => readonly (T | undefined)[]): T[] => products.flatMap((product) => of(product).filter((value) => value !== undefined));
const twice = (values: readonly string[]): string[] => values.filter((value, i) => values.indexOf(value) !== i);

it('gives every key to one place only', () => {
  const keys = each((product) => [...product.rail, ...(product.commands ?? [])].map((entry) => entry.keys)).flatMap((ways) => ways.split('|'));
  expect(twice([...shellKeys, ...keys])).toEqual([]);
});

it('names products, commands, records and addresses apart', () => {
  expect(twice(each((product) => [product.name]))).toEqual([]);
  expect(twice(each((product) => (product.commands ?? []).map((command) => command.id)))).toEqual([]);
  expect(twice(each((product) => (product.create ?? []).map((entry) => entry.id)))).toEqual([]);
  expect(twice(each((product) => product.paths))).toEqual([]);
  expect(twice(each((product) => product.rail.map((entry) => (entry.place ?? entry.label).toLowerCase())))).toEqual([]);
});

it('keeps the links of a product below its addresses', () => {
  for (const product of products) {
    for (const { link, top } of product.rail) {
      if (!top) expect(product.paths.some((path) => String(link.to).startsWith(path)), String(link.to)).toBe(true);
    }
  }
});
