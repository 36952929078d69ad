import type { Editor } from '@tiptap/react';
import { useEditorState } from '@tiptap/react';
import { useRef, type ReactElement } from 'react';
import { Button } from '../kit';
import css from './Editor.module.css';
import { toLineList } from './schema/lists';
import { Tool } from './Tool';
import { uploadsUnderWay } from './uploads';

interface ToolbarProps {
  editor: Editor;
  onFiles: ((files: File[]) => void) | undefined;
  onLink: () => void;
  onSubmit?: (() => void) | undefined;
  submitLabel?: string | undefined;
  onCancel?: (() => void) | undefined;
  busy?: boolean | undefined;
}

/** The quiet line under the text: what is used most, for hands on a mouse or a phone. */
export function Toolbar({ editor, onFiles, onLink, onSubmit, submitLabel, onCancel, busy }: ToolbarProps): ReactElement {
  const chooser = useRef<HTMLInputElement>(null);
  const now = useEditorState({
    editor,
    selector: ({ editor: it }) => ({
      strong: it.isActive('strong'),
      em: it.isActive('em'),
      code: it.isActive('code'),
      bullets: it.isActive('bulletList'),
      numbers: it.isActive('orderedList'),
      tasks: it.isActive('taskList'),
      link: it.isActive('link'),
      uploading: uploadsUnderWay(it),
    }),
  });
  const type = (sign: string) => {
    const { $from } = editor.state.selection;
    const before = $from.parent.textBetween(Math.max(0, $from.parentOffset - 1), $from.parentOffset);
    editor.chain().focus().insertContent(before === '' || before === ' ' ? sign : ` ${sign}`).run();
  };
  return (
    <div className={css['toolbar']}>
      <div className={css['tools']} role="toolbar" aria-label="Formatting">
        <Tool glyph="plus" label="Insert" keys="/" onPress={() => type('/')} />
        <Tool glyph="bold" label="Bold" keys="mod+b" pressed={now.strong} onPress={() => editor.chain().focus().toggleMark('strong').run()} />
        <Tool glyph="italic" label="Italic" keys="mod+i" pressed={now.em} onPress={() => editor.chain().focus().toggleMark('em').run()} />
        <Tool glyph="code" label="Code" keys="mod+e" pressed={now.code} onPress={() => editor.chain().focus().toggleMark('code').run()} />
        <Tool glyph="link" label="Link" keys="mod+k" pressed={now.link} onPress={onLink} />
        <Tool glyph="bullets" label="Bullet list" pressed={now.bullets} onPress={() => editor.chain().focus().toggleBulletList().run()} />
        <Tool glyph="numbers" label="Numbered list" pressed={now.numbers} onPress={() => editor.chain().focus().toggleOrderedList().run()} />
        <Tool
          glyph="task"
          label="Task list"
          pressed={now.tasks}
          onPress={() =>
            editor
              .chain()
              .focus()
              .command(({ tr, state }) => toLineList(tr, state, 'taskList', 'taskItem'))
              .run()
          }
        />
        <Tool glyph="mention" label="Mention somebody" keys="@" onPress={() => type('@')} />
        {onFiles && (
          <>
            <Tool glyph="attach" label="Attach a file" onPress={() => chooser.current?.click()} />
            <input
              ref={chooser}
              type="file"
              multiple
              hidden
              aria-label="Files to attach"
              onChange={(event) => {
                onFiles([...(event.currentTarget.files ?? [])]);
                event.currentTarget.value = '';
              }}
            />
          </>
        )}
      </div>
      {(onSubmit ?? onCancel) && (
        <div className={css['finish']}>
          {onCancel && (
            <Button size="s" variant="subtle" onClick={onCancel}>
              Cancel
            </Button>
          )}
          {onSubmit && (
            <Button size="s" variant="primary" busy={busy ?? false} disabled={now.uploading > 0} onClick={onSubmit}>
              {submitLabel ?? 'Save'}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
