import { useQuery } from '@tanstack/react-query';
import type { ReactElement, ReactNode } from 'react';
import { siteUrl } from '../api';
import { Icon } from '../kit';
import { safeHref } from './adf';
import type { CardInfo, ResolveCard } from './guests';

/** A link of a document. Only http, https, mailto and paths of this site can be followed. */
export function Anchor({ href, children: inside }: { href: unknown; children: ReactNode }): ReactElement {
  const address = safeHref(href);
  if (address === null) return <span>{inside}</span>;
  const here = address.startsWith('/') || address.startsWith('#') || address.startsWith(`${location.origin}/`);
  return (
    <a href={address} {...(here ? {} : { target: '_blank', rel: 'noopener noreferrer' })}>
      {inside}
    </a>
  );
}

function useCard(url: string, resolve: ResolveCard | undefined): CardInfo | null {
  const { data } = useQuery({
    queryKey: ['card', url],
    queryFn: async () => (await resolve?.(url)) ?? null,
    enabled: resolve !== undefined && url !== '',
    staleTime: 5 * 60_000,
    retry: false,
  });
  return data ?? null;
}

/** The words for an address that nobody knows more about. */
function addressWords(url: string): string {
  const issue = url.startsWith(`${location.origin}${siteUrl('/browse/')}`) ? /\/browse\/([A-Z][A-Z0-9_]*-\d+)/.exec(url)?.[1] : undefined;
  return issue ?? (url.replace(/^https?:\/\/(www\.)?/, '').replace(/\/$/, '') || 'Link');
}

function Note({ info }: { info: CardInfo | null }): ReactElement | null {
  if (!info?.note) return null;
  return (
    <span data-node="status" data-color={info.tone ?? 'neutral'}>
      {info.note}
    </span>
  );
}

/** A smart link in a line: the title of what it leads to, once that is known. */
export function InlineCard({ url, resolve }: { url: string; resolve: ResolveCard | undefined }): ReactElement {
  const info = useCard(url, resolve);
  return (
    <span data-node="card">
      <Anchor href={url}>
        <Icon name={info?.icon ?? 'link'} size={12} /> {info?.title ?? addressWords(url)}
      </Anchor>
      <Note info={info} />
    </span>
  );
}

/** A smart link on a line of its own. */
export function BlockCard({ url, resolve }: { url: string; resolve: ResolveCard | undefined }): ReactElement {
  const info = useCard(url, resolve);
  return (
    <div data-node="blockCard">
      <div data-part="title">
        <Anchor href={url}>
          <Icon name={info?.icon ?? 'link'} size={14} /> {info?.title ?? addressWords(url)}
        </Anchor>
        <Note info={info} />
      </div>
      {info?.summary && <p>{info.summary}</p>}
    </div>
  );
}
