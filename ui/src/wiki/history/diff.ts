import type { AdfDoc, AdfNode } from '../../api';

/** A run of blocks: as they were, new, gone, or one that was changed inside (with its changes marked). */
export interface Segment {
  op: 'same' | 'add' | 'remove' | 'change';
  nodes: AdfNode[];
}

export interface DocDiff {
  segments: Segment[];
  /** Words that came and went. */
  added: number;
  removed: number;
}

type Pair<T> = { op: 'same'; before: T; after: T } | { op: 'remove'; before: T } | { op: 'add'; after: T };

/** Beyond this many comparisons what differs is shown as replaced: nobody waits seconds for a diff. */
const patience = 4_000_000;

/** The longest common subsequence, told as steps from one list to the other. */
export function align<T>(before: readonly T[], after: readonly T[], key: (item: T) => string): Pair<T>[] {
  const a = before.map(key);
  const b = after.map(key);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let endA = a.length;
  let endB = b.length;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  const pairs: Pair<T>[] = [];
  const same = (i: number, j: number) => pairs.push({ op: 'same', before: before[i] as T, after: after[j] as T });
  for (let i = 0; i < start; i++) same(i, i);
  const n = endA - start;
  const m = endB - start;
  if (n * m > patience || n === 0 || m === 0) {
    for (let i = start; i < endA; i++) pairs.push({ op: 'remove', before: before[i] as T });
    for (let j = start; j < endB; j++) pairs.push({ op: 'add', after: after[j] as T });
  } else {
    const width = m + 1;
    const best = new Uint32Array((n + 1) * width);
    const at = (i: number, j: number) => best[i * width + j] ?? 0;
    for (let i = n - 1; i >= 0; i--) for (let j = m - 1; j >= 0; j--) best[i * width + j] = a[start + i] === b[start + j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    let i = 0;
    let j = 0;
    while (i < n || j < m) {
      if (i < n && j < m && a[start + i] === b[start + j]) same(start + i++, start + j++);
      else if (i < n && (j === m || at(i + 1, j) >= at(i, j + 1))) pairs.push({ op: 'remove', before: before[start + i++] as T });
      else pairs.push({ op: 'add', after: after[start + j++] as T });
    }
  }
  for (let k = 0; endA + k < a.length; k++) same(endA + k, endB + k);
  return pairs;
}

/** What a node says, apart from names that editors give anew and from the marks of comments, which are no change of the text. */
function keyOf(node: AdfNode): string {
  return JSON.stringify(node, (name, value: unknown) => {
    if (name === 'localId') return undefined;
    if (name !== 'marks' || !Array.isArray(value)) return value;
    const left = (value as { type: string }[]).filter((mark) => mark.type !== 'annotation');
    return left.length > 0 ? left : undefined;
  });
}

/** A text that a comment cut in pieces is one text still. */
const whole = (node: AdfNode): AdfNode => {
  if (!node.content) return node;
  const bare = node.content.map(whole).map((child) => (child.marks?.some((mark) => mark.type === 'annotation') ? withMarks(child, child.marks.filter((mark) => mark.type !== 'annotation')) : child));
  return { ...node, content: joined(bare) };
};

function withMarks(node: AdfNode, marks: NonNullable<AdfNode['marks']>): AdfNode {
  const next = { ...node, marks };
  if (marks.length === 0) delete (next as AdfNode).marks;
  return next;
}

/** Everything counts when texts are put together: a comment of somebody must not get lost. */
const exactly = (node: AdfNode): string => JSON.stringify(node);

const marks = {
  add: [{ type: 'underline' }, { type: 'backgroundColor', attrs: { color: '#1f845a' } }],
  remove: [{ type: 'strike' }, { type: 'backgroundColor', attrs: { color: '#c9372c' } }],
} as const;
const ours = new Set(['underline', 'strike', 'backgroundColor']);

/** The node with all its words marked as new or gone. */
function marked(node: AdfNode, op: 'add' | 'remove'): AdfNode {
  if (node.content) return { ...node, content: node.content.map((child) => marked(child, op)) };
  if (node.type === 'text' || isInline(node)) return { ...node, marks: [...(node.marks ?? []).filter((mark) => !ours.has(mark.type)), ...marks[op].map((mark) => ({ ...mark }))] };
  return node;
}

const inlineTypes = new Set(['text', 'mention', 'emoji', 'date', 'status', 'inlineCard', 'inlineExtension', 'hardBreak', 'mediaInline', 'placeholder']);
const isInline = (node: AdfNode): boolean => inlineTypes.has(node.type);
const isTextBlock = (node: AdfNode): boolean => node.content !== undefined && node.content.length > 0 && node.content.every(isInline);

/** Words, spaces and everything else, each with its marks. */
function tokens(nodes: readonly AdfNode[]): AdfNode[] {
  return nodes.flatMap((node) => (node.type === 'text' && node.text ? (node.text.match(/[\p{L}\p{N}_'’]+|\s+|[^\p{L}\p{N}\s]/gu) ?? []).map((text) => ({ ...node, text })) : [node]));
}

const wordCount = (node: AdfNode): number => (node.content ? node.content.reduce((sum, child) => sum + wordCount(child), 0) : (node.text?.match(/[\p{L}\p{N}_'’]+/gu)?.length ?? 0));

/** Neighbours with the same marks become one text again. */
function joined(nodes: readonly AdfNode[]): AdfNode[] {
  const out: AdfNode[] = [];
  for (const node of nodes) {
    const last = out.at(-1);
    if (last?.type === 'text' && node.type === 'text' && JSON.stringify(last.marks ?? []) === JSON.stringify(node.marks ?? [])) out[out.length - 1] = { ...last, text: (last.text ?? '') + (node.text ?? '') };
    else out.push(node);
  }
  return out;
}

interface Count {
  added: number;
  removed: number;
}

function words(before: readonly AdfNode[], after: readonly AdfNode[], count: Count): AdfNode[] {
  const out = align(tokens(before), tokens(after), keyOf).map((pair) => {
    if (pair.op === 'same') return pair.after;
    if (pair.op === 'add') {
      count.added += wordCount(pair.after);
      return marked(pair.after, 'add');
    }
    count.removed += wordCount(pair.before);
    return marked(pair.before, 'remove');
  });
  return joined(out);
}

/** How much of their words two nodes share, from 0 to 1. */
function likeness(a: AdfNode, b: AdfNode): number {
  const bag = (node: AdfNode): string[] => (node.content ? node.content.flatMap(bag) : (node.text?.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? (node.type === 'text' ? [] : [node.type])));
  const left = bag(a);
  const right = new Map<string, number>();
  for (const word of bag(b)) right.set(word, (right.get(word) ?? 0) + 1);
  const size = left.length + [...right.values()].reduce((sum, n) => sum + n, 0);
  if (size === 0) return 1;
  let shared = 0;
  for (const word of left) {
    const n = right.get(word) ?? 0;
    if (n > 0) {
      shared += 2;
      right.set(word, n - 1);
    }
  }
  return shared / size;
}

/** One node that shows both; null when they are too far apart or of a kind that is only whole. */
function merged(before: AdfNode, after: AdfNode, count: Count): AdfNode | null {
  if (before.type !== after.type || before.type === 'codeBlock' || !before.content || !after.content) return null;
  if (likeness(before, after) < 0.3) return null;
  if (isTextBlock(before) && isTextBlock(after)) return { ...after, content: words(before.content, after.content, count) };
  if (isTextBlock(before) || isTextBlock(after)) return null;
  return { ...after, content: blocks(before.content, after.content, count).flatMap(({ op, nodes }) => nodes.map((node) => (op === 'add' || op === 'remove' ? marked(node, op) : node))) };
}

function blocks(before: readonly AdfNode[], after: readonly AdfNode[], count: Count): Segment[] {
  const out: Segment[] = [];
  const push = (op: Segment['op'], node: AdfNode) => {
    const last = out.at(-1);
    if (last?.op === op && op !== 'change') last.nodes.push(node);
    else out.push({ op, nodes: [node] });
  };
  const pairs = align(before, after, keyOf);
  for (let at = 0; at < pairs.length; ) {
    const pair = pairs[at];
    if (pair?.op === 'same') {
      push('same', pair.after);
      at++;
      continue;
    }
    let end = at;
    while (end < pairs.length && pairs[end]?.op !== 'same') end++;
    const gone = pairs.slice(at, end).flatMap((each) => (each.op === 'remove' ? [each.before] : []));
    const come = pairs.slice(at, end).flatMap((each) => (each.op === 'add' ? [each.after] : []));
    between(gone, come, count, push);
    at = end;
  }
  return out;
}

/** Between two blocks that stayed: pairs what was changed, in order; the rest came or went. */
function between(gone: AdfNode[], come: AdfNode[], count: Count, push: (op: Segment['op'], node: AdfNode) => void): void {
  const remove = (node: AdfNode) => {
    count.removed += wordCount(node);
    push('remove', node);
  };
  let next = 0;
  for (const node of come) {
    let found = -1;
    for (let i = next; i < gone.length && found < 0; i++) if (gone[i]?.type === node.type && likeness(gone[i] as AdfNode, node) >= 0.3) found = i;
    const own = { added: 0, removed: 0 };
    const both = found < 0 ? null : merged(gone[found] as AdfNode, node, own);
    if (!both) {
      count.added += wordCount(node);
      push('add', node);
      continue;
    }
    while (next < found) remove(gone[next++] as AdfNode);
    next = found + 1;
    count.added += own.added;
    count.removed += own.removed;
    push('change', both);
  }
  while (next < gone.length) remove(gone[next++] as AdfNode);
}

type MaybeDoc = AdfDoc | null | undefined;

/** What one document has that the other has not, for people to read. */
export function diffDocs(before: MaybeDoc, after: MaybeDoc): DocDiff {
  const count = { added: 0, removed: 0 };
  const segments = blocks((before?.content ?? []).map(whole), (after?.content ?? []).map(whole), count);
  return { segments, ...count };
}

interface Hunk {
  start: number;
  end: number;
  nodes: AdfNode[];
}

/** The changes from a document to another as replaced ranges of its blocks. */
function hunks(base: readonly AdfNode[], other: readonly AdfNode[]): Hunk[] {
  const out: Hunk[] = [];
  let index = 0;
  let open: Hunk | null = null;
  for (const pair of align(base, other, exactly)) {
    if (pair.op === 'same') {
      open = null;
      index++;
      continue;
    }
    if (!open) out.push((open = { start: index, end: index, nodes: [] }));
    if (pair.op === 'add') open.nodes.push(pair.after);
    else open.end = ++index;
  }
  return out;
}

/** Both changes of a common document in one; null when they touch the same blocks. */
export function mergeDocs(base: MaybeDoc, mine: MaybeDoc, theirs: MaybeDoc): AdfDoc | null {
  const start = base?.content ?? [];
  const left = hunks(start, mine?.content ?? []);
  const right = hunks(start, theirs?.content ?? []);
  const touch = (a: Hunk, b: Hunk) => a.start <= b.end && b.start <= a.end && !(a.end === b.start && a.start < a.end && b.start < b.end) && !(b.end === a.start && a.start < a.end && b.start < b.end);
  const same = (a: Hunk, b: Hunk) => a.start === b.start && a.end === b.end && JSON.stringify(a.nodes) === JSON.stringify(b.nodes);
  const extra = right.filter((b) => !left.some((a) => same(a, b)));
  if (extra.some((b) => left.some((a) => touch(a, b)))) return null;
  const content: AdfNode[] = [];
  let at = 0;
  for (const hunk of [...left, ...extra].sort((a, b) => a.start - b.start || a.end - b.end)) {
    content.push(...start.slice(at, hunk.start), ...hunk.nodes);
    at = hunk.end;
  }
  content.push(...start.slice(at));
  return { version: 1, type: 'doc', content };
}
