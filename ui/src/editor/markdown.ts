import type { AdfDoc, AdfNode } from '../api';
import { safeHref } from './adf';
import { languageName } from './schema/code';

type Mark = NonNullable<AdfNode['marks']>[number];

const item = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const fence = /^(\s*)(`{3,}|~{3,})\s*([^`]*)$/;
const heading = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/;
const rule = /^ {0,3}([-*_])(\s*\1){2,}\s*$/;
const divider = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

/** Whether a text was written as Markdown, so that pasting it should not show the signs. */
export function looksLikeMarkdown(text: string): boolean {
  const lines = text.split('\n');
  const rows = lines.filter((line) => /^\s*\|.*\|\s*$/.test(line)).length;
  const tabular = rows > 1 && lines.some((line) => line.includes('-') && line.includes('|') && divider.test(line));
  const block = lines.some((line) => heading.test(line) || fence.test(line) || /^\s*[-*+]\s+(\[[ xX]\]\s+)?\S/.test(line) || /^>\s/.test(line));
  const numbered = lines.filter((line) => /^\s*\d{1,9}[.)]\s+\S/.test(line)).length > 1;
  const inline = /(^|[\s(])(\*\*[^*\n]+\*\*|__[^_\n]+__|`[^`\n]+`|~~[^~\n]+~~|!?\[[^\]\n]+\]\([^)\s]+\))/.test(text);
  return tabular || block || numbered || inline;
}

/** Reads Markdown (CommonMark's usual part, GitHub's tables, tasks and strikes) as a document. */
export function markdownToAdf(markdown: string): AdfDoc {
  const lines = markdown.replace(/\r\n?/g, '\n').replace(/\t/g, '    ').split('\n');
  return { version: 1, type: 'doc', content: readBlocks(lines) };
}

/** Plain words as a document: a blank line parts paragraphs, a line end is kept. */
export function plainToAdf(plain: string): AdfDoc {
  const paragraphs = plain.replace(/\r\n?/g, '\n').split(/\n{2,}/);
  return { version: 1, type: 'doc', content: paragraphs.map((each) => paragraph(withBreaks(each.split('\n'), (line) => (line === '' ? [] : [linked(line)].flat())))) };
}

const paragraph = (content: AdfNode[]): AdfNode => (content.length > 0 ? { type: 'paragraph', content } : { type: 'paragraph' });

function withBreaks(lines: readonly string[], read: (line: string) => AdfNode[]): AdfNode[] {
  return lines.flatMap((line, i) => (i === 0 ? read(line) : [{ type: 'hardBreak' }, ...read(line)]));
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

/** What takes one block off the front of the lines: the block and how many lines it was, or null. */
type Taker = (lines: readonly string[], at: number) => { block: AdfNode | null; next: number } | null;

const takeFence: Taker = (lines, at) => {
  const open = fence.exec(lines[at] ?? '');
  if (!open) return null;
  const [, indent = '', sign = '', info = ''] = open;
  const code: string[] = [];
  let next = at + 1;
  for (; next < lines.length; next++) {
    const line = lines[next] ?? '';
    if (line.trim().startsWith(sign) && line.trim().replaceAll(sign[0] ?? '', '') === '') break;
    code.push(line.slice(Math.min(indent.length, indentOf(line))));
  }
  const language = languageName(info.split(/\s/)[0]);
  const text = code.join('\n');
  return { block: { type: 'codeBlock', ...(language ? { attrs: { language } } : {}), ...(text === '' ? {} : { content: [{ type: 'text', text }] }) }, next: next + 1 };
};

const takeHeading: Taker = (lines, at) => {
  const match = heading.exec(lines[at] ?? '');
  if (!match) return null;
  const content = readInline(match[2] ?? '');
  return { block: { type: 'heading', attrs: { level: match[1]?.length ?? 1 }, ...(content.length > 0 ? { content } : {}) }, next: at + 1 };
};

const takeRule: Taker = (lines, at) => (rule.test(lines[at] ?? '') ? { block: { type: 'rule' }, next: at + 1 } : null);

const inQuote = new Set(['paragraph', 'bulletList', 'orderedList', 'codeBlock', 'mediaSingle']);

const takeQuote: Taker = (lines, at) => {
  if (!/^ {0,3}>/.test(lines[at] ?? '')) return null;
  let next = at;
  const inside: string[] = [];
  while (next < lines.length && (/^ {0,3}>/.test(lines[next] ?? '') || ((lines[next] ?? '').trim() !== '' && next > at && !startsBlock(lines, next)))) {
    inside.push((lines[next] ?? '').replace(/^ {0,3}> ?/, ''));
    next++;
  }
  const content = readBlocks(inside).map((block) => (inQuote.has(block.type) ? block : paragraph(block.type === 'heading' ? (block.content ?? []) : wordsOf(block))));
  return { block: { type: 'blockquote', content: content.length > 0 ? content : [paragraph([])] }, next };
};

function wordsOf(node: AdfNode): AdfNode[] {
  if (node.type === 'text') return [node];
  return (node.content ?? []).flatMap(wordsOf);
}

function cells(line: string): string[] {
  const bare = line.trim().replace(/^\|/, '').replace(/(?<!\\)\|$/, '');
  return bare.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));
}

const takeTable: Taker = (lines, at) => {
  const head = lines[at] ?? '';
  const under = lines[at + 1] ?? '';
  if (!head.includes('|') || !under.includes('-') || !divider.test(under)) return null;
  const columns = cells(head);
  if (cells(under).length !== columns.length) return null;
  const row = (type: string, values: readonly string[]): AdfNode => ({
    type: 'tableRow',
    content: columns.map((_, i) => ({ type, content: [paragraph(withBreaks((values[i] ?? '').split(/<br\s*\/?>/i), readInline))] })),
  });
  const rows = [row('tableHeader', columns)];
  let next = at + 2;
  while (next < lines.length && (lines[next] ?? '').includes('|') && (lines[next] ?? '').trim() !== '') rows.push(row('tableCell', cells(lines[next++] ?? '')));
  return { block: { type: 'table', content: rows }, next };
};

interface Item {
  lines: string[];
  task: boolean | null;
}

const takeList: Taker = (lines, at) => {
  const first = item.exec(lines[at] ?? '');
  if (!first) return null;
  const base = first[1]?.length ?? 0;
  const ordered = /\d/.test(first[2] ?? '');
  const items: Item[] = [];
  let next = at;
  let width = 0;
  while (next < lines.length) {
    const line = lines[next] ?? '';
    const match = item.exec(line);
    const indent = indentOf(line);
    if (match && indent <= base + 1 && indent >= base) {
      if (/\d/.test(match[2] ?? '') !== ordered || rule.test(line)) break;
      const task = /^\[([ xX])\]\s+(.*)$/.exec(match[3] ?? '');
      width = indent + (match[2]?.length ?? 1) + 1;
      items.push({ lines: [task ? (task[2] ?? '') : (match[3] ?? '')], task: task ? task[1] !== ' ' : null });
    } else if (line.trim() === '') {
      const after = lines[next + 1] ?? '';
      if (after.trim() === '' || (indentOf(after) <= base && !item.test(after))) break;
      items.at(-1)?.lines.push('');
    } else if (indent > base || !startsBlock(lines, next)) {
      if (indent <= base && lines[next - 1]?.trim() === '') break;
      items.at(-1)?.lines.push(line.slice(Math.min(indent, width)));
    } else break;
    next++;
  }
  return { block: listOf(items, ordered, first[2] ?? '-'), next };
};

const inItem = new Set(['paragraph', 'bulletList', 'orderedList', 'taskList', 'codeBlock', 'blockquote', 'mediaSingle']);

function listOf(items: readonly Item[], ordered: boolean, sign: string): AdfNode {
  if (items.every((each) => each.task !== null)) return taskList(items);
  const content = items.map((each): AdfNode => {
    const blocks = readBlocks(each.lines).map((block) => (inItem.has(block.type) ? block : paragraph(wordsOf(block))));
    return { type: 'listItem', content: blocks[0]?.type === 'paragraph' ? blocks : [paragraph([]), ...blocks] };
  });
  const start = Number.parseInt(sign, 10);
  return ordered ? { type: 'orderedList', ...(start === 1 ? {} : { attrs: { order: start } }), content } : { type: 'bulletList', content };
}

function taskList(items: readonly Item[]): AdfNode {
  const content = items.flatMap((each): AdfNode[] => {
    const blocks = readBlocks(each.lines);
    const words = blocks.filter((block) => block.type !== 'taskList').flatMap((block) => (block.type === 'paragraph' ? (block.content ?? []) : wordsOf(block)));
    const task: AdfNode = { type: 'taskItem', attrs: { localId: crypto.randomUUID(), state: each.task ? 'DONE' : 'TODO' }, ...(words.length > 0 ? { content: words } : {}) };
    return [task, ...blocks.filter((block) => block.type === 'taskList')];
  });
  return { type: 'taskList', attrs: { localId: crypto.randomUUID() }, content };
}

const takers: readonly Taker[] = [takeFence, takeHeading, takeRule, takeQuote, takeTable, takeList];

function startsBlock(lines: readonly string[], at: number): boolean {
  const line = lines[at] ?? '';
  return fence.test(line) || heading.test(line) || rule.test(line) || /^ {0,3}>/.test(line) || item.test(line) || takeTable(lines, at) !== null;
}

function readBlocks(lines: readonly string[]): AdfNode[] {
  const blocks: AdfNode[] = [];
  let at = 0;
  while (at < lines.length) {
    if ((lines[at] ?? '').trim() === '') {
      at++;
      continue;
    }
    const start = at;
    const taken = takers.reduce<ReturnType<Taker>>((found, take) => found ?? take(lines, start), null);
    if (taken) {
      if (taken.block) blocks.push(taken.block);
      at = taken.next;
      continue;
    }
    const words: string[] = [];
    while (at < lines.length && (lines[at] ?? '').trim() !== '' && (at === start || !startsBlock(lines, at))) words.push((lines[at++] ?? '').trim());
    blocks.push(paragraph(withBreaks(words.map((line) => line.replace(/\\$/, '')), readInline)));
  }
  return blocks;
}

interface InlineRule {
  find: RegExp;
  read: (match: RegExpExecArray, marks: readonly Mark[]) => AdfNode[] | null;
}

const text = (value: string, marks: readonly Mark[]): AdfNode => (marks.length > 0 ? { type: 'text', text: value, marks: [...marks] } : { type: 'text', text: value });

const wrapped =
  (type: string) =>
  (match: RegExpExecArray, marks: readonly Mark[]): AdfNode[] =>
    readInline(match[1] ?? '', [...marks, { type }]);

function linkTo(label: string, href: string, marks: readonly Mark[]): AdfNode[] | null {
  if (safeHref(href) === null) return null;
  return readInline(label, [...marks, { type: 'link', attrs: { href } }], true);
}

const inlineRules: readonly InlineRule[] = [
  { find: /^\\([\\`*_{}[\]()#+\-.!|~<>])/, read: (match, marks) => [text(match[1] ?? '', marks)] },
  { find: /^(`+)(.+?)\1(?!`)/, read: (match, marks) => [text((match[2] ?? '').replace(/^ (.+) $/, '$1'), [...marks.filter((mark) => mark.type === 'link'), { type: 'code' }])] },
  { find: /^!\[([^\]]*)\]\(([^)\s]+)(?:\s+"[^"]*")?\)/, read: (match, marks) => linkTo(match[1] || match[2] || '', match[2] ?? '', marks) },
  { find: /^\[((?:[^[\]]|\[[^\]]*\])+)\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/, read: (match, marks) => linkTo(match[1] ?? '', match[2] ?? '', marks) },
  { find: /^<((?:https?:\/\/|mailto:)[^>\s]+)>/, read: (match, marks) => [text((match[1] ?? '').replace(/^mailto:/, ''), [...marks, { type: 'link', attrs: { href: match[1] } }])] },
  { find: /^\*\*\*(?=\S)(.+?)\*\*\*/, read: (match, marks) => readInline(match[1] ?? '', [...marks, { type: 'strong' }, { type: 'em' }]) },
  { find: /^\*\*(?=\S)(.+?)(?<=\S)\*\*/, read: wrapped('strong') },
  { find: /^__(?=\S)(.+?)(?<=\S)__(?!\w)/, read: wrapped('strong') },
  { find: /^~~(?=\S)(.+?)(?<=\S)~~/, read: wrapped('strike') },
  { find: /^\*(?=[^\s*])(.+?)(?<=[^\s*])\*(?!\*)/, read: wrapped('em') },
  { find: /^_(?=[^\s_])(.+?)(?<=[^\s_])_(?!\w)/, read: wrapped('em') },
  { find: /^https?:\/\/[^\s<>"']*[^\s<>"'.,:;!?)\]]/, read: (match, marks) => [text(match[0], [...marks, { type: 'link', attrs: { href: match[0] } }])] },
];

const special = /[\\`!\[<*_~h]/;

/** Reads the signs within a line; `inLink` keeps a link from holding another. */
function readInline(line: string, marks: readonly Mark[] = [], inLink = marks.some((mark) => mark.type === 'link')): AdfNode[] {
  const nodes: AdfNode[] = [];
  let words = '';
  const flush = () => {
    if (words !== '') nodes.push(text(words, marks));
    words = '';
  };
  for (let at = 0; at < line.length; ) {
    const char = line[at] ?? '';
    const taken = special.test(char) ? takeInline(line, at, marks, inLink) : null;
    if (!taken) {
      words += char;
      at++;
      continue;
    }
    flush();
    nodes.push(...taken.nodes);
    at += taken.length;
  }
  flush();
  return nodes;
}

function takeInline(line: string, at: number, marks: readonly Mark[], inLink: boolean): { nodes: AdfNode[]; length: number } | null {
  const inWord = /\w/.test(line[at - 1] ?? '');
  const char = line[at] ?? '';
  // snake_case and words that only hold "http" are no signs.
  if (inWord && (char === '_' || char === 'h')) return null;
  const rest = line.slice(at);
  for (const { find, read } of inlineRules) {
    const match = find.exec(rest);
    if (!match) continue;
    const isLink = /^(!?\[|<|https?:)/.test(match[0]);
    if (isLink && inLink) continue;
    const nodes = read(match, marks);
    if (nodes) return { nodes, length: match[0].length };
  }
  return null;
}

/** A plain line whose addresses become links. */
function linked(line: string): AdfNode[] {
  const nodes: AdfNode[] = [];
  let rest = 0;
  for (const match of line.matchAll(/https?:\/\/[^\s<>"']*[^\s<>"'.,:;!?)\]]/g)) {
    if (match.index > rest) nodes.push(text(line.slice(rest, match.index), []));
    nodes.push(text(match[0], [{ type: 'link', attrs: { href: match[0] } }]));
    rest = match.index + match[0].length;
  }
  if (rest < line.length) nodes.push(text(line.slice(rest), []));
  return nodes;
}
