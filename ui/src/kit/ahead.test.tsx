import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { holdKeys } from './ahead';

/** jsdom types nothing: what a browser does at "insertText" is written down here. */
const typed: string[] = [];

beforeEach(() => {
  typed.length = 0;
  document.execCommand = (_, __, text) => typed.push(text ?? '') > 0;
});

afterEach(() => vi.restoreAllMocks());

function Box() {
  return (
    <div role="dialog" aria-label="Box">
      <input aria-label="Field" />
      <button type="button">Done</button>
    </div>
  );
}

describe('keys pressed before a dialog has the focus', () => {
  it('are typed into its field, and Enter comes after them', async () => {
    const page = vi.fn();
    window.addEventListener('keydown', page);
    const stop = holdKeys();
    for (const key of ['p', 'l', 'x', 'Backspace', 'a', 'n', 'Enter']) fireEvent.keyDown(document.body, { key });
    expect(page).not.toHaveBeenCalled();
    render(<Box />);
    const entered = vi.fn();
    screen.getByLabelText('Field').addEventListener('keydown', (event) => entered(event.key, [...typed]));
    screen.getByLabelText('Field').focus();
    await waitFor(() => expect(entered).toHaveBeenCalledWith('Enter', ['plan']));
    fireEvent.keyDown(document.body, { key: 'j' });
    expect(page).toHaveBeenCalledWith(expect.objectContaining({ key: 'j' }));
    stop();
    window.removeEventListener('keydown', page);
  });

  it('are forgotten when it is given up, and when its first control takes no text', async () => {
    const cancel = vi.fn();
    holdKeys(cancel);
    fireEvent.keyDown(document.body, { key: 'a' });
    fireEvent.keyDown(document.body, { key: 'Escape' });
    expect(cancel).toHaveBeenCalledOnce();
    render(<Box />);
    const stop = holdKeys();
    fireEvent.keyDown(document.body, { key: 'b' });
    screen.getByRole('button', { name: 'Done' }).focus();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(typed).toEqual([]);
    stop();
  });

  it('leaves keys with a modifier alone', () => {
    const page = vi.fn();
    window.addEventListener('keydown', page);
    const stop = holdKeys();
    fireEvent.keyDown(document.body, { key: 'r', ctrlKey: true });
    expect(page).toHaveBeenCalledOnce();
    stop();
    window.removeEventListener('keydown', page);
  });
});
