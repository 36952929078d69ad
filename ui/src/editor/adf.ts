import type { AdfDoc, AdfNode } from '../api';

/** A file that a document shows, as the page knows it. */
export interface MediaFile {
  /** What the document calls it. */
  id: string;
  name: string;
  mimeType: string;
  url: string;
  thumbnail?: string | undefined;
  size?: number | undefined;
  width?: number | undefined;
  height?: number | undefined;
}

export type FindMedia = (attrs: Readonly<Record<string, unknown>>) => MediaFile | null;

export const text = (value: unknown): string => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '');

/**
 * The address of a link if it may be followed: http, https, mailto and paths of
 * this site. Anything else (javascript:, data:) is shown as words only.
 */
export function safeHref(href: unknown): string | null {
  const address = text(href).trim();
  if (/^(https?:|mailto:)/i.test(address)) return URL.canParse(address) ? address : null;
  return /^[/#](?![/\\])/.test(address) ? address : null;
}

/** What somebody typed as an address, completed; null when it can be none. */
export function typedHref(typed: string): string | null {
  const address = typed.trim();
  if (address === '') return null;
  if (/^[^\s@/:]+@[^\s@/:]+\.[^\s@/:]+$/.test(address)) return `mailto:${address}`;
  if (/^[a-z][a-z0-9+.-]*:(?!\d)/i.test(address) || address.startsWith('/')) return safeHref(address);
  return safeHref(`https://${address}`);
}

const hues: readonly [number, string][] = [
  [20, 'red'],
  [70, 'amber'],
  [160, 'green'],
  [195, 'teal'],
  [245, 'blue'],
  [330, 'purple'],
  [361, 'red'],
];

/**
 * The tone nearest to a colour of a document. Documents carry fixed colours that
 * were chosen for one theme; tones can be read in both.
 */
export function toneOf(color: unknown): string | null {
  const match = /^#([0-9a-f]{3}|[0-9a-f]{6})([0-9a-f]{2})?$/i.exec(text(color));
  if (!match?.[1]) return null;
  const digits = match[1].length === 3 ? [...match[1]].map((d) => d + d).join('') : match[1];
  const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => Number.parseInt(digits.slice(at, at + 2), 16) / 255);
  const high = Math.max(r, g, b);
  const range = high - Math.min(r, g, b);
  if (range < 0.12) return high < 0.35 || high > 0.97 ? null : 'gray';
  const sector = high === r ? ((g - b) / range + 6) % 6 : high === g ? (b - r) / range + 2 : (r - g) / range + 4;
  return hues.find(([end]) => sector * 60 < end)?.[1] ?? null;
}

/** Text colours that the editor offers, under the names of their tones. */
export const textColors: readonly { name: string; color: string }[] = [
  { name: 'Gray', color: '#758195' },
  { name: 'Red', color: '#c9372c' },
  { name: 'Amber', color: '#b38600' },
  { name: 'Green', color: '#1f845a' },
  { name: 'Teal', color: '#1d7f8c' },
  { name: 'Blue', color: '#0c66e4' },
  { name: 'Purple', color: '#6e5dc6' },
];

export const panelTypes = ['info', 'note', 'success', 'warning', 'error'] as const;
export const panelNames: Readonly<Record<string, string>> = {
  info: 'Info',
  note: 'Note',
  tip: 'Tip',
  success: 'Success',
  warning: 'Warning',
  error: 'Error',
};

export const statusColors = ['neutral', 'blue', 'green', 'yellow', 'red', 'purple'] as const;

/** "12 Jun 2026" for the timestamp of a date node: a day, the same everywhere on earth. */
export function dayText(timestamp: unknown): string {
  const at = Number(text(timestamp));
  if (!Number.isFinite(at) || text(timestamp) === '') return 'Date';
  return new Date(at).toLocaleDateString(undefined, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
}

/** Whether a document says nothing at all. */
export function isEmptyDoc(doc: AdfDoc | null | undefined): boolean {
  return !(doc?.content ?? []).some((node) => node.type !== 'paragraph' || (node.content?.length ?? 0) > 0);
}

/** The words of a document, for a title or a preview. */
export function plainText(node: AdfNode | AdfDoc): string {
  if ('text' in node && typeof node.text === 'string') return node.text;
  if (node.type === 'mention' && 'attrs' in node) return text(node.attrs?.['text']);
  const parts = (node.content ?? []).map(plainText);
  return parts.join(node.type === 'paragraph' || node.type === 'heading' ? '' : ' ').trim();
}
