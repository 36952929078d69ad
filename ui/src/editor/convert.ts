import { getSchema } from '@tiptap/core';
import { Fragment, type Mark, type Node as ProseNode, type Schema } from '@tiptap/pm/model';
import type { AdfDoc, AdfNode } from '../api';
import { schemaExtensions } from './schema';
import { keptNames } from './schema/kept';

type Attrs = Record<string, unknown>;
type AdfMark = NonNullable<AdfNode['marks']>[number];

let shared: Schema | undefined;

/** The schema outside of an editor, for tests and for reading without one. */
export function editorSchema(): Schema {
  shared ??= getSchema(schemaExtensions);
  return shared;
}

const kept = new Set<string>(keptNames);
/** Written even when they have their usual value. */
const required = new Set(['level', 'panelType', 'state', 'type', 'timestamp', 'shortName', 'text', 'color', 'href', 'width', 'extensionKey', 'extensionType']);
/** May be empty in documents in the wild, though the format wants a paragraph in them. */
const wantParagraph = new Set(['tableCell', 'tableHeader', 'listItem', 'blockquote', 'panel', 'expand', 'nestedExpand', 'layoutColumn', 'bodiedExtension']);

const same = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

/** Attributes of the schema's type that a document can say. */
function known(type: { spec: { attrs?: Record<string, { default?: unknown }> | null } }): [string, unknown][] {
  return Object.entries(type.spec.attrs ?? {})
    .filter(([name]) => !kept.has(name))
    .map(([name, spec]) => [name, spec.default]);
}

function readAttrs(type: Parameters<typeof known>[0], attrs: Attrs | undefined): Attrs {
  const read: Attrs = {};
  for (const [name] of known(type)) if (attrs && name in attrs) read[name] = attrs[name];
  if (attrs && Object.keys(attrs).length > 0) read['source'] = attrs;
  return read;
}

function writeAttrs(type: Parameters<typeof known>[0], attrs: Attrs): Attrs | undefined {
  const source = (attrs['source'] ?? {}) as Attrs;
  const written: Attrs = { ...source };
  for (const [name, fallback] of known(type)) {
    const value = attrs[name];
    if (value === null || value === undefined) {
      if (source[name] !== null) delete written[name];
    } else if (name in source || required.has(name) || !same(value, fallback)) written[name] = value;
  }
  return Object.keys(written).length > 0 ? written : undefined;
}

/** Values that the editor could not handle; such a node is kept whole instead. */
function fits(node: AdfNode): boolean {
  const { level, order, colspan, rowspan, colwidth, title, width, extensionKey, extensionType } = node.attrs ?? {};
  const positive = (value: unknown) => value === undefined || value === null || (Number.isInteger(value) && (value as number) > 0 && (value as number) < 1000);
  if (node.type === 'heading') return Number.isInteger(level) && (level as number) >= 1 && (level as number) <= 6;
  if (node.type === 'orderedList') return order === undefined || Number.isInteger(order);
  if (node.type === 'tableCell' || node.type === 'tableHeader') {
    return positive(colspan) && positive(rowspan) && (colwidth === undefined || colwidth === null || (Array.isArray(colwidth) && colwidth.length === ((colspan as number | undefined) ?? 1)));
  }
  if (node.type === 'layoutColumn') return width === undefined || typeof width === 'number';
  if (/extension$/i.test(node.type)) return typeof extensionKey === 'string' && typeof extensionType === 'string';
  if (node.type === 'expand' || node.type === 'nestedExpand') return title === undefined || typeof title === 'string';
  return true;
}

class Reader {
  constructor(private readonly schema: Schema) {}

  private opaque(node: AdfNode, inline: boolean): ProseNode {
    const type = this.schema.nodes[inline ? 'opaqueInline' : 'opaqueBlock'];
    if (!type) throw new Error('the schema lacks its opaque nodes');
    return type.create({ node });
  }

  private opaqueMark({ type, attrs }: AdfMark): Mark {
    const opaque = this.schema.marks['opaqueMark'];
    if (!opaque) throw new Error('the schema lacks its opaque mark');
    return opaque.create({ mark: attrs ? { type, attrs } : { type } });
  }

  /** Marks that cannot stand together here (code that is also bold) are kept, but only the first of them shows. */
  private marks(node: AdfNode): Mark[] {
    const taken: Mark[] = [];
    const codeFirst = [...(node.marks ?? [])].sort((a, b) => Number(b.type === 'code') - Number(a.type === 'code'));
    for (const mark of codeFirst) {
      const type = mark.type === 'opaqueMark' ? undefined : this.schema.marks[mark.type];
      const excluded = type && taken.some((other) => other.type.excludes(type) || type.excludes(other.type));
      taken.push(type && !excluded ? type.create(readAttrs(type, mark.attrs)) : this.opaqueMark(mark));
    }
    return taken.reduce<readonly Mark[]>((set, mark) => mark.addToSet(set), []) as Mark[];
  }

  /** One node, or what stands for it; null for text that is empty. */
  node(node: AdfNode, inline: boolean): ProseNode | null {
    if (node.type === 'text') {
      if (typeof node.text !== 'string') return this.opaque(node, inline);
      if (node.text === '') return null;
      return inline ? this.schema.text(node.text, this.marks(node)) : this.opaque(node, false);
    }
    const type = this.schema.nodes[node.type];
    if (!type || type.name.startsWith('opaque') || type === this.schema.topNodeType || type.isInline !== inline || !fits(node)) return this.opaque(node, inline);
    const attrs = readAttrs(type, node.attrs);
    if (inline) return type.create(attrs, null, this.marks(node));
    if (node.marks && node.marks.length > 0) attrs['nodeMarks'] = node.marks;
    const children = this.children(node, type.inlineContent);
    if (children.length === 0 && wantParagraph.has(type.name)) children.push(...this.children({ type: type.name, content: [{ type: 'paragraph' }] }, false));
    const content = Fragment.from(children);
    return type.validContent(content) ? type.create(attrs, content) : this.opaque(node, false);
  }

  children(node: AdfNode, inline: boolean): ProseNode[] {
    return (node.content ?? []).map((child) => this.node(child, inline)).filter((child) => child !== null);
  }
}

/** Reads a document. What the schema has no place for becomes a block that is kept whole. */
export function fromAdf(doc: AdfDoc | null | undefined, schema: Schema = editorSchema()): ProseNode {
  const reader = new Reader(schema);
  const paragraph = (): ProseNode[] => reader.children({ type: 'doc', content: [{ type: 'paragraph' }] }, false);
  const blocks = reader.children({ type: 'doc', content: doc?.content ?? [] }, false);
  return schema.topNodeType.create(null, blocks.length > 0 ? blocks : paragraph());
}

function writeMark(mark: Mark): AdfMark {
  if (mark.type.name === 'opaqueMark') return mark.attrs['mark'] as AdfMark;
  const attrs = writeAttrs(mark.type, mark.attrs);
  return attrs ? { type: mark.type.name, attrs } : { type: mark.type.name };
}

/** Writes one node. */
export function writeNode(node: ProseNode): AdfNode {
  const marks = node.marks.map(writeMark);
  const withMarks = marks.length > 0 ? { marks } : {};
  if (node.isText) return { type: 'text', text: node.text ?? '', ...withMarks };
  if (node.type.name.startsWith('opaque')) return node.attrs['node'] as AdfNode;
  const attrs = writeAttrs(node.type, node.attrs);
  const nodeMarks = node.attrs['nodeMarks'] as AdfMark[] | null;
  return {
    type: node.type.name,
    ...(attrs ? { attrs } : {}),
    ...(node.childCount > 0 ? { content: node.content.content.map(writeNode) } : {}),
    ...(nodeMarks ? { marks: nodeMarks } : withMarks),
  };
}

/** Writes a document; null when nothing is in it. */
export function toAdf(doc: ProseNode): AdfDoc | null {
  const only = doc.childCount === 1 ? doc.firstChild : null;
  if (only?.type.name === 'paragraph' && only.childCount === 0) return null;
  return { version: 1, type: 'doc', content: doc.content.content.map(writeNode) };
}
