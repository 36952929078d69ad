import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { Button, ErrorState, initials, KitProvider, PickerList, relativeText, toast } from '.';

const options = [
  { value: 'a', label: 'Ana' },
  { value: 'b', label: 'Ben' },
  { value: 'z', label: 'Zoë' },
];

it('picks by typing, arrows and Enter, without regard to accents', async () => {
  const pick = vi.fn();
  const user = userEvent.setup();
  render(<PickerList options={options} selected={[]} onPick={pick} />);
  await user.click(screen.getByRole('combobox'));
  await user.keyboard('{ArrowDown}{Enter}');
  expect(pick).toHaveBeenLastCalledWith('b');
  await user.keyboard('zoe{Enter}');
  expect(pick).toHaveBeenLastCalledWith('z');
  await user.keyboard('nobody');
  expect(screen.getByText('Nothing matches.')).toBeTruthy();
});

it('offers to make a value that is not there', async () => {
  const create = vi.fn();
  const user = userEvent.setup();
  render(<PickerList options={options} selected={[]} onPick={() => undefined} onCreate={create} />);
  await user.type(screen.getByRole('combobox'), 'Ana');
  expect(screen.queryByText(/^Add/)).toBeNull();
  await user.type(screen.getByRole('combobox'), 's{Enter}');
  expect(create).toHaveBeenCalledWith('Anas');
});

it('takes an act back from the toast, once', async () => {
  const undo = vi.fn();
  const user = userEvent.setup();
  render(
    <KitProvider>
      <Button onClick={() => toast({ title: 'Moved', undo })}>Move</Button>
    </KitProvider>,
  );
  await user.click(screen.getByText('Move'));
  await user.click(await screen.findByText('Undo'));
  expect(undo).toHaveBeenCalledTimes(1);
  expect(screen.queryByText('Moved')).toBeNull();
});

it('says the request id with an error', () => {
  render(<ErrorState what="load the board" error={Object.assign(new Error('It is gone.'), { requestId: 'r-77' })} />);
  expect(screen.getByRole('alert').textContent).toContain('Could not load the board');
  expect(screen.getByText('r-77')).toBeTruthy();
});

it.each([
  ['Ana Lindqvist', 'AL'],
  ['ana', 'A'],
  ['Ana Maria de la Cruz', 'AC'],
  ['', '?'],
  ['李 小龙', '李小'],
])('writes %j as %j', (name, expected) => expect(initials(name)).toBe(expected));

it('tells ages in words until a date says more', () => {
  const now = Date.parse('2026-06-15T12:00:00Z');
  expect(relativeText(now - 10_000, now)).toBe('just now');
  expect(relativeText(now - 3 * 3_600_000, now)).toMatch(/3 hours/);
  expect(relativeText(now + 86_400_000 * 2, now)).toMatch(/2 days/);
  expect(relativeText(now - 90 * 86_400_000, now)).toMatch(/17/);
});
