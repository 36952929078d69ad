import { Extension, type Editor } from '@tiptap/core';
import type { Node as ProseNode } from '@tiptap/pm/model';
import { Plugin, PluginKey, TextSelection } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';
import { errorMessage } from '../api';
import { toast } from '../kit';
import type { MediaFile } from './adf';
import { isPicture } from './MediaView';

type Change = { add: { id: object; at: number; name: string } } | { remove: object };

const key = new PluginKey<DecorationSet>('uploads');

function placeholder(name: string): HTMLElement {
  const dom = document.createElement('span');
  dom.dataset['node'] = 'file';
  dom.dataset['uploading'] = 'true';
  dom.setAttribute('role', 'status');
  dom.textContent = `Uploading ${name}…`;
  return dom;
}

/** Shows where files that are on their way will stand. They enter the document only when they have arrived. */
export const Uploads = Extension.create({
  name: 'uploads',
  addProseMirrorPlugins: () => [
    new Plugin<DecorationSet>({
      key,
      state: {
        init: () => DecorationSet.empty,
        apply(tr, before) {
          const set = before.map(tr.mapping, tr.doc);
          const change = tr.getMeta(key) as Change | undefined;
          if (!change) return set;
          if ('add' in change) return set.add(tr.doc, [Decoration.widget(change.add.at, () => placeholder(change.add.name), { id: change.add.id })]);
          return set.remove(set.find(undefined, undefined, (spec) => spec['id'] === change.remove));
        },
      },
      props: { decorations: (state) => key.getState(state) },
    }),
  ],
});

/** How many files are on their way. */
export function uploadsUnderWay(editor: Editor): number {
  return key.getState(editor.state)?.find().length ?? 0;
}

function mediaNode(editor: Editor, file: MediaFile): ProseNode {
  const picture = isPicture(file);
  const attrs = { type: 'file', id: file.id, collection: '', alt: file.name, width: file.width ?? null, height: file.height ?? null };
  return editor.schema.nodeFromJSON({ type: picture ? 'mediaSingle' : 'mediaGroup', ...(picture ? { attrs: { layout: 'align-start' } } : {}), content: [{ type: 'media', attrs }] });
}

/** A block goes before or after what it lands in, never into the middle of words. */
function placeBlock(editor: Editor, at: number, node: ProseNode): void {
  const { tr, doc, schema } = editor.state;
  const $at = doc.resolve(at);
  let depth = $at.depth;
  while (depth > 0 && !$at.node(depth - 1).canReplaceWith($at.indexAfter(depth - 1), $at.indexAfter(depth - 1), node.type)) depth--;
  const paragraph = schema.nodes['paragraph']?.create();
  const emptyLine = depth > 0 && $at.parent.type.name === 'paragraph' && $at.parent.content.size === 0 && depth === $at.depth;
  const from = depth === 0 ? doc.content.size : emptyLine ? $at.before() : $at.after(depth);
  const to = emptyLine ? $at.after() : from;
  const last = doc.resolve(to).nodeAfter === null;
  tr.replaceWith(from, to, last && paragraph ? [node, paragraph] : [node]);
  tr.setSelection(TextSelection.near(tr.doc.resolve(Math.min(from + node.nodeSize + 1, tr.doc.content.size))));
  editor.view.dispatch(tr.scrollIntoView());
}

async function measured(file: File): Promise<{ width?: number; height?: number }> {
  if (!isPicture({ mimeType: file.type }) || typeof createImageBitmap !== 'function') return {};
  try {
    const { width, height } = await createImageBitmap(file);
    return { width, height };
  } catch {
    // A picture that this browser cannot read is still a file.
    return {};
  }
}

/** Sends files and puts each where it was dropped. What is refused says so and leaves nothing behind. */
export async function uploadFiles(editor: Editor, files: readonly File[], at: number, upload: (file: File) => Promise<MediaFile>, arrived: (file: MediaFile) => void): Promise<void> {
  await Promise.all(
    files.map(async (file) => {
      const id = {};
      editor.view.dispatch(editor.state.tr.setMeta(key, { add: { id, at: Math.min(at, editor.state.doc.content.size), name: file.name } } satisfies Change));
      let sent: MediaFile | null = null;
      try {
        sent = { ...(await upload(file)), ...(await measured(file)) };
        arrived(sent);
      } catch (error) {
        toast({ title: `${file.name} was not uploaded`, detail: errorMessage(error), tone: 'error' });
      }
      if (editor.isDestroyed) return;
      const [found] = key.getState(editor.state)?.find(undefined, undefined, (spec) => spec['id'] === id) ?? [];
      editor.view.dispatch(editor.state.tr.setMeta(key, { remove: id } satisfies Change));
      if (sent) placeBlock(editor, found?.from ?? editor.state.doc.content.size, mediaNode(editor, sent));
    }),
  );
}
