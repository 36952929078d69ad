import { Extension, InputRule, mergeAttributes, Node, wrappingInputRule } from '@tiptap/core';
import { BulletList, ListItem, ListKeymap, OrderedList } from '@tiptap/extension-list';
import { Fragment, type Node as ProseNode } from '@tiptap/pm/model';
import { Plugin, TextSelection, type EditorState, type Transaction } from '@tiptap/pm/state';
import { dataAttribute } from './kept';

const listGroup = 'block list inItem inPanel inCell inQuote';

/** In a fresh item, "- " would put a list into the list with nothing before it. */
function outsideFreshItem(rule: InputRule): InputRule {
  return new InputRule({
    find: rule.find,
    handler: (props) => {
      const $at = props.state.doc.resolve(props.range.from);
      const fresh = $at.depth > 1 && $at.node(-1).type.name === 'listItem' && $at.index(-1) === 0;
      return fresh ? null : rule.handler(props);
    },
  });
}

const Bullets = BulletList.extend({
  group: listGroup,
  addInputRules() {
    return [outsideFreshItem(wrappingInputRule({ find: /^\s*([-+*])\s$/, type: this.type }))];
  },
});

const Numbers = OrderedList.extend({
  group: listGroup,
  addAttributes: () => ({
    order: { default: 1, parseHTML: (element) => Number(element.getAttribute('start') ?? 1) || 1, renderHTML: ({ order }) => (order === 1 ? {} : { start: order as number }) },
  }),
  renderHTML: ({ HTMLAttributes }) => ['ol', HTMLAttributes, 0],
  addInputRules() {
    return [
      outsideFreshItem(
        wrappingInputRule({
          find: /^(\d{1,4})[.)]\s$/,
          type: this.type,
          getAttributes: (match) => ({ order: Number(match[1]) }),
          joinPredicate: (match, node) => node.childCount + Number(node.attrs['order']) === Number(match[1]),
        }),
      ),
    ];
  },
});

const Item = ListItem.extend({
  content: 'inItem+',
  addKeyboardShortcuts() {
    return {
      Enter: () => this.editor.commands.splitListItem(this.name),
      Tab: () => this.editor.commands.sinkListItem(this.name),
      'Shift-Tab': () => this.editor.commands.liftListItem(this.name),
    };
  },
});

/** Tasks and decisions hold their words directly, so they split and end by rules of their own. */
const lineList = (name: string, item: string, group: string, kind: string) =>
  Node.create({
    name,
    group,
    content: name === 'taskList' ? '(taskItem | taskList)+' : `${item}+`,
    addAttributes: () => ({ localId: { ...dataAttribute('local-id', null), keepOnSplit: false, renderHTML: ({ localId }) => (localId ? { 'data-local-id': localId as string } : {}) } }),
    parseHTML: () => [{ tag: `ul[data-node="${kind}"]`, priority: 60 }],
    renderHTML: ({ HTMLAttributes }) => ['ul', mergeAttributes(HTMLAttributes, { 'data-node': kind }), 0],
  });

const Tasks = lineList('taskList', 'taskItem', 'block inItem inPanel inCell', 'tasks');
const Decisions = lineList('decisionList', 'decisionItem', 'block inPanel inCell', 'decisions');

const localId = { default: null, keepOnSplit: false, parseHTML: (element: HTMLElement) => element.getAttribute('data-local-id'), renderHTML: (attrs: Record<string, unknown>) => (attrs['localId'] ? { 'data-local-id': attrs['localId'] } : {}) };

const Task = Node.create({
  name: 'taskItem',
  content: 'inline*',
  defining: true,
  addAttributes: () => ({
    localId,
    state: { default: 'TODO', keepOnSplit: false, parseHTML: (element) => (element.getAttribute('data-done') === 'true' ? 'DONE' : 'TODO'), renderHTML: ({ state }) => ({ 'data-done': String(state === 'DONE') }) },
  }),
  parseHTML: () => [{ tag: 'li[data-node="task"]', priority: 60 }],
  renderHTML: ({ HTMLAttributes }) => ['li', mergeAttributes(HTMLAttributes, { 'data-node': 'task' }), 0],
  addNodeView() {
    return ({ node, editor, getPos }) => {
      const dom = document.createElement('li');
      dom.dataset['node'] = 'task';
      const box = document.createElement('input');
      box.type = 'checkbox';
      box.contentEditable = 'false';
      const contentDOM = document.createElement('div');
      const show = (state: unknown, words: string) => {
        dom.dataset['done'] = String(state === 'DONE');
        box.checked = state === 'DONE';
        box.setAttribute('aria-label', words || 'Task');
      };
      show(node.attrs['state'], node.textContent);
      box.addEventListener('change', () => {
        const at = getPos();
        if (at !== undefined) editor.view.dispatch(editor.state.tr.setNodeAttribute(at, 'state', box.checked ? 'DONE' : 'TODO'));
      });
      dom.append(box, contentDOM);
      return {
        dom,
        contentDOM,
        stopEvent: (event) => event.target === box,
        ignoreMutation: (mutation) => !contentDOM.contains(mutation.target),
        update: (next) => {
          if (next.type !== node.type) return false;
          show(next.attrs['state'], next.textContent);
          return true;
        },
      };
    };
  },
  addInputRules() {
    return [lineRule(/^\s*\[([ xX]?)\]\s$/, 'taskList', 'taskItem', (match) => ({ state: /x/i.test(match[1] ?? '') ? 'DONE' : 'TODO' }))];
  },
});

const Decision = Node.create({
  name: 'decisionItem',
  content: 'inline*',
  defining: true,
  addAttributes: () => ({ localId, state: { default: 'DECIDED', rendered: false } }),
  parseHTML: () => [{ tag: 'li[data-node="decision"]', priority: 60 }],
  renderHTML: ({ HTMLAttributes }) => [
    'li',
    mergeAttributes(HTMLAttributes, { 'data-node': 'decision' }),
    ['span', { 'data-part': 'mark', 'aria-hidden': 'true', contenteditable: 'false' }],
    ['div', 0],
  ],
  addInputRules() {
    return [lineRule(/^\s*<>\s$/, 'decisionList', 'decisionItem', () => ({}))];
  },
});

/** Turns the paragraph of the cursor into a task or decision, also out of a bullet that somebody began first. */
function lineRule(find: RegExp, list: string, item: string, attrs: (match: RegExpMatchArray) => Record<string, unknown>): InputRule {
  return new InputRule({
    find,
    handler: ({ range, match, chain }) => {
      chain()
        .deleteRange(range)
        .command(({ tr, state }) => toLineList(tr, state, list, item, attrs(match)))
        .run();
    },
  });
}

export function toLineList(tr: Transaction, state: EditorState, list: string, item: string, attrs: Record<string, unknown> = {}): boolean {
  const listType = state.schema.nodes[list];
  const itemType = state.schema.nodes[item];
  const { $from } = tr.selection;
  if (!listType || !itemType || $from.parent.type.name !== 'paragraph') return false;
  const made = () => listType.create(null, itemType.create(attrs, $from.parent.content));
  const offset = $from.parentOffset;
  // "- [] " begins as a bullet of one empty paragraph: the bullet goes.
  const bullet = $from.depth >= 3 && $from.node(-1).type.name === 'listItem' && $from.node(-1).childCount === 1 && $from.node(-2).childCount === 1;
  const depth = bullet ? $from.depth - 2 : $from.depth;
  const outside = $from.node(depth - 1);
  const index = $from.index(depth - 1);
  if (!outside.canReplaceWith(index, index + 1, listType)) return false;
  const start = $from.before(depth);
  tr.replaceWith(start, $from.after(depth), made());
  tr.setSelection(TextSelection.create(tr.doc, start + 2 + offset));
  return true;
}

const lines: Readonly<Record<string, string>> = { taskItem: 'taskList', decisionItem: 'decisionList' };

/** Takes the line of the cursor out of its list, as a paragraph; the list is parted around it. */
export function leaveLineList(tr: Transaction, state: EditorState): boolean {
  const { $from } = tr.selection;
  if (!lines[$from.parent.type.name] || $from.depth < 2) return false;
  const list = $from.node(-1);
  const paragraph = state.schema.nodes['paragraph'];
  if (!paragraph) return false;
  if ($from.depth >= 3 && $from.node(-2).type === list.type) return outdentLine(tr);
  const index = $from.index(-1);
  const before: ProseNode[] = [];
  const after: ProseNode[] = [];
  list.forEach((child, _offset, i) => {
    if (i < index) before.push(child);
    else if (i > index) after.push(child);
  });
  const parts = [
    ...(before.length > 0 ? [list.copy(Fragment.from(before))] : []),
    paragraph.create(null, $from.parent.content),
    ...(after.length > 0 ? [list.type.create(null, Fragment.from(after))] : []),
  ];
  const start = $from.before(-1);
  const offset = $from.parentOffset;
  tr.replaceWith(start, $from.after(-1), parts);
  tr.setSelection(TextSelection.create(tr.doc, start + (before.length > 0 ? (parts[0]?.nodeSize ?? 0) : 0) + 1 + offset));
  return true;
}

/** Moves a task one level deeper: under a list that stands before it, or a new one. */
function indentLine(tr: Transaction): boolean {
  const { $from } = tr.selection;
  if ($from.parent.type.name !== 'taskItem' || $from.index(-1) === 0) return false;
  const list = $from.node(-1);
  const index = $from.index(-1);
  const previous = list.child(index - 1);
  const start = $from.before();
  const offset = $from.parentOffset;
  const item = $from.parent;
  if (previous.type === list.type) {
    tr.delete(start, $from.after()).insert(start - 1, item);
    tr.setSelection(TextSelection.create(tr.doc, start - 1 + 1 + offset));
  } else {
    tr.replaceWith(start, $from.after(), list.type.create(null, item));
    tr.setSelection(TextSelection.create(tr.doc, start + 2 + offset));
  }
  return true;
}

/** Moves a task of a nested list one level up, behind what stands before it. */
function outdentLine(tr: Transaction): boolean {
  const { $from } = tr.selection;
  if ($from.parent.type.name !== 'taskItem' || $from.depth < 3 || $from.node(-2).type.name !== 'taskList') return false;
  const inner = $from.node(-1);
  const index = $from.index(-1);
  const before: ProseNode[] = [];
  const after: ProseNode[] = [];
  inner.forEach((child, _offset, i) => {
    if (i < index) before.push(child);
    else if (i > index) after.push(child);
  });
  const parts = [
    ...(before.length > 0 ? [inner.copy(Fragment.from(before))] : []),
    $from.parent,
    ...(after.length > 0 ? [inner.type.create(null, Fragment.from(after))] : []),
  ];
  const start = $from.before(-1);
  const offset = $from.parentOffset;
  tr.replaceWith(start, $from.after(-1), parts);
  tr.setSelection(TextSelection.create(tr.doc, start + (before.length > 0 ? (parts[0]?.nodeSize ?? 0) : 0) + 1 + offset));
  return true;
}

const LineKeys = Extension.create({
  name: 'lineKeys',
  // Before the keys that every text block has.
  priority: 200,
  addKeyboardShortcuts() {
    const inLine = () => {
      const { $from, empty } = this.editor.state.selection;
      return lines[$from.parent.type.name] ? { $from, empty } : null;
    };
    return {
      Enter: () => {
        const at = inLine();
        if (!at) return false;
        if (at.$from.parent.content.size === 0) return this.editor.commands.command(({ tr, state }) => leaveLineList(tr, state));
        return this.editor.commands.splitBlock();
      },
      Backspace: () => {
        const at = inLine();
        if (!at?.empty || at.$from.parentOffset > 0) return false;
        return this.editor.commands.command(({ tr, state }) => leaveLineList(tr, state));
      },
      Tab: () => inLine() !== null && (this.editor.commands.command(({ tr }) => indentLine(tr)) || true),
      'Shift-Tab': () => inLine() !== null && (this.editor.commands.command(({ tr }) => outdentLine(tr)) || true),
    };
  },
  addProseMirrorPlugins() {
    return [new Plugin({ appendTransaction: (transactions, _before, state) => (transactions.some((tr) => tr.docChanged) ? withLocalIds(state) : null) })];
  },
});

/** Every task and decision needs an id of its own; copies and new ones get one here. */
function withLocalIds(state: EditorState): Transaction | null {
  const seen = new Set<string>();
  const tr = state.tr;
  state.doc.descendants((node, at) => {
    if (!('localId' in node.attrs)) return;
    const id = node.attrs['localId'] as string | null;
    if (id && !seen.has(id)) seen.add(id);
    else tr.setNodeAttribute(at, 'localId', crypto.randomUUID());
  });
  return tr.docChanged ? tr.setMeta('addToHistory', false) : null;
}

export const lists = [
  Bullets,
  Numbers,
  Item,
  Tasks,
  Task,
  Decisions,
  Decision,
  LineKeys,
  ListKeymap.configure({ listTypes: [{ itemName: 'listItem', wrapperNames: ['bulletList', 'orderedList'] }] }),
];
