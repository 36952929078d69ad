import { api } from '../api';
import { Icon } from '../kit';
import type { Suggest } from '../shell';
import { StatusDot } from './parts/Mark';
import { flat } from './incidents/model';
import { manage, own } from './queries';
import { incidentWords, statusWords } from './say';
import type { Components, Incident, StatusPage } from './wire';

/** Incidents and components of the first page, for the palette. */
export const suggest: Suggest = async (q, signal) => {
  const { pages } = await api.get<{ pages: StatusPage[] }>('/api/status/pages', { signal });
  const page = pages[0];
  if (!page) return [];
  const [incidents, { components }] = await Promise.all([
    api.get<Incident[]>(`${manage(page.id)}/incidents`, { query: { q, limit: 6 }, signal }),
    q === '' ? Promise.resolve({ components: [] }) : api.get<Components>(`${own(page.id)}/components`, { signal }),
  ]);
  const wanted = q.toLowerCase();
  return [
    ...incidents.map((one) => ({
      id: `incident:${one.id}`,
      group: 'Incidents',
      label: one.name,
      note: incidentWords[one.status],
      mark: <Icon name="megaphone" />,
      link: { to: '/statuspages/incidents/$id' as const, params: { id: one.id } },
    })),
    ...flat(components)
      .filter((one) => one.name.toLowerCase().includes(wanted))
      .slice(0, 4)
      .map((one) => ({
        id: `component:${one.id}`,
        group: 'Components of the status page',
        label: one.name,
        note: statusWords[one.status],
        mark: <StatusDot status={one.status} />,
        link: { to: '/statuspages/components' as const },
      })),
  ];
};
