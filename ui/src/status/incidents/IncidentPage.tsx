import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { api, ApiError, siteUrl } from '../../api';
import { Button, EmptyState, ErrorState, IconButton, Menu, SkeletonRows, toast, useNow } from '../../kit';
import { useCommands } from '../../shell';
import { ConfirmDialog } from '../parts/ConfirmDialog';
import { StatusFrame } from '../parts/Frame';
import { InlineText } from '../parts/InlineText';
import { IncidentTag } from '../parts/Mark';
import { incidentQuery, manage } from '../queries';
import { copyText, refused } from '../say';
import { keys } from '../stale';
import type { Incident, StatusPage } from '../wire';
import { Composer } from './Composer';
import { Facts } from './Facts';
import css from './Incidents.module.css';
import { isOver } from './model';
import { PostmortemPart } from './PostmortemPart';
import { Updates } from './Updates';

export function IncidentPage(): ReactElement {
  const { id = '' } = useParams({ strict: false });
  return (
    <StatusFrame title="Incident" heading={false} crumbs={[<Link key="all" to="/statuspages/incidents">Incidents</Link>, 'Incident']}>
      {(page) => <Body key={id} page={page} id={id} />}
    </StatusFrame>
  );
}

function Body({ page, id }: { page: StatusPage; id: string }): ReactElement {
  const incident = useQuery(incidentQuery(page.id, id));
  if (incident.isPending) return <SkeletonRows rows={5} height={72} />;
  if (incident.isError) {
    return (
      <>
        <h1 className="visually-hidden">Incident</h1>
        {incident.error instanceof ApiError && incident.error.status === 404 ? (
          <EmptyState icon="megaphone" title="There is no such incident" action={<Link to="/statuspages/incidents">To the incidents</Link>}>
            It may have been deleted, or it belongs to another page.
          </EmptyState>
        ) : (
          <ErrorState what="load the incident" error={incident.error} onRetry={() => void incident.refetch()} />
        )}
      </>
    );
  }
  return <Story page={page} incident={incident.data} />;
}

function Story({ page, incident }: { page: StatusPage; incident: Incident }): ReactElement {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const now = useNow();
  const [writing, setWriting] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const key = [...keys.incident(incident.id), page.id];
  const address = `${manage(page.id)}/incidents/${incident.id}`;
  const patch = useMutation({
    meta: { quiet: true },
    mutationFn: (change: Partial<Pick<Incident, 'name'>> & { impact_override?: string }) => api.patch<Incident>(address, { incident: change }),
    onMutate: (change) => {
      const before = queries.getQueryData<Incident>(key);
      if (before && change.name !== undefined) queries.setQueryData(key, { ...before, name: change.name });
      return before;
    },
    onSuccess: (now_) => queries.setQueryData(key, now_),
    onError: (error, _change, before) => {
      if (before) queries.setQueryData(key, before);
      refused('The incident', error);
    },
    onSettled: () => Promise.all([keys.incidents, keys.pages].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
  const remove = useMutation({
    meta: { quiet: true },
    mutationFn: () => api.delete(address),
    onSuccess: async () => {
      await Promise.all([keys.incidents, keys.pages, keys.components].map((queryKey) => queries.invalidateQueries({ queryKey })));
      toast({ title: `${incident.name} deleted` });
      void navigate({ to: '/statuspages/incidents' });
    },
  });
  const finished = incident.status === 'completed';
  const publicPath = `${page.path}incidents/${incident.id}/`;
  useCommands([
    { id: 'status-update', label: 'Write an update', keys: 'u', icon: 'megaphone', group: 'Incident', run: () => setWriting(true), disabled: finished },
    { id: 'status-delete', label: 'Delete the incident', icon: 'trash', group: 'Incident', run: () => setDeleting(true) },
  ]);
  return (
    <div className={css['scroll']}>
      <div className={css['record']}>
        <div className={css['main']}>
          <header className={css['title']}>
            <InlineText label="Name of the incident" value={incident.name} onSave={(name) => patch.mutate({ name })} heading />
            <Menu
              trigger={<IconButton icon="more" label="Actions of the incident" />}
              items={[
                { label: 'Show it on the public page', icon: 'external', onSelect: () => window.open(publicPath, '_blank', 'noreferrer') },
                { label: 'Copy its public address', icon: 'link', onSelect: () => copyText(incident.shortlink.startsWith('http') ? incident.shortlink : new URL(publicPath, location.origin).href, 'Address') },
                'divider',
                { label: 'Delete…', icon: 'trash', danger: true, onSelect: () => setDeleting(true) },
              ]}
            />
          </header>
          <div className={css['under']}>
            <IncidentTag status={incident.status} />
          </div>
          {writing ? (
            <Composer key={incident.status} page={page} kind={incident.scheduled_for ? 'maintenance' : 'incident'} incident={incident} onDone={() => setWriting(false)} onCancel={() => setWriting(false)} />
          ) : (
            !finished && (
              <Button variant={isOver(incident.status) ? 'default' : 'primary'} icon="megaphone" onClick={() => setWriting(true)}>
                Write an update
              </Button>
            )
          )}
          <Updates page={page} incident={incident} />
          {!incident.scheduled_for && <PostmortemPart page={page} incident={incident} />}
        </div>
        <Facts page={page} incident={incident} now={now} onImpact={(impact) => patch.mutate({ impact_override: impact })} publicHref={publicPath.startsWith('/') ? publicPath : siteUrl(publicPath)} />
      </div>
      {deleting && (
        <ConfirmDialog danger title={`Delete “${incident.name}”?`} act="Delete incident" what="delete the incident" busy={remove.isPending} error={remove.error} onConfirm={() => remove.mutate()} onClose={() => setDeleting(false)}>
          <p>
            It leaves the page, its history and its feeds, with {incident.incident_updates.length === 1 ? 'its update' : `its ${incident.incident_updates.length} updates`}. What subscribers were told cannot be taken back; components keep the states that they have.
          </p>
        </ConfirmDialog>
      )}
    </div>
  );
}
