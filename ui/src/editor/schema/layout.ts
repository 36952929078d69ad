import { mergeAttributes, Node, type Editor } from '@tiptap/core';
import { Fragment } from '@tiptap/pm/model';
import { TextSelection } from '@tiptap/pm/state';

/** Widths in percent, as the format's own editor offers them. */
export const layoutShapes: readonly { label: string; widths: readonly number[] }[] = [
  { label: 'Two columns', widths: [50, 50] },
  { label: 'Three columns', widths: [33.33, 33.33, 33.33] },
  { label: 'Narrow left', widths: [33.33, 66.66] },
  { label: 'Narrow right', widths: [66.66, 33.33] },
  { label: 'Wide middle', widths: [25, 50, 25] },
];

const Section = Node.create({
  name: 'layoutSection',
  group: 'section',
  content: 'layoutColumn{1,5}',
  isolating: true,
  defining: true,
  parseHTML: () => [{ tag: 'div[data-node="layout"]' }],
  renderHTML: ({ HTMLAttributes }) => ['div', mergeAttributes(HTMLAttributes, { 'data-node': 'layout' }), 0],
});

const Column = Node.create({
  name: 'layoutColumn',
  content: '(block | outer)+',
  isolating: true,
  defining: true,
  addAttributes: () => ({
    width: {
      default: 50,
      parseHTML: (element) => Number(element.getAttribute('data-width')) || 50,
      renderHTML: ({ width }) => ({ 'data-width': String(width), style: `flex-grow: ${Number(width) || 50}` }),
    },
  }),
  parseHTML: () => [{ tag: 'div[data-node="column"]' }],
  renderHTML: ({ HTMLAttributes }) => ['div', mergeAttributes(HTMLAttributes, { 'data-node': 'column' }), 0],
});

/** Gives the columns at `at` other widths; what stood in columns that go moves into the last one. */
export function reshape(editor: Editor, at: number, widths: readonly number[]): void {
  const { state, view } = editor;
  const section = state.doc.nodeAt(at);
  const column = state.schema.nodes['layoutColumn'];
  if (!section || !column) return;
  const before = section.content.content;
  const made = widths.map((width, i) => {
    const rest = i === widths.length - 1 ? before.slice(i) : before.slice(i, i + 1);
    const content = rest.reduce((all, each) => all.append(each.content), Fragment.empty);
    return column.createAndFill({ ...before[i]?.attrs, width, source: null }, content.size > 0 ? content : null);
  });
  const columns = made.filter((each) => each !== null);
  if (columns.length !== widths.length) return;
  const tr = state.tr.replaceWith(at, at + section.nodeSize, section.type.create(section.attrs, columns));
  tr.setSelection(TextSelection.near(tr.doc.resolve(at + 2)));
  view.dispatch(tr.scrollIntoView());
}

export const layouts = [Section, Column];
