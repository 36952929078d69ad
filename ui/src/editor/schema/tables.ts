import { Table, TableCell, TableHeader, TableRow } from '@tiptap/extension-table';
import type { Attribute, Attributes } from '@tiptap/core';
import { toneOf } from '../adf';

const span = (name: string): Attribute => ({
  default: 1,
  parseHTML: (element) => {
    const value = Number(element.getAttribute(name) ?? 1);
    return Number.isInteger(value) && value > 0 && value < 1000 ? value : 1;
  },
  renderHTML: (attrs) => (attrs[name] === 1 ? {} : { [name]: attrs[name] as number }),
});

const cellAttributes = (): Attributes => ({
  colspan: span('colspan'),
  rowspan: span('rowspan'),
  colwidth: {
    default: null,
    parseHTML: (element) => {
      const widths = (element.getAttribute('data-colwidth') ?? '').split(',').map(Number).filter((width) => width > 0);
      return widths.length > 0 ? widths : null;
    },
    renderHTML: ({ colwidth }) => (Array.isArray(colwidth) ? { 'data-colwidth': colwidth.join(',') } : {}),
  },
  background: {
    default: null,
    parseHTML: (element) => element.getAttribute('data-background'),
    renderHTML: ({ background }) => (background ? { 'data-background': background as string, 'data-ground': toneOf(background) ?? '' } : {}),
  },
});

const WithoutAlign = { content: 'inCell+', addAttributes: cellAttributes };

export const tables = [
  Table.extend({ group: 'block inPanel inExpand' }).configure({ resizable: false, renderWrapper: true }),
  TableRow,
  TableCell.extend(WithoutAlign),
  TableHeader.extend(WithoutAlign),
];
