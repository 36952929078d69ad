import { queryOptions } from '@tanstack/react-query';
import { boot } from './boot';
import { api } from './client';
import type { SmartLink } from './platform';

/** As many as the server answers at once. */
const most = 100;

interface Waiting {
  url: string;
  resolve: (link: SmartLink | null) => void;
  reject: (error: unknown) => void;
}

let waiting: Waiting[] = [];

async function ask(batch: readonly Waiting[]): Promise<void> {
  try {
    const { links } = await api.post<{ links: (SmartLink | null)[] }>('/api/smartlinks', { urls: batch.map(({ url }) => url) });
    batch.forEach(({ resolve }, i) => resolve(links[i] ?? null));
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}

function flush(): void {
  const all = waiting;
  waiting = [];
  for (let i = 0; i < all.length; i += most) void ask(all.slice(i, i + most));
}

/** Whether the server may know an address: http(s), or a path of this site. */
function worthAsking(url: string): boolean {
  if (!url.startsWith('/') && !/^https?:\/\//i.test(url)) return false;
  if (!URL.canParse(url, location.origin)) return false;
  const { origin, pathname } = new URL(url, location.origin);
  // Elsewhere only the own domain of a status page can be ours.
  return origin === location.origin ? pathname.startsWith(`${boot.basePath}/`) || url.startsWith('/') : pathname === '/' || pathname.startsWith('/incidents/');
}

/** What an address of this site leads to, null for nothing that one may see. Those asked for together go in one request. */
export function smartLinkOf(url: string): Promise<SmartLink | null> {
  if (!worthAsking(url)) return Promise.resolve(null);
  return new Promise((resolve, reject) => {
    if (waiting.length === 0) setTimeout(flush, 5);
    waiting.push({ url, resolve, reject });
  });
}

export const smartLinkQuery = (url: string) => queryOptions({ queryKey: ['smartlink', url], queryFn: () => smartLinkOf(url), staleTime: 60_000, retry: false });
