import type { Extensions } from '@tiptap/core';
import { blocks } from './blocks';
import { CodeBlock } from './code';
import { guests } from './guests';
import { inlines } from './inline';
import { keep } from './kept';
import { layouts } from './layout';
import { lists } from './lists';
import { markNames, marks } from './marks';
import { media } from './media';
import { opaque } from './opaque';
import { tables } from './tables';

const parts = [...blocks, CodeBlock, ...lists, ...tables, ...media, ...layouts, ...guests, ...inlines];
const opaqueOrText = new Set(['doc', 'text']);
const nodes = parts.filter((part) => part.type === 'node' && !opaqueOrText.has(part.name)).map((part) => part.name);

/** What a document is made of; names are those of the format. */
export const schemaExtensions: Extensions = [...parts, ...marks, ...opaque, keep(nodes, markNames)];
