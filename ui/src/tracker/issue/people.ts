import { api, type User } from '../../api';

/** People to mention, as they are typed. */
export function searchPeople(query: string): Promise<User[]> {
  return api.get<User[]>('/rest/api/3/user/search', { query: { query, maxResults: 8 } });
}
