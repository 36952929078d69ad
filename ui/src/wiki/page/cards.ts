import { api, boot } from '../../api';
import type { CardInfo, ResolveCard } from '../../editor';
import { rest } from '../queries';
import type { SmartLink } from '../wire';

const icons: Readonly<Record<string, CardInfo['icon']>> = { page: 'page', blogpost: 'megaphone', space: 'book', attachment: 'attach', comment: 'comment', issue: 'issues' };
const tones: Readonly<Record<string, CardInfo['tone']>> = { done: 'green', indeterminate: 'blue', new: 'neutral' };

/** What an address of this site leads to: its title, and for an issue its status. */
export const resolveCard: ResolveCard = async (url) => {
  if (!url.startsWith('/') && !url.startsWith(location.origin + boot.basePath)) return null;
  const found = await api.get<SmartLink & { statusCategory?: string }>(`${rest}/resolve`, { query: { url: url.startsWith('/') ? location.origin + url : url } });
  if (!found.found || !found.title) return null;
  const icon = icons[found.type ?? ''];
  const note = found.status && found.status !== 'current' ? found.status : found.type === 'page' ? found.space : undefined;
  return {
    title: found.type === 'issue' ? `${/\/browse\/([A-Z][A-Z0-9_]*-\d+)/.exec(url)?.[1] ?? ''} ${found.title}`.trim() : found.title,
    ...(icon ? { icon } : {}),
    ...(note ? { note } : {}),
    ...(found.statusCategory && tones[found.statusCategory] ? { tone: tones[found.statusCategory] as NonNullable<CardInfo['tone']> } : {}),
    ...(found.excerpt ? { summary: found.excerpt } : {}),
  };
};
