import { smartLinkOf } from '../api';
import { iconNamed } from '../kit';
import type { ResolveCard } from './guests';

/** Smart links to whatever the site has, in every product; what one may not see stays an address. */
export const resolveCard: ResolveCard = async (url) => {
  const link = await smartLinkOf(url);
  if (!link) return null;
  const named = link.kind === 'issue' || link.kind === 'alert';
  const note = link.status?.text ?? (link.kind === 'page' || link.kind === 'blogpost' ? link.key : undefined);
  return {
    title: named && link.key ? `${link.key} ${link.title}` : link.title,
    icon: iconNamed(link.icon),
    ...(note ? { note } : {}),
    ...(link.status ? { tone: link.status.colour } : {}),
    ...(link.summary ? { summary: link.summary } : {}),
  };
};
