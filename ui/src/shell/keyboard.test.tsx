import { cleanup, render } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { useCommands, type Command } from './commands';
import { listenForKeys, match } from './keyboard';

function Offer({ commands }: { commands: readonly Command[] }) {
  useCommands(commands);
  return <input aria-label="text" />;
}

let stop: () => void;
beforeEach(() => {
  stop = listenForKeys();
});
afterEach(() => {
  stop();
  cleanup();
});

const press = (key: string, init: KeyboardEventInit = {}, target: EventTarget = document.body) =>
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init }));

it('runs single keys, sequences and alternatives', () => {
  const next = vi.fn();
  const inbox = vi.fn();
  render(
    <Offer
      commands={[
        { id: 'next', label: 'Next', keys: 'j|arrowdown', run: next },
        { id: 'inbox', label: 'Inbox', keys: 'g i', run: inbox },
      ]}
    />,
  );
  press('j');
  press('ArrowDown');
  expect(next).toHaveBeenCalledTimes(2);
  press('i');
  expect(inbox).not.toHaveBeenCalled();
  press('g');
  press('i');
  expect(inbox).toHaveBeenCalledTimes(1);
  press('g');
  press('j');
  expect(next).toHaveBeenCalledTimes(3);
});

it('leaves typing alone but hears chords with a modifier', () => {
  const create = vi.fn();
  const palette = vi.fn();
  const { getByLabelText } = render(
    <Offer
      commands={[
        { id: 'c', label: 'Create', keys: 'c', run: create },
        { id: 'k', label: 'Palette', keys: 'mod+k', run: palette },
      ]}
    />,
  );
  const input = getByLabelText('text');
  press('c', {}, input);
  press('k', { ctrlKey: true }, input);
  expect(create).not.toHaveBeenCalled();
  expect(palette).toHaveBeenCalledTimes(1);
});

it('lets the later offer of an id win, and forgets what is unmounted', () => {
  const first = vi.fn();
  const second = vi.fn();
  render(<Offer commands={[{ id: 'x', label: 'X', keys: 'x', run: first }]} />);
  const later = render(<Offer commands={[{ id: 'x', label: 'X', keys: 'x', run: second }]} />);
  press('x');
  expect(second).toHaveBeenCalledTimes(1);
  later.unmount();
  press('x');
  expect(first).toHaveBeenCalledTimes(1);
});

it('tells a started sequence from a finished one', () => {
  expect(match('g i', ['g'])).toBe('part');
  expect(match('g i', ['g', 'i'])).toBe('full');
  expect(match('g i|i', ['i'])).toBe('full');
  expect(match('g i', ['i'])).toBe('none');
});
