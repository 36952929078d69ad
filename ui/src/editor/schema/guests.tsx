import { mergeAttributes, Node, type Attribute, type NodeViewProps } from '@tiptap/core';
import { NodeViewContent, NodeViewWrapper, ReactNodeViewRenderer } from '@tiptap/react';
import type { ReactElement } from 'react';
import type { AdfNode } from '../../api';
import { text } from '../adf';
import { BlockCard, InlineCard } from '../Card';
import { ExtensionFrame, type ResolveCard, type FindExtensionView } from '../guests';
import { keptNames } from './kept';

/** What the page around the editor knows and the schema does not. */
export interface GuestStorage {
  extensionView: FindExtensionView | undefined;
  resolveCard: ResolveCard | undefined;
}

declare module '@tiptap/core' {
  interface Storage {
    extension: GuestStorage;
  }
}

const json = (name: string, fallback: unknown = null): Attribute => ({
  default: fallback,
  parseHTML: (element) => {
    try {
      return JSON.parse(element.getAttribute(`data-${name.toLowerCase()}`) ?? 'null') as unknown;
    } catch {
      return fallback;
    }
  },
  renderHTML: (attrs) => (attrs[name] === null ? {} : { [`data-${name.toLowerCase()}`]: JSON.stringify(attrs[name]) }),
});

const attributes = () => ({
  extensionKey: json('extensionKey', ''),
  extensionType: json('extensionType', ''),
  parameters: json('parameters'),
  text: json('text'),
  layout: json('layout'),
  localId: json('localId'),
});

/** The attributes as a document would say them. */
function written(attrs: Record<string, unknown>): Record<string, unknown> {
  const said = Object.fromEntries(Object.entries(attrs).filter(([name, value]) => !(keptNames as readonly string[]).includes(name) && value !== null && value !== ''));
  return { ...((attrs['source'] as Record<string, unknown> | null) ?? {}), ...said };
}

/** Draws an extension by what its owner gives, or says what it is. */
function View({ node, editor, selected, updateAttributes, deleteNode }: NodeViewProps): ReactElement {
  const adf: AdfNode = { type: node.type.name, attrs: written(node.attrs) };
  const inline = node.isInline;
  return (
    <NodeViewWrapper as={inline ? 'span' : 'div'} data-node={inline ? 'inlineExtension' : 'extension'} data-chosen={selected || undefined}>
      <ExtensionFrame
        node={adf}
        find={editor.storage.extension.extensionView}
        editing={{ selected, update: (attrs) => updateAttributes(attrs), remove: deleteNode }}
        body={node.type.name === 'bodiedExtension' ? <NodeViewContent data-part="body" /> : undefined}
      />
    </NodeViewWrapper>
  );
}

const parse = (name: string, tag: string) => () => [{ tag: `${tag}[data-extension="${name}"]` }];

const Extension = Node.create<object, GuestStorage>({
  name: 'extension',
  group: 'block inItem inPanel inCell inQuote inExpand',
  atom: true,
  selectable: true,
  draggable: true,
  addStorage: () => ({ extensionView: undefined, resolveCard: undefined }),
  addAttributes: attributes,
  parseHTML: parse('extension', 'div'),
  renderHTML: ({ HTMLAttributes }) => ['div', mergeAttributes(HTMLAttributes, { 'data-extension': 'extension' })],
  addNodeView: () => ReactNodeViewRenderer(View),
});

const InlineExtension = Node.create({
  name: 'inlineExtension',
  group: 'inline',
  inline: true,
  atom: true,
  selectable: true,
  addAttributes: attributes,
  parseHTML: parse('inlineExtension', 'span'),
  renderHTML: ({ HTMLAttributes }) => ['span', mergeAttributes(HTMLAttributes, { 'data-extension': 'inlineExtension' })],
  addNodeView: () => ReactNodeViewRenderer(View),
});

const BodiedExtension = Node.create({
  name: 'bodiedExtension',
  group: 'outer',
  content: 'block+',
  defining: true,
  isolating: true,
  draggable: true,
  addAttributes: attributes,
  parseHTML: parse('bodiedExtension', 'div'),
  renderHTML: ({ HTMLAttributes }) => ['div', mergeAttributes(HTMLAttributes, { 'data-extension': 'bodiedExtension' }), 0],
  addNodeView: () => ReactNodeViewRenderer(View),
});

const url = (): Attribute => ({
  default: null,
  parseHTML: (element) => element.getAttribute('data-url'),
  renderHTML: (attrs) => (attrs['url'] === null ? {} : { 'data-url': String(attrs['url']) }),
});

function CardNode({ node, editor }: NodeViewProps): ReactElement {
  const resolve = editor.storage.extension.resolveCard;
  const address = text(node.attrs['url']) || text((node.attrs['source'] as { data?: { url?: unknown } } | null)?.data?.url);
  return node.isInline ? (
    <NodeViewWrapper as="span">
      <InlineCard url={address} resolve={resolve} />
    </NodeViewWrapper>
  ) : (
    <NodeViewWrapper>
      <BlockCard url={address} resolve={resolve} />
    </NodeViewWrapper>
  );
}

const InlineCardNode = Node.create({
  name: 'inlineCard',
  group: 'inline',
  inline: true,
  atom: true,
  selectable: true,
  addAttributes: () => ({ url: url() }),
  parseHTML: () => [{ tag: 'span[data-node="card"]' }],
  renderHTML: ({ node, HTMLAttributes }) => ['span', mergeAttributes(HTMLAttributes, { 'data-node': 'card' }), text(node.attrs['url'])],
  renderText: ({ node }) => text(node.attrs['url']),
  addNodeView: () => ReactNodeViewRenderer(CardNode),
});

const blockCard = (name: string) =>
  Node.create({
    name,
    group: 'block inItem inPanel inCell inExpand',
    atom: true,
    selectable: true,
    draggable: true,
    addAttributes: () => ({ url: url() }),
    parseHTML: () => [{ tag: `div[data-node="${name}"]` }],
    renderHTML: ({ HTMLAttributes }) => ['div', mergeAttributes(HTMLAttributes, { 'data-node': name })],
    renderText: ({ node }) => text(node.attrs['url']),
    addNodeView: () => ReactNodeViewRenderer(CardNode),
  });

export const guests = [Extension, InlineExtension, BodiedExtension, InlineCardNode, blockCard('blockCard'), blockCard('embedCard')];
