import { Mark, markInputRule, mergeAttributes, type MarkConfig } from '@tiptap/core';
import { safeHref, toneOf } from '../adf';

interface PlainMark {
  name: string;
  tag: string;
  parse: NonNullable<MarkConfig['parseHTML']> extends () => infer R ? NonNullable<R> : never;
  keys?: string;
  /** What turns into the mark while typing; the first group is what is marked. */
  rule?: RegExp;
  excludes?: string;
  code?: boolean;
}

const plain: readonly PlainMark[] = [
  {
    name: 'strong',
    tag: 'strong',
    parse: [{ tag: 'strong' }, { tag: 'b', getAttrs: (node) => (node.style.fontWeight === 'normal' ? false : null) }, { style: 'font-weight', getAttrs: (value) => (/^(bold(er)?|[6-9]00)$/.test(value) ? null : false) }],
    keys: 'Mod-b',
    rule: /(?:^|[\s([{])\*\*([^*\s](?:[^*]*[^*\s])?)\*\*$/,
  },
  {
    name: 'em',
    tag: 'em',
    parse: [{ tag: 'em' }, { tag: 'i' }, { style: 'font-style=italic' }],
    keys: 'Mod-i',
    rule: /(?:^|[\s([{])(?:\*([^*\s](?:[^*]*[^*\s])?)\*|_([^_\s](?:[^_]*[^_\s])?)_)$/,
  },
  {
    name: 'underline',
    tag: 'u',
    parse: [{ tag: 'u' }, { tag: 'ins' }, { style: 'text-decoration', consuming: false, getAttrs: (value) => (value.includes('underline') ? {} : false) }],
    keys: 'Mod-u',
  },
  {
    name: 'strike',
    tag: 's',
    parse: [{ tag: 's' }, { tag: 'del' }, { tag: 'strike' }, { style: 'text-decoration', consuming: false, getAttrs: (value) => (value.includes('line-through') ? {} : false) }],
    keys: 'Mod-Shift-s',
    rule: /(?:^|[\s([{])~~([^~]+)~~$/,
  },
  {
    name: 'code',
    tag: 'code',
    parse: [{ tag: 'code' }, { tag: 'tt' }, { tag: 'kbd' }],
    keys: 'Mod-e',
    rule: /(?:^|[\s([{])`([^`]+)`$/,
    excludes: 'code strong em underline strike subsup textColor',
    code: true,
  },
];

/** `**b**` marks what stands between; the character before it stays as it is. */
const makeMark = ({ name, tag, parse, keys, rule, excludes, code = false }: PlainMark) =>
  Mark.create({
    name,
    code,
    exitable: code,
    ...(excludes === undefined ? {} : { excludes }),
    parseHTML: () => parse,
    renderHTML: ({ HTMLAttributes }) => [tag, HTMLAttributes, 0],
    addKeyboardShortcuts() {
      return keys ? { [keys]: () => this.editor.commands.toggleMark(name) } : {};
    },
    addInputRules() {
      return rule ? [markInputRule({ find: rule, type: this.type })] : [];
    },
  });

const Subsup = Mark.create({
  name: 'subsup',
  excludes: 'subsup',
  addAttributes: () => ({ type: { default: 'sub', rendered: false } }),
  parseHTML: () => [
    { tag: 'sub', attrs: { type: 'sub' } },
    { tag: 'sup', attrs: { type: 'sup' } },
  ],
  renderHTML: ({ mark, HTMLAttributes }) => [mark.attrs['type'] === 'sup' ? 'sup' : 'sub', HTMLAttributes, 0],
});

const TextColor = Mark.create({
  name: 'textColor',
  addAttributes: () => ({ color: { default: null, parseHTML: (element) => element.getAttribute('data-color'), renderHTML: ({ color }) => ({ 'data-color': color as string }) } }),
  parseHTML: () => [{ tag: 'span[data-color]' }],
  renderHTML: ({ mark, HTMLAttributes }) => ['span', mergeAttributes(HTMLAttributes, { 'data-tone': toneOf(mark.attrs['color']) ?? '' }), 0],
});

const Link = Mark.create({
  name: 'link',
  inclusive: false,
  // Above the others, so that one link over bold and plain words is one element.
  priority: 1_000,
  addAttributes: () => ({ href: { default: '', rendered: false, parseHTML: (element) => element.getAttribute('data-href') ?? element.getAttribute('href') } }),
  parseHTML: () => [{ tag: 'a[href], a[data-href]', getAttrs: (element) => (safeHref(element.getAttribute('data-href') ?? element.getAttribute('href')) === null ? false : null) }],
  renderHTML: ({ mark, HTMLAttributes }) => {
    const address = safeHref(mark.attrs['href']);
    return ['a', mergeAttributes(HTMLAttributes, address === null ? { 'data-href': String(mark.attrs['href']) } : { href: address, rel: 'noopener noreferrer' }), 0];
  },
});

/** A mark of a kind the editor does not know; several may lie over each other. */
const Opaque = Mark.create({
  name: 'opaqueMark',
  excludes: '',
  inclusive: false,
  addAttributes: () => ({
    mark: {
      default: null,
      parseHTML: (element) => JSON.parse(element.getAttribute('data-adf-mark') ?? 'null') as unknown,
      renderHTML: ({ mark }) => ({ 'data-adf-mark': JSON.stringify(mark) }),
    },
  }),
  parseHTML: () => [{ tag: 'span[data-adf-mark]' }],
  renderHTML: ({ mark, HTMLAttributes }) => {
    const { type, attrs } = (mark.attrs['mark'] ?? {}) as { type?: string; attrs?: Record<string, unknown> };
    const ground = type === 'backgroundColor' ? toneOf(attrs?.['color']) : null;
    return ['span', mergeAttributes(HTMLAttributes, ground ? { 'data-ground': ground } : {}), 0];
  },
});

export const markNames = ['link', 'strong', 'em', 'underline', 'strike', 'code', 'subsup', 'textColor'] as const;
export const marks = [Link, ...plain.map(makeMark), Subsup, TextColor, Opaque];
