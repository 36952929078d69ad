import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { FormDialog, KitProvider, TextField, type FormDialogProps } from '.';

const show = (more: Partial<FormDialogProps> = {}) => {
  const submit = vi.fn();
  const close = vi.fn();
  render(
    <KitProvider>
      <FormDialog title="Rename" submit="Save" onSubmit={submit} onClose={close} {...more}>
        {more.children ?? <TextField label="Name" data-autofocus />}
      </FormDialog>
    </KitProvider>,
  );
  return { submit, close };
};

it('submits by Enter and by its button, and closes by Cancel', async () => {
  const { submit, close } = show();
  const user = userEvent.setup();
  await user.type(await screen.findByRole('textbox', { name: 'Name' }), 'x{Enter}');
  expect(submit).toHaveBeenCalledTimes(1);
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(submit).toHaveBeenCalledTimes(2);
  await user.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(close).toHaveBeenCalledTimes(1);
});

it.each([
  ['something is missing', { ready: false }],
  ['it is under way', { busy: true }],
])('takes no Enter while %s', async (_, more) => {
  const { submit } = show(more);
  await userEvent.setup().type(await screen.findByRole('textbox', { name: 'Name' }), 'x{Enter}');
  expect(submit).not.toHaveBeenCalled();
});

it('has the focus on Cancel when it deletes', async () => {
  const { submit } = show({ danger: true, submit: 'Delete “Frost”', children: <p>It is gone then.</p> });
  await vi.waitFor(() => expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Cancel' })));
  await userEvent.setup().keyboard('{Enter}');
  expect(submit).not.toHaveBeenCalled();
});

it('says what failed and why', async () => {
  show({ what: 'save the name', error: new Error('There is one already.') });
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain('Could not save the name');
  expect(alert.textContent).toContain('There is one already.');
});
