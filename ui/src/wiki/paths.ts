import type { To } from '../shell';

/** The last part of a page's address: for people to read, the server ignores it. */
export const slug = (title: string): string => title.trim().replace(/[\s/?#%&+]+/g, '+').slice(0, 120) || 'page';

export const pageTo = ({ id, spaceKey, title, type }: { id: string; spaceKey: string; title?: string; type?: string }): To =>
  type === 'blogpost'
    ? { to: '/wiki/spaces/$key/blog/$id', params: { key: spaceKey, id } }
    : title
      ? { to: '/wiki/spaces/$key/pages/$id/$title', params: { key: spaceKey, id, title: slug(title) } }
      : { to: '/wiki/spaces/$key/pages/$id', params: { key: spaceKey, id } };

export const spaceTo = (key: string): To => ({ to: '/wiki/spaces/$key', params: { key } });

/** The identifier that a short address stands for: itself, or base64 of its bytes, lowest first, as the vendor shortens them. Null when it is none. */
export function tinyId(tiny: string): string | null {
  // Our own short addresses say the identifier itself.
  if (/^\d+$/.test(tiny)) return tiny;
  const code = tiny.replaceAll('-', '/').replaceAll('_', '+');
  if (code === '' || code.length > 11) return null;
  try {
    const bytes = atob(`${code.padEnd(11, 'A')}=`);
    let value = 0n;
    for (let i = bytes.length - 1; i >= 0; i--) value = value * 256n + BigInt(bytes.charCodeAt(i));
    return value > 0n ? String(value) : null;
  } catch {
    return null;
  }
}
