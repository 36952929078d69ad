import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { api, ApiError } from '../../api';
import { Breadcrumb, Button, EmptyState, ErrorState, IconButton, RelativeTime, SkeletonRows, Tabs } from '../../kit';
import { openOverlay, Page, Section, useCommands } from '../../shell';
import { Badge, Who } from '../parts/marks';
import parts from '../parts/parts.module.css';
import { momentOf, ownZone } from '../parts/zone';
import type { TeamTab } from '../product';
import { integrationsQuery, rest, segment, teamQuery } from '../queries';
import { keys } from '../stale';
import type { TeamView } from '../wire';
import { Escalations } from './Escalations';
import { TeamPolicies } from '../policies/TeamPolicies';
import { Members } from './Members';
import { Routing } from './Routing';
import { TeamDialog } from './TeamDialog';
import css from './Teams.module.css';

export function TeamPage(): ReactElement {
  const { id } = useParams({ from: '/inside/oncall/oncall/teams/$id' });
  const { tab = 'oncall' } = useSearch({ from: '/inside/oncall/oncall/teams/$id' });
  const navigate = useNavigate({ from: '/oncall/teams/$id' });
  const view = useQuery(teamQuery(id));
  const [settings, setSettings] = useState(false);
  const team = view.data?.team;
  const page = () => team && openOverlay({ kind: 'create', what: 'alert', preset: { to: `team:${team.id}`, name: team.name, priority: 'P2' } });
  useCommands([{ id: 'page-team', label: 'Page the team', group: 'Team', icon: 'bell', disabled: !team, run: () => page() }]);
  const crumbs = <Breadcrumb>{[<Link key="teams" to="/oncall/teams">Teams</Link>, team?.name ?? 'Team']}</Breadcrumb>;
  if (view.isPending) {
    return (
      <Page title="Team" head={crumbs}>
        <SkeletonRows rows={8} />
      </Page>
    );
  }
  if (view.isError && !view.data) {
    const missing = view.error instanceof ApiError && view.error.status === 404;
    return (
      <Page title="Team" head={crumbs}>
        {missing ? (
          <EmptyState icon="members" title="There is no such team" action={<Link to="/oncall/teams">To the teams</Link>}>
            It may have been deleted.
          </EmptyState>
        ) : (
          <ErrorState what="load the team" error={view.error} onRetry={() => void view.refetch()} />
        )}
      </Page>
    );
  }
  const data = view.data;
  return (
    <Page
      title={data.team.name}
      head={crumbs}
      shape="text"
      actions={
        <>
          <Button icon="bell" onClick={page}>
            Page the team
          </Button>
          {data.mayEdit && <IconButton icon="settings" label="Settings of the team" onClick={() => setSettings(true)} />}
        </>
      }
    >
      {data.team.description && <p className={css['description']}>{data.team.description}</p>}
      <div className={css['tabs']}>
        <Tabs<TeamTab>
          label="Parts of the team"
          value={tab}
          onChange={(next) => void navigate({ search: { tab: next === 'oncall' ? undefined : next }, replace: true })}
          tabs={[
            { value: 'oncall', label: 'On-call' },
            { value: 'members', label: 'Members', count: data.team.members?.length ?? 0 },
            { value: 'policies', label: 'Policies' },
            { value: 'integrations', label: 'Integrations' },
            { value: 'activity', label: 'Activity' },
          ]}
        />
      </div>
      <div role="tabpanel" aria-label={tab}>
        {tab === 'oncall' && (
          <>
            <Routing view={data} />
            <Escalations view={data} />
            <Schedules view={data} />
          </>
        )}
        {tab === 'members' && <Members view={data} />}
        {tab === 'policies' && <TeamPolicies team={data.team} />}
        {tab === 'integrations' && <Integrations team={data.team.id} />}
        {tab === 'activity' && <Activity team={data.team.id} />}
      </div>
      {settings && <TeamDialog team={data.team} onClose={() => setSettings(false)} />}
    </Page>
  );
}

function Schedules({ view }: { view: TeamView }): ReactElement {
  return (
    <Section title="Schedules">
      {view.schedules.length === 0 ? (
        <EmptyState icon="calendar" title="No schedule yet">
          Create one under Schedules and give it to this team.
        </EmptyState>
      ) : (
        <ul className={parts['rows']}>
          {view.schedules.map((schedule) => {
            const watch = view.watches.find((each) => each.schedule.id === schedule.id);
            return (
              <li key={schedule.id} className={css['schedule']}>
                <Link to="/oncall/schedules/$id" params={{ id: schedule.id }} className={css['name']}>
                  {schedule.name}
                </Link>
                <span className={css['watch']}>
                  {watch && watch.now.length > 0 ? watch.now.map((each) => (each.type === 'user' ? <Who key={each.id} word={each.id ?? ''} /> : <span key={each.id}>{each.name}</span>)) : <Badge tone="red" icon="warning">nobody</Badge>}
                </span>
                <span className={parts['muted']}>{watch?.until ? `until ${momentOf(Date.parse(watch.until), ownZone())}` : ''}</span>
              </li>
            );
          })}
        </ul>
      )}
    </Section>
  );
}

function Integrations({ team }: { team: string }): ReactElement {
  const list = useQuery(integrationsQuery);
  if (list.isPending) return <SkeletonRows rows={3} />;
  if (list.isError) return <ErrorState what="load the integrations" error={list.error} onRetry={() => void list.refetch()} />;
  const own = list.data.integrations.filter(({ teamId }) => teamId === team);
  return (
    <Section title="Integrations" hint="What sends alerts to this team." actions={<Link to="/oncall/integrations">All integrations</Link>}>
      {own.length === 0 ? (
        <EmptyState icon="plug" title="None yet">
          Create an integration and choose this team to give monitoring a way in.
        </EmptyState>
      ) : (
        <ul className={parts['rows']}>
          {own.map((integration) => (
            <li key={integration.id} className={css['schedule']}>
              <Link to="/oncall/integrations/$id" params={{ id: integration.id }} className={css['name']}>
                {integration.name}
              </Link>
              <span className={parts['muted']}>{integration.type}</span>
              {!integration.enabled && <Badge>off</Badge>}
              <span className={parts['muted']}>{integration.lastRequestAt ? <RelativeTime at={integration.lastRequestAt} /> : 'nothing received yet'}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

interface TeamLogs {
  data: { offset: string; logs: { log: string; owner: string; createdDate: string }[] };
}

const logPage = 100;

function Activity({ team }: { team: string }): ReactElement {
  const logs = useInfiniteQuery({
    queryKey: [...keys.team(team), 'logs'],
    queryFn: ({ pageParam, signal }) => api.get<TeamLogs>(`${rest}/teams/${segment(team)}/logs`, { query: { limit: logPage, order: 'desc', offset: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => (last.data.logs.length === logPage ? last.data.offset : undefined),
  });
  if (logs.isPending) return <SkeletonRows rows={6} />;
  if (logs.isError) return <ErrorState what="load the activity" error={logs.error} onRetry={() => void logs.refetch()} />;
  const entries = logs.data.pages.flatMap(({ data }) => data.logs);
  return (
    <Section title="Activity">
      <ul className={parts['rows']}>
        {entries.map((entry, i) => (
          <li key={i} className={css['entry']}>
            <span>{entry.log}</span>
            <span className={parts['muted']}>
              {entry.owner}, <RelativeTime at={entry.createdDate} />
            </span>
          </li>
        ))}
      </ul>
      {logs.hasNextPage && (
        <Button variant="subtle" busy={logs.isFetchingNextPage} onClick={() => void logs.fetchNextPage()}>
          Show more
        </Button>
      )}
    </Section>
  );
}
