import { Node, textblockTypeInputRule, wrappingInputRule } from '@tiptap/core';
import { dataAttribute } from './kept';

/**
 * Where each block may stand, as the format has it: `block` at the top, in
 * columns and in bodied extensions; `outer` (expands, bodied extensions) at the top
 * and in columns; `section` (columns) at the top only; `inItem` in list items, `inPanel` in panels and expands, `inCell` in
 * table cells, `inQuote` in quotes, `inExpand` only in expands.
 */
const Doc = Node.create({ name: 'doc', topNode: true, content: '(block | outer | section)+' });

const Text = Node.create({ name: 'text', group: 'inline' });

const Paragraph = Node.create({
  name: 'paragraph',
  // First of all, so that it is what appears when something must.
  priority: 1_000,
  group: 'block inItem inPanel inCell inQuote inExpand',
  content: 'inline*',
  parseHTML: () => [{ tag: 'p' }],
  renderHTML: ({ HTMLAttributes }) => ['p', HTMLAttributes, 0],
  addKeyboardShortcuts() {
    return { 'Mod-Alt-0': () => this.editor.commands.setNode('paragraph') };
  },
});

const levels = [1, 2, 3, 4, 5, 6];

const Heading = Node.create({
  name: 'heading',
  group: 'block inPanel inCell',
  content: 'inline*',
  defining: true,
  addAttributes: () => ({ level: { default: 1, rendered: false } }),
  parseHTML: () => [
    { tag: '[data-level]', priority: 60, getAttrs: (element) => ({ level: Math.min(6, Math.max(1, Number(element.getAttribute('data-level')) || 1)) }) },
    ...levels.map((level) => ({ tag: `h${level}`, attrs: { level } })),
  ],
  renderHTML: ({ node, HTMLAttributes }) => [`h${node.attrs['level'] as number}`, { ...HTMLAttributes, 'data-level': String(node.attrs['level']) }, 0],
  addKeyboardShortcuts() {
    return Object.fromEntries(
      levels.map((level) => [`Mod-Alt-${level}`, () => this.editor.commands.toggleNode('heading', 'paragraph', { level })]),
    );
  },
  addInputRules() {
    return levels.map((level) => textblockTypeInputRule({ find: new RegExp(`^(#{${level}})\\s$`), type: this.type, getAttributes: { level } }));
  },
});

const Blockquote = Node.create({
  name: 'blockquote',
  group: 'block inItem inPanel inCell',
  content: 'inQuote+',
  defining: true,
  parseHTML: () => [{ tag: 'blockquote' }],
  renderHTML: ({ HTMLAttributes }) => ['blockquote', HTMLAttributes, 0],
  addKeyboardShortcuts() {
    return { 'Mod-Shift-9': () => this.editor.commands.toggleWrap('blockquote') };
  },
  addInputRules() {
    return [wrappingInputRule({ find: /^\s*>\s$/, type: this.type })];
  },
});

const Rule = Node.create({
  name: 'rule',
  group: 'block inPanel inCell',
  parseHTML: () => [{ tag: 'hr' }],
  renderHTML: ({ HTMLAttributes }) => ['hr', HTMLAttributes],
});

const Panel = Node.create({
  name: 'panel',
  group: 'block inItem inCell inExpand',
  content: 'inPanel+',
  defining: true,
  addAttributes: () => ({ panelType: { ...dataAttribute('panel', 'info'), renderHTML: ({ panelType }) => ({ 'data-panel': panelType as string }) } }),
  parseHTML: () => [{ tag: 'div[data-node="panel"]' }],
  renderHTML: ({ HTMLAttributes }) => ['div', { ...HTMLAttributes, 'data-node': 'panel' }, 0],
});

/** The title is a field of its own above the content. */
const expand = (name: string, group: string, content: string) =>
  Node.create({
    name,
    group,
    content,
    defining: true,
    isolating: true,
    addAttributes: () => ({ title: dataAttribute('title', '') }),
    parseHTML: () => [
      { tag: `div[data-node="${name}"]` },
      ...(name === 'expand' ? [{ tag: 'details', getAttrs: (element: HTMLElement) => ({ title: element.querySelector('summary')?.textContent ?? '' }), contentElement: 'div' }] : []),
    ],
    renderHTML: ({ HTMLAttributes }) => ['div', { ...HTMLAttributes, 'data-node': name }, 0],
    addNodeView() {
      return ({ node, editor, getPos }) => {
        const dom = document.createElement('div');
        dom.dataset['node'] = 'expand';
        dom.dataset['editing'] = 'true';
        const title = document.createElement('input');
        title.type = 'text';
        title.placeholder = 'Title of this part';
        title.setAttribute('aria-label', 'Title of this part');
        title.value = String(node.attrs['title']);
        title.addEventListener('input', () => {
          const at = getPos();
          if (at !== undefined) editor.view.dispatch(editor.state.tr.setNodeAttribute(at, 'title', title.value));
        });
        title.addEventListener('keydown', (event) => {
          if (event.key !== 'Enter' && event.key !== 'ArrowDown') return;
          event.preventDefault();
          const at = getPos();
          if (at !== undefined) editor.chain().setTextSelection(at + 2).focus().run();
        });
        const contentDOM = document.createElement('div');
        dom.append(title, contentDOM);
        return {
          dom,
          contentDOM,
          stopEvent: (event) => event.target === title,
          ignoreMutation: (mutation) => !contentDOM.contains(mutation.target),
          update: (next) => {
            if (next.type !== node.type) return false;
            if (title.value !== next.attrs['title']) title.value = String(next.attrs['title']);
            return true;
          },
        };
      };
    },
  });

export const blocks = [
  Doc,
  Text,
  Paragraph,
  Heading,
  Blockquote,
  Rule,
  Panel,
  expand('expand', 'outer', '(inPanel | inExpand)+'),
  expand('nestedExpand', 'inItem inCell inExpand', 'inPanel+'),
];
