import type { ReactElement } from 'react';

/** Line icons of the editor's own tools, on the kit's 16 px grid; they come with the editor. */
const paths = {
  bold: 'M5 3h3.800a2.400 2.400 0 0 1 0 4.800H5ZM5 7.800h4.600a2.600 2.600 0 0 1 0 5.200H5Z',
  italic: 'M6.500 3h4.500M5 13h4.500M9.300 3l-2.600 10',
  underline: 'M4.500 3v4.500a3.500 3.500 0 0 0 7 0V3M4 13.500h8',
  strike: 'M2.500 8h11M11 5c-.3-1.300-1.500-2-3-2-1.700 0-3 .9-3 2.300C5 6.700 6.300 7.500 8 8M5 11c.3 1.300 1.500 2 3 2 1.800 0 3-.9 3-2.300 0-.4-.1-.8-.3-1.100',
  code: 'm5.500 5-3 3 3 3M10.500 5l3 3-3 3',
  link: 'M6.700 9.300a2.700 2.700 0 0 0 3.900 0l2.100-2.100a2.700 2.700 0 0 0-3.900-3.900l-.6.600M9.300 6.700a2.700 2.700 0 0 0-3.900 0L3.300 8.800a2.700 2.700 0 0 0 3.900 3.900l.6-.6',
  color: 'm4 11 4-8.500L12 11M5.400 8.200h5.200M3 13.800h10',
  bullets: 'M3 4h.01M3 8h.01M3 12h.01M6.500 4h7M6.500 8h7M6.500 12h7',
  numbers: 'M2.500 3l1-.5V6M2.300 10.200c.2-.9 1.900-.9 1.900.1 0 .8-1.900 1.300-1.900 2.600h2M7 4h6.500M7 8h6.500M7 12h6.500',
  task: 'M3.300 2.500h9.400c.5 0 .8.300.8.800v9.400c0 .5-.3.800-.8.800H3.300a.8.8 0 0 1-.8-.8V3.300c0-.5.300-.8.800-.8ZM5 8l2.200 2.200L11 6',
  decision: 'M8 2.500 13.500 8 8 13.500 2.500 8ZM8 5.800V8l1.500 1.500',
  quote: 'M3 4v8M6.500 5h7M6.500 8h7M6.500 11h4',
  rule: 'M2.500 8h11M4 4.500h8M4 11.500h8',
  table: 'M2.500 3.500h11v9h-11ZM2.500 6.700h11M6.200 3.500v9M9.800 3.500v9',
  panel: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.300v3.500M8 5.200h.01',
  expand: 'm5 3 3 3 3-3M5 13l3-3 3 3M2.500 8h11',
  heading: 'M4 3v10M12 3v10M4 8h8',
  text: 'M3.500 3.500h9M8 3.500v9.500',
  mention: 'M10.400 8a2.400 2.400 0 1 1-4.800 0 2.400 2.400 0 0 1 4.800 0ZM10.400 5.600v3.200c0 2 3.200 1.800 3.200-.8A5.600 5.600 0 1 0 11 12.800',
  date: 'M2.500 4.300a.8.8 0 0 1 .8-.8h9.400c.5 0 .8.300.8.800v8.400c0 .5-.3.800-.8.800H3.300a.8.8 0 0 1-.8-.8ZM2.500 6.700h11M5.300 2v2.500M10.700 2v2.500',
  status: 'M4.500 5h7a3 3 0 0 1 0 6h-7a3 3 0 0 1 0-6Z',
  attach: 'm13 7.300-5.300 5.300a3.200 3.200 0 0 1-4.500-4.500l5.500-5.500a2.100 2.100 0 0 1 3 3l-5.400 5.400a1 1 0 0 1-1.500-1.400l4.800-4.800',
  plus: 'M8 3v10M3 8h10',
  rowAbove: 'M2.500 8h11v5h-11ZM8 1.500v4M6 3.500h4',
  rowBelow: 'M2.500 3h11v5h-11ZM8 10.500v4M6 12.500h4',
  columnBefore: 'M8 2.500v11h5v-11ZM1.500 8h4M3.500 6v4',
  columnAfter: 'M3 2.500v11h5v-11ZM10.500 8h4M12.500 6v4',
  rowDelete: 'M2.500 6h11v4h-11ZM6.500 1.500l3 3M9.500 1.500l-3 3',
  columnDelete: 'M6 2.500v11h4v-11ZM12 6.500l3 3M15 6.500l-3 3',
  header: 'M2.500 3.500h11v9h-11ZM2.500 6.700h11M3 5h10',
  columns: 'M2.500 3.500h4.500v9H2.500ZM9 3.500h4.500v9H9Z',
  trash: 'M3 4.500h10M6.300 4.500V3.200c0-.4.300-.7.700-.7h2c.4 0 .7.300.7.700v1.300M4.200 4.500l.6 8.100c0 .5.400.900.9.900h4.600c.5 0 .900-.4.900-.9l.6-8.100',
} as const;

export type GlyphName = keyof typeof paths;

export function Glyph({ name, size = 16 }: { name: GlyphName; size?: number }): ReactElement {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
