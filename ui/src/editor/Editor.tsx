import { Extension, type Extensions } from '@tiptap/core';
import { Dropcursor, Gapcursor, Placeholder, UndoRedo } from '@tiptap/extensions';
import { EditorContent, useEditor, type Editor as TiptapEditor } from '@tiptap/react';
import { useEffect, useLayoutEffect, useState, useSyncExternalStore, type MouseEvent, type ReactElement } from 'react';
import { toast } from '../kit';
import type { FindMedia, MediaFile } from './adf';
import type { TypedAhead } from './ahead';
import { Autosave } from './autosave';
import { Bubble } from './Bubble';
import { editorSchema, fromAdf, toAdf } from './convert';
import css from './Editor.module.css';
import type { FindExtensionView, ResolveCard } from './guests';
import { fromCaller, offered, type Insertion } from './insert';
import { LinkForm } from './LinkForm';
import { NodeBar } from './NodeBar';
import { Paste } from './paste';
import richText from './RichText.module.css';
import { schemaExtensions } from './schema';
import { SuggestList } from './SuggestList';
import { suggestions, SuggestStore } from './suggest';
import { Toolbar } from './Toolbar';
import type { RichTextEditorProps } from './types';
import { Uploads, uploadFiles, uploadsUnderWay } from './uploads';

/** What the editor asks of the page around it. The editor is made once; what the page wants may change. */
class Host {
  private readonly sent = new Map<string, MediaFile>();
  private readonly autosave = new Autosave(() => this.props.autosave);
  openLink: () => void = () => undefined;

  constructor(private props: RichTextEditorProps) {}

  take(props: RichTextEditorProps, openLink: () => void): void {
    this.props = props;
    this.openLink = openLink;
  }

  insertions = (editor: TiptapEditor, query: string): Insertion[] => offered(editor, query, this.props.insertions?.map(fromCaller), this.props.features);

  extensionView: FindExtensionView = (attrs) => this.props.extensionView?.(attrs) ?? null;

  /** Undefined while the page resolves none, so that nobody waits for an answer. */
  get resolveCard(): ResolveCard | undefined {
    return this.props.resolveCard;
  }

  keep = (): void => void this.autosave.flush();

  people = (query: string) => this.props.mentionSearch?.(query) ?? Promise.resolve([]);

  findMedia: FindMedia = (attrs) => this.sent.get(String(attrs['id'])) ?? this.props.media?.(attrs) ?? null;

  changed = (editor: TiptapEditor): void => {
    const value = toAdf(editor.state.doc);
    this.props.onChange(value);
    if (this.props.autosave) this.autosave.changed(value);
  };

  files = (editor: TiptapEditor, files: readonly File[], at: number): void => {
    const { onUpload } = this.props;
    if (onUpload) void uploadFiles(editor, files, at, onUpload, (file) => this.sent.set(file.id, file));
    else toast({ title: 'Files cannot be added here yet', detail: 'Save first, then add them to the issue.' });
  };

  /** False leaves the key to the dialog around the editor. */
  submit = (editor: TiptapEditor): boolean => {
    const { onSubmit, busy } = this.props;
    if (onSubmit && !busy && uploadsUnderWay(editor) === 0) onSubmit();
    return onSubmit !== undefined;
  };

  cancel = (): boolean => {
    this.props.onCancel?.();
    return this.props.onCancel !== undefined;
  };
}

/** Keys that belong to the frame around the text rather than to the text. */
const frameKeys = (host: Host) =>
  Extension.create({
    name: 'frameKeys',
    priority: 900,
    addKeyboardShortcuts() {
      return {
        'Mod-Enter': () => host.submit(this.editor),
        'Mod-k': () => {
          host.openLink();
          return true;
        },
        Escape: host.cancel,
      };
    },
  });

const extensionsFor = (host: Host, store: SuggestStore, placeholder: string): Extensions => [
  ...schemaExtensions,
  UndoRedo,
  Dropcursor.configure({ width: 2, class: css['dropcursor'] ?? '' }),
  Gapcursor,
  Placeholder.configure({ placeholder }),
  Uploads,
  suggestions(store, host.insertions, host.people),
  frameKeys(host),
  Paste.configure({ onFiles: host.files, resolveCard: () => host.resolveCard }),
];

/** The rich text editor. It keeps everything of a document, also what it cannot edit. */
export function Editor({ ahead, ...props }: RichTextEditorProps & { ahead: TypedAhead }): ReactElement {
  const { label = 'Text', autoFocus = false, appearance = 'full', onUpload } = props;
  const [linking, setLinking] = useState(false);
  const [{ host, store, extensions, content }] = useState(() => {
    const made = { host: new Host(props), store: new SuggestStore() };
    return { ...made, extensions: extensionsFor(made.host, made.store, props.placeholder ?? 'Write something…'), content: fromAdf(props.value, editorSchema()).toJSON() as object };
  });
  const editor = useEditor({
    extensions,
    content,
    injectCSS: false,
    editorProps: { attributes: { class: richText['content'] ?? '', role: 'textbox', 'aria-multiline': 'true', 'aria-label': label } },
    onBeforeCreate: ({ editor: made }) => {
      made.storage.media.find = host.findMedia;
      made.storage.extension.extensionView = host.extensionView;
      made.storage.extension.resolveCard = host.resolveCard;
    },
    onUpdate: ({ editor: it }) => host.changed(it),
  });
  const openLink = () => setLinking(true);
  useEffect(() => {
    host.take(props, () => setLinking(true));
  });
  useEffect(() => {
    window.addEventListener('pagehide', host.keep);
    return () => {
      window.removeEventListener('pagehide', host.keep);
      host.keep();
    };
  }, [host]);
  // At once, not in a later frame: the next key must find the text in focus.
  useLayoutEffect(() => {
    // One that was made in a render that took too long has been replaced already.
    if (!autoFocus || editor.isDestroyed) return;
    editor.commands.setTextSelection(editor.state.doc.content.size);
    editor.view.focus();
    const typed = ahead.take();
    if (typed !== '') editor.view.dispatch(editor.state.tr.insertText(typed));
    editor.view.dom.scrollIntoView({ block: 'nearest' });
  }, [editor, autoFocus, ahead]);
  const suggesting = useSyncExternalStore(store.subscribe, store.get) !== null;
  return (
    <div className={css['frame']} data-appearance={appearance}>
      <div className={css['area']} onMouseDown={(event) => writeBelow(event, editor)}>
        <EditorContent editor={editor} />
      </div>
      <Toolbar
        editor={editor}
        onFiles={onUpload && ((files) => host.files(editor, files, editor.state.selection.to))}
        onLink={openLink}
        onSubmit={props.onSubmit}
        submitLabel={props.submitLabel}
        onCancel={props.onCancel}
        busy={props.busy}
      />
      <SuggestList store={store} editor={editor} />
      <Bubble editor={editor} hidden={linking} onLink={openLink} />
      <NodeBar editor={editor} hidden={linking || suggesting} onLink={openLink} onEditExtension={props.onEditExtension} />
      {linking && <LinkForm editor={editor} onClose={() => setLinking(false)} />}
    </div>
  );
}

/** A click below the last block goes on writing there, also below a table that ends the text. */
function writeBelow(event: MouseEvent, editor: TiptapEditor): void {
  if (event.target !== event.currentTarget && event.target !== editor.view.dom) return;
  const last = editor.view.dom.lastElementChild?.getBoundingClientRect();
  if (last && event.clientY <= last.bottom) return;
  event.preventDefault();
  const end = editor.state.doc.content.size;
  if (editor.state.doc.lastChild?.isTextblock) editor.commands.focus('end');
  else editor.chain().insertContentAt(end, { type: 'paragraph' }).focus('end').run();
}
