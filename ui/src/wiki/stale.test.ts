import { expect, it } from 'vitest';
import { keys, staleKeys } from './stale';

it('refreshes a page, the trees and the lists when a page changes', () => {
  const stale = staleKeys({ type: 'wiki.page', id: '65540', op: 'update' });
  expect(stale).toContainEqual(keys.page('65540'));
  expect(stale).toContainEqual(keys.trees);
  expect(stale).toContainEqual(keys.lists);
});

it('refreshes only the page a comment stands on', () => {
  expect(staleKeys({ type: 'wiki.comment', id: '7', page: '65540', op: 'create' })).toEqual([keys.page('65540')]);
  expect(staleKeys({ type: 'wiki.comment', id: '7', op: 'create' })).toEqual([keys.pages]);
});

it('refreshes all pages when who may read changed: it is inherited', () => {
  expect(staleKeys({ type: 'wiki.restriction', id: '7', page: '65540', op: 'create' })).toContainEqual(keys.pages);
});

it('refreshes everything for what it does not know', () => {
  expect(staleKeys({ type: 'wiki.whiteboard', id: '7', op: 'create' })).toEqual([keys.all]);
});
