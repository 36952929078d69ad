import { useQuery } from '@tanstack/react-query';
import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { boot, smartLinkQuery } from '../api';
import { Icon, iconNamed } from '../kit';
import css from './SmartText.module.css';

const addresses = /https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]]/g;

/** Cuts a plain text into words and addresses, in turn. */
export function splitAddresses(text: string): { text: string; address: boolean }[] {
  const parts: { text: string; address: boolean }[] = [];
  let at = 0;
  for (const found of text.matchAll(addresses)) {
    if (found.index > at) parts.push({ text: text.slice(at, found.index), address: false });
    parts.push({ text: found[0], address: true });
    at = found.index + found[0].length;
  }
  if (at < text.length) parts.push({ text: text.slice(at), address: false });
  return parts;
}

/** A link by the name of what it leads to, once that is known; elsewhere by its address. */
export function SmartLinkChip({ url }: { url: string }): ReactElement {
  const { data: link } = useQuery(smartLinkQuery(url));
  const home = `${location.origin}${boot.basePath}/`;
  const words = link ? `${link.kind === 'issue' || link.kind === 'alert' ? `${link.key ?? ''} ` : ''}${link.title}` : url.replace(/^https?:\/\//, '');
  const inside = (
    <>
      {link && <Icon name={iconNamed(link.icon)} size={12} />} {words}
      {link?.status && (
        <span className={css['state']} data-tone={link.status.colour}>
          {link.status.text}
        </span>
      )}
    </>
  );
  return url.startsWith(home) && !/\/status(\/|$)/.test(url.slice(home.length - 1)) ? (
    <Link className={css['link'] ?? ''} to={url.slice(home.length - 1) as NonNullable<LinkProps['to']>}>
      {inside}
    </Link>
  ) : (
    <a className={css['link']} href={url} target="_blank" rel="noopener noreferrer">
      {inside}
    </a>
  );
}

/** A plain text in which addresses are links that say what they lead to. Line breaks are the caller's to keep. */
export function SmartText({ children: text }: { children: string }): ReactElement {
  return <>{splitAddresses(text).map((part, i) => (part.address ? <SmartLinkChip key={i} url={part.text} /> : part.text))}</>;
}
