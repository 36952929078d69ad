import { expect, it } from 'vitest';
import { definitionOf, macroNode, macros, paramsOf, withParams } from './definitions';

it('writes parameters as the storage format reads them and reads them back', () => {
  const toc = definitionOf('toc');
  if (!toc) throw new Error('no toc');
  const node = macroNode(toc, { maxLevel: '3', minLevel: '' });
  expect(node.attrs).toMatchObject({ extensionKey: 'toc', parameters: { macroParams: { maxLevel: { value: '3' } } } });
  expect(paramsOf(node)).toEqual({ maxLevel: '3' });
});

it('keeps parameters that its form does not know', () => {
  const node = { type: 'extension', attrs: { extensionKey: 'toc', layout: 'wide', parameters: { macroMetadata: { macroId: { value: 'x' } }, macroParams: { style: { value: 'none' }, maxLevel: { value: '2' } } } } };
  expect(withParams(node, { maxLevel: '' })).toEqual({ extensionKey: 'toc', layout: 'wide', parameters: { macroMetadata: { macroId: { value: 'x' } }, macroParams: { style: { value: 'none' } } } });
});

it('offers each macro once', () => {
  expect(new Set(macros.map((macro) => macro.key)).size).toBe(macros.length);
});
