import type { Editor } from '@tiptap/react';
import { useEffect, useId, useRef, useSyncExternalStore, type ReactElement } from 'react';
import { announce, Avatar, Icon } from '../kit';
import css from './Editor.module.css';
import { Floating } from './Floating';
import { Glyph } from './glyphs';
import type { Choice, SuggestStore } from './suggest';

/** The list under the cursor behind "/" and "@". The text keeps the focus; the keys come from there. */
export function SuggestList({ store, editor }: { store: SuggestStore; editor: Editor }): ReactElement | null {
  const shown = useSyncExternalStore(store.subscribe, store.get);
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const active = shown?.active ?? 0;
  const open = shown !== null;
  const count = shown?.choices.length ?? 0;

  useEffect(() => {
    if (!open) return undefined;
    const { dom } = editor.view;
    // Escape then closes the list and not the dialog around the editor.
    dom.setAttribute('data-mantine-stop-propagation', 'true');
    dom.setAttribute('aria-controls', id);
    return () => {
      for (const name of ['data-mantine-stop-propagation', 'aria-controls', 'aria-activedescendant']) dom.removeAttribute(name);
    };
  }, [editor, open, id]);
  useEffect(() => {
    if (!open || count === 0) return;
    editor.view.dom.setAttribute('aria-activedescendant', `${id}-${active}`);
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [editor, open, active, count, id]);
  useEffect(() => {
    if (open && !shown.loading) announce(count === 0 ? 'Nothing matches' : `${count} ${count === 1 ? 'choice' : 'choices'}`);
  }, [open, count, shown?.loading]);

  if (!shown) return null;
  const empty = shown.kind === 'person' ? 'Nobody by this name' : 'Nothing matches';
  return (
    <Floating rect={shown.rect} context={editor.view.dom} onMouseDown={(event) => event.preventDefault()}>
      <div className={css['suggest']}>
        <ul ref={list} id={id} role="listbox" aria-label={shown.kind === 'person' ? 'People' : 'Insert'}>
          {shown.choices.map((choice, i) => (
            <li
              key={keyOf(choice)}
              id={`${id}-${i}`}
              role="option"
              aria-selected={i === active}
              className={css['choice']}
              onMouseMove={() => i !== active && store.move(i)}
              onClick={() => shown.pick(i)}
            >
              <ChoiceView choice={choice} />
            </li>
          ))}
        </ul>
        {count === 0 && <div className={css['none']}>{shown.loading ? 'Searching…' : empty}</div>}
      </div>
    </Floating>
  );
}

const keyOf = (choice: Choice): string => (choice.kind === 'insert' ? choice.insertion.id : choice.person.accountId);

function ChoiceView({ choice }: { choice: Choice }): ReactElement {
  if (choice.kind === 'person') {
    return (
      <>
        <Avatar person={choice.person} />
        <span className={css['choiceLabel']}>{choice.person.displayName}</span>
      </>
    );
  }
  const { label, note, glyph, icon } = choice.insertion;
  return (
    <>
      <span className={css['choiceMark']}>
        {icon ? <Icon name={icon} /> : glyph && <Glyph name={glyph} />}
      </span>
      <span className={css['choiceLabel']}>{label}</span>
      {note && <code className={css['choiceNote']}>{note}</code>}
    </>
  );
}
