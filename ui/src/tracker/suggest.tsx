import { api, type Suggestions } from '../api';
import { Avatar, Icon, IssueTypeIcon } from '../kit';
import type { Suggest } from '../shell';

/** The tracker's records for the palette. */
export const suggest: Suggest = async (q, signal) => {
  const { issues, projects, people } = await api.get<Suggestions>('/api/suggest', { query: { q, limit: 10 }, signal });
  return [
    ...issues.map(({ key, summary, type }) => ({
      id: `issue:${key}`,
      group: 'Issues',
      label: summary,
      code: key,
      mark: <IssueTypeIcon name={type.name} />,
      link: { to: '/browse/$key', params: { key } } as const,
    })),
    ...projects.map(({ key, name }) => ({
      id: `project:${key}`,
      group: 'Projects',
      label: name,
      note: key,
      mark: <Icon name="projects" />,
      link: { to: '/projects/$key/board', params: { key } } as const,
    })),
    ...people.map((person) => ({
      id: `person:${person.accountId}`,
      group: 'People',
      label: person.displayName,
      note: 'assigned issues',
      mark: <Avatar person={person} size={18} />,
      link: { to: '/issues', search: { jql: `assignee = "${person.accountId}" ORDER BY updated DESC` } } as const,
    })),
  ];
};
