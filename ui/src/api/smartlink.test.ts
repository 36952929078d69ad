import { afterEach, expect, it, vi } from 'vitest';
import { api } from './client';
import { smartLinkOf } from './smartlink';

afterEach(() => vi.restoreAllMocks());

it('asks for addresses together and gives each its answer', async () => {
  const post = vi.spyOn(api, 'post').mockResolvedValue({ links: [{ title: 'One' }, null] });
  const [one, two] = await Promise.all([smartLinkOf('/browse/A-1'), smartLinkOf(`${location.origin}/wiki/spaces/A/pages/1`)]);
  expect(one).toMatchObject({ title: 'One' });
  expect(two).toBeNull();
  expect(post).toHaveBeenCalledTimes(1);
  expect(post).toHaveBeenCalledWith('/api/smartlinks', { urls: ['/browse/A-1', `${location.origin}/wiki/spaces/A/pages/1`] });
});

it('asks nobody about addresses that cannot be ours', async () => {
  const post = vi.spyOn(api, 'post');
  expect(await Promise.all(['https://example.com/a/b', 'mailto:a@b.example', 'no address'].map(smartLinkOf))).toEqual([null, null, null]);
  expect(post).not.toHaveBeenCalled();
});

it('fails all that were asked for together', async () => {
  vi.spyOn(api, 'post').mockRejectedValue(new Error('offline'));
  const answers = await Promise.allSettled([smartLinkOf('/browse/A-1'), smartLinkOf('/browse/A-2')]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
