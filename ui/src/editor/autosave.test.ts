import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { AdfDoc } from '../api';
import { Autosave } from './autosave';

const doc = (text: string): AdfDoc => ({ version: 1, type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] });

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('saves the latest text when the hand rests', async () => {
  const save = vi.fn();
  const auto = new Autosave(() => ({ save }));
  auto.changed(doc('a'));
  auto.changed(doc('ab'));
  await vi.advanceTimersByTimeAsync(799);
  expect(save).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(save.mock.calls).toEqual([[doc('ab')]]);
});

it('does not wait for ever while somebody types on', async () => {
  const save = vi.fn();
  const auto = new Autosave(() => ({ save, longest: 2_000 }));
  for (let i = 0; i < 30; i++) {
    auto.changed(doc(String(i)));
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(save).toHaveBeenCalledTimes(1);
});

it('never saves two at a time, and the newest last', async () => {
  const finish: (() => void)[] = [];
  const save = vi.fn(() => new Promise<void>((resolve) => finish.push(resolve)));
  const auto = new Autosave(() => ({ save }));
  auto.changed(doc('one'));
  void auto.flush();
  auto.changed(doc('two'));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(save).toHaveBeenCalledTimes(1);
  finish[0]?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(save).toHaveBeenLastCalledWith(doc('two'));
});

it('keeps what could not be saved', async () => {
  const save = vi.fn().mockRejectedValueOnce(new Error('offline')).mockResolvedValue(undefined);
  const auto = new Autosave(() => ({ save }));
  auto.changed(doc('one'));
  await vi.advanceTimersByTimeAsync(800);
  await auto.flush();
  expect(save.mock.calls).toEqual([[doc('one')], [doc('one')]]);
});
