import { mergeAttributes, Node, type Attribute } from '@tiptap/core';
import { dayText, text } from '../adf';

const data = (name: string, fallback: string | null = null): Attribute => ({
  default: fallback,
  parseHTML: (element) => element.getAttribute(`data-${name}`) ?? fallback,
  renderHTML: (attrs) => (attrs[name] === null ? {} : { [`data-${name}`]: String(attrs[name]) }),
});

/** An inline thing that is one character to the cursor. */
const chip = (name: string, attributes: readonly [string, string | null][], words: (attrs: Record<string, unknown>) => string) =>
  Node.create({
    name,
    group: 'inline',
    inline: true,
    atom: true,
    selectable: true,
    addAttributes: () => Object.fromEntries(attributes.map(([each, fallback]) => [each, data(each, fallback)])),
    parseHTML: () => [{ tag: `span[data-node="${name}"]` }],
    renderHTML: ({ node, HTMLAttributes }) => ['span', mergeAttributes(HTMLAttributes, { 'data-node': name }), words(node.attrs)],
    renderText: ({ node }) => words(node.attrs),
  });

const Mention = chip(
  'mention',
  [
    ['id', null],
    ['text', null],
    ['accessLevel', null],
    ['userType', null],
  ],
  (attrs) => text(attrs['text']).replace(/^@?/, '@'),
);

const Emoji = chip(
  'emoji',
  [
    ['shortName', ''],
    ['id', null],
    ['text', null],
  ],
  (attrs) => text(attrs['text']) || text(attrs['shortName']),
);

const DateChip = chip('date', [['timestamp', '0']], (attrs) => dayText(attrs['timestamp']));

const Status = chip(
  'status',
  [
    ['text', ''],
    ['color', 'neutral'],
    ['localId', null],
    ['style', null],
  ],
  (attrs) => text(attrs['text']) || 'Status',
);

const HardBreak = Node.create({
  name: 'hardBreak',
  group: 'inline',
  inline: true,
  selectable: false,
  linebreakReplacement: true,
  parseHTML: () => [{ tag: 'br' }],
  renderHTML: () => ['br'],
  renderText: () => '\n',
  addKeyboardShortcuts() {
    return { 'Shift-Enter': () => this.editor.state.selection.$from.parent.type.spec.code !== true && this.editor.commands.insertContent({ type: 'hardBreak' }) };
  },
});

export const inlines = [Mention, Emoji, DateChip, Status, HardBreak];
