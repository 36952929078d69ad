import { Extension, type Editor } from '@tiptap/core';
import { Slice } from '@tiptap/pm/model';
import { Plugin } from '@tiptap/pm/state';
import { safeHref } from './adf';
import { fromAdf } from './convert';
import type { ResolveCard } from './guests';
import { looksLikeMarkdown, markdownToAdf, plainToAdf } from './markdown';

interface PasteOptions {
  /** Null when the page resolves no smart links. */
  resolveCard: () => ResolveCard | undefined;
  onFiles: (editor: Editor, files: readonly File[], at: number) => void;
}

/** Programs that put their colours around plain text: what they copy is source, not a document. */
const sourceEditors = /vscode-editor-data|application\/vnd\.code/;

/** An address pasted alone becomes a smart link once the page knows what it leads to. */
function becomeCard(editor: Editor, address: string, from: number, resolve: ResolveCard): void {
  void resolve(address)
    .catch(() => null)
    .then((info) => {
      if (!info || editor.isDestroyed) return;
      const { doc, schema, tr } = editor.state;
      const to = from + address.length;
      const card = schema.nodes['inlineCard'];
      // Whoever wrote on in the meantime keeps what stands there.
      if (!card || to > doc.content.size || doc.textBetween(from, to) !== address) return;
      editor.view.dispatch(tr.replaceWith(from, to, card.create({ url: address })));
    });
}

function pasteText(editor: Editor, text: string, resolve: ResolveCard | undefined): boolean {
  const { view, schema } = editor;
  const { $from, from, to, empty } = view.state.selection;
  if ($from.parent.type.spec.code) {
    view.dispatch(view.state.tr.insertText(text.replace(/\r\n?/g, '\n'), from, to).scrollIntoView());
    return true;
  }
  // An address over chosen words makes a link of them.
  const address = text.trim();
  if (!empty && !/\s/.test(address) && /^https?:\/\//i.test(address) && safeHref(address) !== null) {
    return editor.chain().setMark('link', { href: address }).run();
  }
  if (resolve && empty && !/\s/.test(address) && /^https?:\/\//i.test(address) && safeHref(address) !== null) becomeCard(editor, address, from, resolve);
  const doc = fromAdf(looksLikeMarkdown(text) ? markdownToAdf(text) : plainToAdf(text), schema);
  const single = doc.childCount === 1 && doc.firstChild?.type.name === 'paragraph';
  const slice = single ? new Slice(doc.content, 1, 1) : new Slice(doc.content, doc.firstChild?.type.name === 'paragraph' ? 1 : 0, doc.lastChild?.type.name === 'paragraph' ? 1 : 0);
  view.dispatch(view.state.tr.replaceSelection(slice).scrollIntoView().setMeta('paste', true).setMeta('uiEvent', 'paste'));
  return true;
}

/** Markdown becomes what it means, files become attachments, everything else is read as HTML by the schema. */
export const Paste = Extension.create<PasteOptions>({
  name: 'paste',
  addOptions: () => ({ onFiles: () => undefined, resolveCard: () => undefined }),
  addProseMirrorPlugins() {
    const { editor, options } = this;
    return [
      new Plugin({
        props: {
          handlePaste: (view, event) => {
            const data = event.clipboardData;
            if (!data) return false;
            const html = data.getData('text/html');
            const text = data.getData('text/plain');
            const files = [...data.files];
            if (files.length > 0 && html === '' && text === '') {
              options.onFiles(editor, files, view.state.selection.to);
              return true;
            }
            const source = data.types.some((type) => sourceEditors.test(type));
            if (text === '' || (html !== '' && !source && !isBareHtml(html))) return false;
            return pasteText(editor, text, options.resolveCard());
          },
          handleDrop: (view, event, _slice, moved) => {
            const files = [...(event.dataTransfer?.files ?? [])];
            if (moved || files.length === 0) return false;
            event.preventDefault();
            const at = view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos ?? view.state.selection.to;
            options.onFiles(editor, files, at);
            return true;
          },
        },
      }),
    ];
  },
});

/** HTML that adds nothing to the plain text: a browser's wrapping of one run of words. */
function isBareHtml(html: string): boolean {
  return !/<(?!\/?(html|head|body|meta|span|br|!--|div)\b)[a-z!]/i.test(html.replace(/<!--.*?-->/gs, ''));
}
