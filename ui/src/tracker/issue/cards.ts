import { api, boot } from '../../api';
import type { CardInfo, ResolveCard } from '../../editor';
import type { Issue } from '../../api';

const tones = { new: 'neutral', indeterminate: 'blue', done: 'green' } as const;

/** The issue that an address of this site leads to. */
function issueAt(url: string): string | undefined {
  if (!URL.canParse(url, location.origin)) return undefined;
  const { origin, pathname } = new URL(url, location.origin);
  const path = pathname.startsWith(`${boot.basePath}/`) ? pathname.slice(boot.basePath.length) : '';
  return origin === location.origin ? /^\/browse\/([A-Z][A-Z0-9_]*-\d+)$/.exec(path)?.[1] : undefined;
}

/** Links to issues say the issue's summary and status. */
export const resolveCard: ResolveCard = async (url) => {
  const key = issueAt(url);
  if (!key) return null;
  const { fields } = await api.get<Issue>(`/rest/api/3/issue/${key}`, { query: { fields: 'summary,status' } });
  return { title: `${key} ${fields.summary}`, icon: 'issues', note: fields.status.name, tone: tones[fields.status.statusCategory.key as keyof typeof tones] ?? 'neutral' } satisfies CardInfo;
};
