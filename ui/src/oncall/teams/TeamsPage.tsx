import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRef, useState, type ReactElement } from 'react';
import { Avatar, Breadcrumb, Button, EmptyState, ErrorState, SearchInput, SkeletonRows } from '../../kit';
import { Page, useCommands, useSignedIn } from '../../shell';
import { usePeople } from '../people';
import { Badge } from '../parts/marks';
import parts from '../parts/parts.module.css';
import { meQuery, schedulesQuery, teamsQuery } from '../queries';
import { TeamDialog } from './TeamDialog';
import css from './Teams.module.css';

const shownFaces = 6;

export function TeamsPage(): ReactElement {
  const { account } = useSignedIn();
  const teams = useQuery(teamsQuery);
  const schedules = useQuery(schedulesQuery);
  const me = useQuery(meQuery);
  const { person } = usePeople();
  const [query, setQuery] = useState('');
  const [creating, setCreating] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  useCommands([
    { id: 'new-team', label: 'Create an on-call team', group: 'Teams', icon: 'plus', disabled: !account.admin, run: () => setCreating(true) },
    { id: 'search-here', label: 'Find a team', keys: 'f', group: 'Teams', icon: 'search', run: () => search.current?.focus() },
  ]);
  const mine = new Set(me.data?.teams.map(({ id }) => id));
  const shown = (teams.data ?? []).filter(({ name, description }) => `${name} ${description}`.toLowerCase().includes(query.trim().toLowerCase()));
  return (
    <Page
      title="On-call teams"
      shape="wide"
      head={<Breadcrumb>{['Teams and routing']}</Breadcrumb>}
      actions={
        <>
          <SearchInput ref={search} label="Find a team" value={query} onChange={setQuery} width={200} />
          {account.admin && (
            <Button variant="primary" icon="plus" onClick={() => setCreating(true)}>
              Create
            </Button>
          )}
        </>
      }
    >
      {teams.isPending ? (
        <SkeletonRows rows={5} height={56} />
      ) : teams.isError ? (
        <ErrorState what="load the teams" error={teams.error} onRetry={() => void teams.refetch()} />
      ) : shown.length === 0 ? (
        <EmptyState icon="members" title={query === '' ? 'No team yet' : 'No team of that name'} action={query === '' && account.admin && <Button onClick={() => setCreating(true)}>Create the first</Button>}>
          A team answers for alerts: its routing rules say where they go, its escalations who is told next.
        </EmptyState>
      ) : (
        <table className={parts['table']}>
          <thead>
            <tr>
              <th>Team</th>
              <th>Members</th>
              <th>Schedules</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((team) => {
              const members = team.members ?? [];
              return (
                <tr key={team.id}>
                  <td className={parts['main']}>
                    <Link to="/oncall/teams/$id" params={{ id: team.id }} className={css['name']}>
                      {team.name}
                    </Link>{' '}
                    {mine.has(team.id) && <Badge tone="blue">yours</Badge>}
                    {team.description && <span className={parts['fine']}>{team.description}</span>}
                  </td>
                  <td>
                    <span className={css['faces']}>
                      {members.slice(0, shownFaces).map(({ user }) => (
                        <Avatar key={user.id} person={person(user.id)} named size={24} />
                      ))}
                      {members.length > shownFaces && <span className={parts['muted']}>+{members.length - shownFaces}</span>}
                      {members.length === 0 && '–'}
                    </span>
                  </td>
                  <td>
                    {(schedules.data ?? [])
                      .filter(({ ownerTeam }) => ownerTeam?.id === team.id)
                      .map(({ name }) => name)
                      .join(', ') || '–'}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      {creating && <TeamDialog team={null} onClose={() => setCreating(false)} />}
    </Page>
  );
}
