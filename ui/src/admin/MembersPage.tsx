import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState, type ReactElement } from 'react';
import { api, keys, type Member } from '../api';
import { Avatar, Breadcrumb, Button, EmptyState, ErrorState, SearchInput, SkeletonRows } from '../kit';
import { Page, Section, useSignedIn } from '../shell';
import css from './table.module.css';

const pageSize = 50;
const roleNames: Record<Member['role'], string> = { admin: 'Administrator', member: 'Member', none: 'No access' };

export function MembersPage(): ReactElement {
  const { account } = useSignedIn();
  const [query, setQuery] = useState('');
  const members = useInfiniteQuery({
    queryKey: keys.members,
    queryFn: ({ pageParam, signal }) =>
      api.get<{ values: Member[]; total: number }>('/api/members', { query: { startAt: pageParam, maxResults: pageSize }, signal }),
    initialPageParam: 0,
    getNextPageParam: (last, pages) => {
      const loaded = pages.reduce((sum, page) => sum + page.values.length, 0);
      return last.values.length > 0 && loaded < last.total ? loaded : undefined;
    },
  });
  const shown = useMemo(() => {
    const wanted = query.trim().toLowerCase();
    const all = members.data?.pages.flatMap((page) => page.values) ?? [];
    return all.filter((member) => `${member.displayName} ${member.emailAddress}`.toLowerCase().includes(wanted));
  }, [members.data, query]);
  const total = members.data?.pages[0]?.total;

  return (
    <Page title="Members" head={<Breadcrumb>{['Members']}</Breadcrumb>} shape="text">
      <Section title="Members" hint={total === undefined ? undefined : `${total.toLocaleString()} ${total === 1 ? 'person' : 'people'} on this site.`} actions={<SearchInput label="Find by name or email" value={query} onChange={setQuery} />}>
        {members.isPending ? (
          <SkeletonRows rows={6} height={48} />
        ) : members.isError ? (
          <ErrorState what="load the members" error={members.error} onRetry={() => void members.refetch()} />
        ) : shown.length === 0 ? (
          <EmptyState icon="members" title="Nobody matches">
            No member has “{query}” in the name or email.
          </EmptyState>
        ) : (
          <div className={css['scroll']}>
            <table className={css['table']}>
              <thead>
                <tr>
                  <th>Name</th>
                  <th>Role</th>
                  <th>Status</th>
                </tr>
              </thead>
              <tbody>
                {shown.map((member) => (
                  <tr key={member.accountId}>
                    <td className={css['main']}>
                      <span className={css['person']}>
                        <Avatar person={member} size={28} />
                        <span>
                          {member.displayName}
                          {member.accountId === account.accountId && <span className={css['quiet']}> (you)</span>}
                          <small>{member.emailAddress}</small>
                        </span>
                      </span>
                    </td>
                    <td>{roleNames[member.role]}</td>
                    <td>{member.active ? 'Active' : <span className={css['quiet']}>Deactivated</span>}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {members.hasNextPage && (
          <div className={css['more']}>
            <Button busy={members.isFetchingNextPage} onClick={() => void members.fetchNextPage()}>
              Show more
            </Button>
          </div>
        )}
      </Section>
    </Page>
  );
}
