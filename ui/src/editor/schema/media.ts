import { mergeAttributes, Node, type Attribute, type Editor } from '@tiptap/core';
import type { Node as ProseNode } from '@tiptap/pm/model';
import { text, type FindMedia } from '../adf';
import { isPicture } from '../MediaView';
import { sizeText } from '../size';

const kept = (name: string): Attribute => ({
  default: null,
  parseHTML: (element) => {
    const given = element.getAttribute(`data-media-${name}`);
    return given !== null && /^(width|height)$/.test(name) ? Number(given) : given;
  },
  renderHTML: (attrs) => (attrs[name] === null ? {} : { [`data-media-${name}`]: String(attrs[name]) }),
});

interface MediaStorage {
  find: FindMedia;
}

declare module '@tiptap/core' {
  interface Storage {
    media: MediaStorage;
  }
}

function draw(dom: HTMLElement, node: ProseNode, editor: Editor): void {
  const file = editor.storage.media.find(node.attrs);
  const name = file?.name ?? (text(node.attrs['alt']) || 'File');
  dom.replaceChildren();
  if (file && isPicture(file)) {
    const picture = document.createElement('img');
    picture.src = file.url;
    picture.alt = name;
    dom.append(picture);
    return;
  }
  dom.dataset['node'] = 'file';
  const label = document.createElement('span');
  label.textContent = name;
  const note = document.createElement('span');
  note.dataset['part'] = 'note';
  note.textContent = file ? (file.size === undefined ? '' : sizeText(file.size)) : 'not among the attachments';
  dom.append(label, note);
}

export const Media = Node.create<object, MediaStorage>({
  name: 'media',
  atom: true,
  selectable: true,
  draggable: true,
  addStorage: () => ({ find: () => null }),
  addAttributes: () => ({
    type: { ...kept('type'), default: 'file' },
    id: kept('id'),
    url: kept('url'),
    collection: kept('collection'),
    alt: kept('alt'),
    width: kept('width'),
    height: kept('height'),
  }),
  parseHTML: () => [{ tag: 'span[data-adf-node="media"]' }],
  renderHTML: ({ HTMLAttributes }) => ['span', mergeAttributes(HTMLAttributes, { 'data-adf-node': 'media' })],
  addNodeView() {
    return ({ node, editor }) => {
      const dom = document.createElement('span');
      dom.dataset['media'] = 'true';
      draw(dom, node, editor);
      return {
        dom,
        update: (next) => {
          if (next.type !== node.type) return false;
          draw(dom, next, editor);
          return true;
        },
      };
    };
  },
});

const layout: Attribute = { default: null, parseHTML: (element) => element.getAttribute('data-layout'), renderHTML: ({ layout: value }) => (value ? { 'data-layout': value as string } : {}) };

const MediaSingle = Node.create({
  name: 'mediaSingle',
  group: 'block inItem inPanel inCell inQuote',
  content: 'media caption?',
  addAttributes: () => ({ layout }),
  parseHTML: () => [{ tag: 'figure[data-node="media"]' }],
  renderHTML: ({ HTMLAttributes }) => ['figure', mergeAttributes(HTMLAttributes, { 'data-node': 'media' }), 0],
});

const MediaGroup = Node.create({
  name: 'mediaGroup',
  group: 'block inItem inPanel inCell inQuote',
  content: 'media+',
  parseHTML: () => [{ tag: 'div[data-node="files"]' }],
  renderHTML: ({ HTMLAttributes }) => ['div', mergeAttributes(HTMLAttributes, { 'data-node': 'files' }), 0],
});

const Caption = Node.create({
  name: 'caption',
  content: 'inline*',
  parseHTML: () => [{ tag: 'figcaption' }],
  renderHTML: ({ HTMLAttributes }) => ['figcaption', HTMLAttributes, 0],
});

export const media = [Media, MediaSingle, MediaGroup, Caption];
