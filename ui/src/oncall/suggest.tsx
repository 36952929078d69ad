import { api } from '../api';
import { Icon } from '../kit';
import type { Suggestion } from '../shell';
import { PriorityMark } from './parts/marks';
import { rest } from './queries';
import type { AlertPage, Schedule, Team } from './wire';

/** A phrase of the query language: words as they are, whatever they contain. */
const phrase = (words: string) => `"${words.replace(/["\\]/g, ' ').trim()}"`;

const has = (name: string, words: string) => name.toLowerCase().includes(words.toLowerCase());

/** Alerts by their number or words, and teams and schedules by name. */
export async function suggest(query: string, signal: AbortSignal): Promise<Suggestion[]> {
  const words = query.trim();
  const number = /^#?(\d+)$/.exec(words)?.[1];
  const wanted = words === '' ? 'status: open' : number ? `tinyId: ${number}` : phrase(words);
  const named = <T,>(path: string) => (words === '' ? Promise.resolve([]) : api.get<{ data: T[] }>(`${rest}/${path}`, { signal }).then(({ data }) => data));
  const [alerts, schedules, teams] = await Promise.all([
    api.get<AlertPage>(`${rest}/alerts`, { query: { query: wanted, limit: words === '' ? 5 : 8 }, signal }),
    named<Schedule>('schedules'),
    named<Team>('teams'),
  ]);
  return [
    ...alerts.alerts.map(
      (alert): Suggestion => ({
        id: `alert:${alert.id}`,
        group: 'Alerts',
        code: `#${alert.tinyId}`,
        label: alert.message,
        note: alert.status === 'closed' ? 'closed' : alert.acknowledged ? 'acknowledged' : 'open',
        mark: <PriorityMark priority={alert.priority} />,
        link: { to: '/oncall/alerts/$id', params: { id: alert.id } },
      }),
    ),
    ...schedules
      .filter(({ name }) => has(name, words))
      .slice(0, 5)
      .map(({ id, name }): Suggestion => ({ id: `schedule:${id}`, group: 'Schedules', label: name, mark: <Icon name="calendar" />, link: { to: '/oncall/schedules/$id', params: { id } } })),
    ...teams
      .filter(({ name }) => has(name, words))
      .slice(0, 5)
      .map(({ id, name }): Suggestion => ({ id: `oncall-team:${id}`, group: 'On-call teams', label: name, mark: <Icon name="members" />, link: { to: '/oncall/teams/$id', params: { id } } })),
  ];
}
