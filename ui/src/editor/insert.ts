import type { Editor, JSONContent, Range } from '@tiptap/core';
import { NodeSelection } from '@tiptap/pm/state';
import type { AdfNode } from '../api';
import { panelNames, panelTypes } from './adf';
import type { GlyphName } from './glyphs';
import type { IconName } from '../kit';
import { fromAdf } from './convert';
import { layoutShapes } from './schema/layout';
import { toLineList } from './schema/lists';
import type { CallerInsertion, Feature } from './types';

/** Something that "/" offers. */
export interface Insertion {
  id: string;
  label: string;
  note?: string;
  /** Further words that find it. */
  words: string;
  glyph?: GlyphName;
  /** Instead of a glyph, from the page. */
  icon?: IconName;
  /** The node that must be able to stand where the cursor is; none for what the page adds. */
  needs?: string;
  feature?: Feature;
  run: (editor: Editor, range: Range) => void;
}

const paragraph: JSONContent = { type: 'paragraph' };

/** Puts a block where the typed "/…" was; what follows stays below it. */
function block(editor: Editor, range: Range, node: JSONContent): void {
  const { state } = editor;
  const made = state.schema.nodeFromJSON(node);
  editor
    .chain()
    .focus()
    .deleteRange(range)
    .command(({ tr }) => {
      const { $from } = tr.selection;
      const empty = $from.parent.type.name === 'paragraph' && $from.parent.content.size === 0;
      const at = empty ? $from.before() : $from.after();
      const end = empty ? $from.after() : at;
      const last = end >= $from.end(-1) || empty ? tr.doc.resolve(end).nodeAfter === null : false;
      const after = last && made.type.name !== 'paragraph' ? [made, state.schema.nodeFromJSON(paragraph)] : [made];
      tr.replaceWith(at, end, after);
      const inside = tr.doc.resolve(at + 1);
      const near = made.isAtom ? tr.doc.resolve(at + made.nodeSize) : inside;
      tr.setSelection(nearText(near));
      return true;
    })
    .scrollIntoView()
    .run();
}

function nearText($at: Parameters<typeof NodeSelection.findFrom>[0]) {
  return NodeSelection.near($at, 1);
}

/** Puts a chip into the line and selects it, so that its values can be given at once. */
function inline(editor: Editor, range: Range, node: JSONContent): void {
  editor
    .chain()
    .focus()
    .insertContentAt(range, [node, { type: 'text', text: ' ' }])
    .command(({ tr }) => {
      tr.setSelection(NodeSelection.create(tr.doc, range.from));
      return true;
    })
    .run();
}

const cell = (type: string): JSONContent => ({ type, content: [paragraph] });
const row = (type: string): JSONContent => ({ type: 'tableRow', content: [cell(type), cell(type), cell(type)] });

const headings: Insertion[] = [1, 2, 3, 4, 5, 6].map((level) => ({
  feature: 'headings',
  id: `heading${level}`,
  label: `Heading ${level}`,
  note: '#'.repeat(level),
  words: `title h${level}`,
  glyph: 'heading',
  needs: 'heading',
  run: (editor, range) => editor.chain().focus().deleteRange(range).setNode('heading', { level }).run(),
}));

const panels: Insertion[] = panelTypes.map((type) => ({
  feature: 'panel',
  id: `panel-${type}`,
  label: `${panelNames[type] ?? type} panel`,
  words: `panel box callout ${type}`,
  glyph: 'panel',
  needs: 'panel',
  run: (editor, range) => block(editor, range, { type: 'panel', attrs: { panelType: type }, content: [paragraph] }),
}));

const layouts: Insertion[] = layoutShapes.map(({ label, widths }) => ({
  feature: 'layout',
  id: `layout-${widths.join('-')}`,
  label,
  words: 'layout columns section side by side',
  glyph: 'columns',
  needs: 'layoutSection',
  run: (editor, range) => block(editor, range, { type: 'layoutSection', content: widths.map((width) => ({ type: 'layoutColumn', attrs: { width }, content: [paragraph] })) }),
}));

const line = (list: string, item: string) => (editor: Editor, range: Range) =>
  editor
    .chain()
    .focus()
    .deleteRange(range)
    .command(({ tr, state }) => toLineList(tr, state, list, item))
    .run();

export const insertions: readonly Insertion[] = [
  ...headings.slice(0, 3),
  { id: 'bullets', label: 'Bullet list', note: '-', words: 'unordered list', glyph: 'bullets', needs: 'bulletList', run: (editor, range) => editor.chain().focus().deleteRange(range).toggleBulletList().run() },
  { id: 'numbers', label: 'Numbered list', note: '1.', words: 'ordered list', glyph: 'numbers', needs: 'orderedList', run: (editor, range) => editor.chain().focus().deleteRange(range).toggleOrderedList().run() },
  { feature: 'task', id: 'tasks', label: 'Task list', note: '[]', words: 'todo checkbox action', glyph: 'task', needs: 'taskList', run: line('taskList', 'taskItem') },
  { feature: 'code', id: 'code', label: 'Code block', note: '```', words: 'pre snippet source', glyph: 'code', needs: 'codeBlock', run: (editor, range) => block(editor, range, { type: 'codeBlock' }) },
  { feature: 'table', id: 'table', label: 'Table', words: 'grid rows columns', glyph: 'table', needs: 'table', run: (editor, range) => block(editor, range, { type: 'table', content: [row('tableHeader'), row('tableCell'), row('tableCell')] }) },
  { feature: 'quote', id: 'quote', label: 'Quote', note: '>', words: 'blockquote citation', glyph: 'quote', needs: 'blockquote', run: (editor, range) => editor.chain().focus().deleteRange(range).toggleWrap('blockquote').run() },
  ...panels,
  ...layouts,
  { feature: 'expand', id: 'expand', label: 'Expand', words: 'details collapse fold', glyph: 'expand', needs: 'expand', run: (editor, range) => block(editor, range, { type: 'expand', attrs: { title: '' }, content: [paragraph] }) },
  { feature: 'expand', id: 'nested-expand', label: 'Expand', words: 'details collapse fold', glyph: 'expand', needs: 'nestedExpand', run: (editor, range) => block(editor, range, { type: 'nestedExpand', attrs: { title: '' }, content: [paragraph] }) },
  { feature: 'rule', id: 'rule', label: 'Divider', note: '---', words: 'line rule separator', glyph: 'rule', needs: 'rule', run: (editor, range) => block(editor, range, { type: 'rule' }) },
  { feature: 'decision', id: 'decision', label: 'Decision', note: '<>', words: 'decided', glyph: 'decision', needs: 'decisionList', run: line('decisionList', 'decisionItem') },
  { feature: 'date', id: 'date', label: 'Date', words: 'day calendar', glyph: 'date', needs: 'date', run: (editor, range) => inline(editor, range, { type: 'date', attrs: { timestamp: today() } }) },
  { feature: 'status', id: 'status', label: 'Status', words: 'lozenge label', glyph: 'status', needs: 'status', run: (editor, range) => inline(editor, range, { type: 'status', attrs: { text: '', color: 'neutral', localId: crypto.randomUUID() } }) },
  { id: 'mention', label: 'Mention somebody', note: '@', words: 'person user at', glyph: 'mention', needs: 'mention', run: (editor, range) => editor.chain().focus().insertContentAt(range, '@').run() },
  ...headings.slice(3),
];

function today(): string {
  const now = new Date();
  return String(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()));
}

/** Puts a node of the page at the cursor: into the line, or as a block of its own. */
function place(editor: Editor, adf: AdfNode): void {
  const { schema, selection } = editor.state;
  const type = schema.nodes[adf.type];
  const range = { from: selection.from, to: selection.from };
  if (adf.type === 'text' || type?.isInline) {
    const line = fromAdf({ version: 1, type: 'doc', content: [{ type: 'paragraph', content: [adf] }] }, schema).firstChild;
    if (line) editor.chain().focus().insertContentAt(range, line.toJSON().content as JSONContent[]).run();
    return;
  }
  const made = fromAdf({ version: 1, type: 'doc', content: [adf] }, schema).firstChild;
  if (made) block(editor, range, made.toJSON() as JSONContent);
}

/** What the page adds to the list. */
export const fromCaller = ({ make, id, words = '', ...shown }: CallerInsertion): Insertion => ({
  ...shown,
  id: `own-${id}`,
  words,
  run: (editor, range) => {
    editor.chain().focus().deleteRange(range).run();
    void Promise.resolve(make()).then((adf) => {
      if (!editor.isDestroyed && adf) place(editor, adf);
    });
  },
});

/** Offered unless the page says otherwise: all but columns, which only pages have. */
const usual: Partial<Record<Feature, boolean>> = { layout: false };

/** What may stand at the cursor and is found by what was typed after "/". */
export function offered(editor: Editor, query: string, own: readonly Insertion[] = [], features: Partial<Readonly<Record<Feature, boolean>>> = {}): Insertion[] {
  const on = { ...usual, ...features };
  const { $from } = editor.state.selection;
  const { nodes } = editor.schema;
  const outside = $from.node(-1);
  const may = (name: string | undefined): boolean => {
    if (name === undefined) return true;
    const type = nodes[name];
    if (!type) return false;
    if (type.isInline) return $from.parent.type.contentMatch.matchType(type) !== null;
    if ($from.parent.type.name !== 'paragraph' && $from.parent.type.name !== 'heading') return false;
    return outside?.canReplaceWith($from.index(-1), $from.indexAfter(-1), type) ?? false;
  };
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = [...insertions, ...own].filter((each) => (each.feature === undefined || on[each.feature] !== false) && words.every((word) => `${each.label} ${each.words}`.toLowerCase().includes(word)) && may(each.needs));
  const starts = (each: Insertion) => Number(!each.label.toLowerCase().startsWith(query.toLowerCase()));
  return query === '' ? found : [...found].sort((a, b) => starts(a) - starts(b));
}
