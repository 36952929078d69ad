import { Extension, type Attribute } from '@tiptap/core';

function json(value: string | null): unknown {
  if (value === null) return null;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return null;
  }
}

const asJson = (attribute: string, name: string): Attribute => ({
  default: null,
  parseHTML: (element) => json(element.getAttribute(attribute)),
  renderHTML: (attrs) => (attrs[name] === null ? {} : { [attribute]: JSON.stringify(attrs[name]) }),
});

/** Names of the attributes that carry what the editor does not know. */
export const keptNames = ['source', 'nodeMarks'] as const;

/**
 * Gives every node and mark a place for what its document said beyond what the
 * editor knows: `source` holds the attributes as they came, `nodeMarks` the
 * marks of a block (alignment, breakout and the like). Nothing is lost by editing.
 */
export function keep(nodes: readonly string[], marks: readonly string[]): Extension {
  return Extension.create({
    name: 'kept',
    addGlobalAttributes: () => [
      { types: [...nodes, ...marks], attributes: { source: { ...asJson('data-adf', 'source'), keepOnSplit: false } } },
      { types: [...nodes], attributes: { nodeMarks: { ...asJson('data-adf-marks', 'nodeMarks'), keepOnSplit: true } } },
    ],
  });
}

/** An attribute that stands in the element under `data-…`. */
export const dataAttribute = (name: string, fallback: string | null): Attribute => ({
  default: fallback,
  parseHTML: (element) => element.getAttribute(`data-${name.toLowerCase()}`) ?? fallback,
  renderHTML: (attrs) => (attrs[name] === null ? {} : { [`data-${name.toLowerCase()}`]: String(attrs[name]) }),
});
