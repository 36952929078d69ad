import { posToDOMRect } from '@tiptap/core';
import { TextSelection } from '@tiptap/pm/state';
import { useEditorState, type Editor } from '@tiptap/react';
import { useEffect, useState, type ReactElement } from 'react';
import { textColors, toneOf } from './adf';
import css from './Editor.module.css';
import { Floating } from './Floating';
import { Tool } from './Tool';

/** True while a mouse button is down: a toolbar that jumps along with a growing selection is in the way. */
function useDragging(editor: Editor): boolean {
  const [dragging, setDragging] = useState(false);
  useEffect(() => {
    const down = (event: PointerEvent) => setDragging(event.target instanceof Node && editor.view.dom.contains(event.target));
    const up = () => setDragging(false);
    window.addEventListener('pointerdown', down);
    window.addEventListener('pointerup', up);
    window.addEventListener('pointercancel', up);
    return () => {
      window.removeEventListener('pointerdown', down);
      window.removeEventListener('pointerup', up);
      window.removeEventListener('pointercancel', up);
    };
  }, [editor]);
  return dragging;
}

const levels = [1, 2, 3] as const;

/** Tools for the chosen words, above them. */
export function Bubble({ editor, hidden, onLink }: { editor: Editor; hidden: boolean; onLink: () => void }): ReactElement | null {
  const dragging = useDragging(editor);
  const [inside, setInside] = useState(false);
  const [colors, setColors] = useState(false);
  const now = useEditorState({
    editor,
    selector: ({ editor: it }) => {
      const { selection } = it.state;
      return {
        chosen: selection instanceof TextSelection && !selection.empty && selection.$from.parent.type.spec.code !== true && it.state.doc.textBetween(selection.from, selection.to) !== '',
        focused: it.isFocused,
        level: (it.getAttributes('heading')['level'] as number | undefined) ?? 0,
        marks: ['strong', 'em', 'underline', 'strike', 'code', 'link', 'subsup'].filter((mark) => it.isActive(mark)),
        subsup: it.getAttributes('subsup')['type'] as string | undefined,
        color: it.getAttributes('textColor')['color'] as string | undefined,
      };
    },
  });
  if (!now.chosen || dragging || hidden || !(now.focused || inside)) return null;
  const toggle = (mark: string, attrs?: Record<string, unknown>) => editor.chain().focus().toggleMark(mark, attrs).run();
  const on = (mark: string) => now.marks.includes(mark);
  return (
    <Floating
      placement="top"
      context={editor.view.dom}
      rect={() => posToDOMRect(editor.view, editor.state.selection.from, editor.state.selection.to)}
      onFocus={() => setInside(true)}
      onBlur={() => setInside(false)}
    >
      <div className={css['bar']} role="toolbar" aria-label="Chosen text">
        {levels.map((level) => (
          <Tool key={level} label={`Heading ${level}`} pressed={now.level === level} onPress={() => editor.chain().focus().toggleNode('heading', 'paragraph', { level }).run()}>
            <b className={css['toolText']}>H{level}</b>
          </Tool>
        ))}
        <span className={css['gap']} />
        <Tool glyph="bold" label="Bold" keys="mod+b" pressed={on('strong')} onPress={() => toggle('strong')} />
        <Tool glyph="italic" label="Italic" keys="mod+i" pressed={on('em')} onPress={() => toggle('em')} />
        <Tool glyph="underline" label="Underline" keys="mod+u" pressed={on('underline')} onPress={() => toggle('underline')} />
        <Tool glyph="strike" label="Strike through" keys="mod+shift+s" pressed={on('strike')} onPress={() => toggle('strike')} />
        <Tool glyph="code" label="Code" keys="mod+e" pressed={on('code')} onPress={() => toggle('code')} />
        <Tool label="Subscript" pressed={now.subsup === 'sub'} onPress={() => toggle('subsup', { type: 'sub' })}>
          <span className={css['toolText']}>
            x<sub>2</sub>
          </span>
        </Tool>
        <Tool label="Superscript" pressed={now.subsup === 'sup'} onPress={() => toggle('subsup', { type: 'sup' })}>
          <span className={css['toolText']}>
            x<sup>2</sup>
          </span>
        </Tool>
        <Tool glyph="color" label="Text colour" pressed={now.color !== undefined} onPress={() => setColors(!colors)} />
        <Tool glyph="link" label="Link" keys="mod+k" pressed={on('link')} onPress={onLink} />
        {colors && (
          <div className={css['swatches']} role="group" aria-label="Text colour">
            <Tool label="Usual colour" pressed={now.color === undefined} onPress={() => editor.chain().focus().unsetMark('textColor').run()}>
              <span className={css['swatch']}>A</span>
            </Tool>
            {textColors.map(({ name, color }) => (
              <Tool key={color} label={name} pressed={now.color === color} onPress={() => editor.chain().focus().setMark('textColor', { color }).run()}>
                <span className={css['swatch']} data-tone={toneOf(color) ?? undefined}>
                  A
                </span>
              </Tool>
            ))}
          </div>
        )}
      </div>
    </Floating>
  );
}
