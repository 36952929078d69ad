import { getMarkRange, posToDOMRect } from '@tiptap/core';
import type { Editor } from '@tiptap/react';
import { useState, type FormEvent, type ReactElement } from 'react';
import { Button } from '../kit';
import { text, typedHref } from './adf';
import css from './Editor.module.css';
import { Floating } from './Floating';

/** Gives the chosen words an address, or writes new words that have one. */
export function LinkForm({ editor, onClose }: { editor: Editor; onClose: () => void }): ReactElement {
  const [target] = useState(() => {
    const { state } = editor;
    const { $from, from, to, empty } = state.selection;
    const type = state.schema.marks['link'];
    const around = type && empty ? getMarkRange($from, type) : undefined;
    const range = around ?? { from, to };
    return { ...range, fresh: empty && !around, href: text(editor.getAttributes('link')['href']) };
  });
  const [href, setHref] = useState(target.href);
  const [words, setWords] = useState('');
  const [wrong, setWrong] = useState(false);

  const close = () => {
    onClose();
    editor.commands.focus();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    const address = typedHref(href);
    if (href.trim() !== '' && address === null) return setWrong(true);
    const chain = editor.chain().focus();
    if (address === null) chain.setTextSelection(target).unsetMark('link').run();
    else if (target.fresh) chain.insertContentAt(target.from, { type: 'text', text: words.trim() || href.trim(), marks: [{ type: 'link', attrs: { href: address } }] }).run();
    else chain.setTextSelection(target).setMark('link', { href: address, source: null }).setTextSelection(target.to).run();
    onClose();
  };
  return (
    <Floating placement="bottom-start" context={editor.view.dom} rect={() => posToDOMRect(editor.view, target.from, target.to)}>
      <form
        className={css['form']}
        role="dialog"
        aria-label="Link"
        onSubmit={submit}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          close();
        }}
      >
        <input
          autoFocus
          data-mantine-stop-propagation="true"
          aria-label="Address"
          aria-invalid={wrong || undefined}
          placeholder="Paste or type an address"
          value={href}
          onChange={(event) => {
            setHref(event.currentTarget.value);
            setWrong(false);
          }}
        />
        {target.fresh && <input data-mantine-stop-propagation="true" aria-label="Words to show" placeholder="Words to show" value={words} onChange={(event) => setWords(event.currentTarget.value)} />}
        {wrong && (
          <div role="alert" className={css['wrong']}>
            Only http, https and mailto addresses can be linked.
          </div>
        )}
        <div className={css['formFoot']}>
          <Button size="s" variant="subtle" onClick={close}>
            Cancel
          </Button>
          <Button size="s" variant="primary" type="submit">
            {href.trim() === '' && target.href !== '' ? 'Remove link' : 'Link'}
          </Button>
        </div>
      </form>
    </Floating>
  );
}
