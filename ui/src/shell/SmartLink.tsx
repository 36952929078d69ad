import { useQuery } from '@tanstack/react-query';
import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { boot, smartLinkQuery } from '../api';
import { Icon, iconNamed } from '../kit';
import css from './SmartLink.module.css';

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
