import { mergeAttributes, Node, type Attribute, type NodeViewProps } from '@tiptap/core';
import { NodeViewWrapper, ReactNodeViewRenderer } from '@tiptap/react';
import type { ReactElement } from 'react';
import type { AdfNode } from '../../api';
import { plainText } from '../adf';
import { NodeView } from '../View';

const whole: Attribute = {
  default: null,
  parseHTML: (element) => JSON.parse(element.getAttribute('data-adf-node') ?? 'null') as unknown,
  renderHTML: ({ node }) => ({ 'data-adf-node': JSON.stringify(node) }),
};

const names: Readonly<Record<string, string>> = {
  layoutSection: 'Columns',
  multiBodiedExtension: 'Extension',
  syncBlock: 'Synced block',
  bodiedSyncBlock: 'Synced block',
};

/** Shown as at rest, under a line that says why it cannot be edited here. */
function Block({ node, editor }: NodeViewProps): ReactElement {
  const adf = node.attrs['node'] as AdfNode;
  return (
    <NodeViewWrapper data-node="block">
      <div data-part="label">{names[adf.type] ?? adf.type} · kept as it is</div>
      <NodeView node={adf} media={editor.storage.media.find} />
    </NodeViewWrapper>
  );
}

/** A block that the editor cannot change. It moves and goes as a whole, and is written as it was read. */
const OpaqueBlock = Node.create({
  name: 'opaqueBlock',
  group: 'block inItem inPanel inCell inQuote inExpand',
  atom: true,
  selectable: true,
  draggable: true,
  addAttributes: () => ({ node: whole }),
  parseHTML: () => [{ tag: 'div[data-adf-node]' }],
  renderHTML: ({ HTMLAttributes }) => ['div', HTMLAttributes],
  renderText: ({ node }) => plainText(node.attrs['node'] as AdfNode),
  addNodeView: () => ReactNodeViewRenderer(Block),
});

const OpaqueInline = Node.create({
  name: 'opaqueInline',
  group: 'inline',
  inline: true,
  atom: true,
  selectable: true,
  addAttributes: () => ({ node: whole }),
  parseHTML: () => [{ tag: 'span[data-adf-inline]' }],
  renderHTML: ({ node, HTMLAttributes }) => {
    const adf = node.attrs['node'] as AdfNode;
    return ['span', mergeAttributes(HTMLAttributes, { 'data-adf-inline': 'true', 'data-node': 'unknown' }), plainText(adf) || String(adf.attrs?.['text'] ?? adf.type)];
  },
  renderText: ({ node }) => plainText(node.attrs['node'] as AdfNode),
});

export const opaque = [OpaqueBlock, OpaqueInline];
