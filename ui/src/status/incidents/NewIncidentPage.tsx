import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { SkeletonRows } from '../../kit';
import { StatusFrame } from '../parts/Frame';
import { templatesQuery } from '../queries';
import type { StatusPage } from '../wire';
import { Composer } from './Composer';
import css from './Incidents.module.css';
import type { Kind } from './model';

const titles: Readonly<Record<Kind, string>> = { incident: 'New incident', maintenance: 'Schedule maintenance', past: 'Write down a past incident' };

export function NewIncidentPage(): ReactElement {
  const { kind = 'incident', template = '' } = useSearch({ strict: false }) as { kind?: Kind; template?: string };
  return (
    <StatusFrame title={titles[kind]} crumbs={[<Link key="all" to="/statuspages/incidents">Incidents</Link>, titles[kind]]}>
      {(page) => <Body key={`${page.id} ${kind} ${template}`} page={page} kind={kind} templateId={template} />}
    </StatusFrame>
  );
}

function Body({ page, kind, templateId }: { page: StatusPage; kind: Kind; templateId: string }): ReactElement {
  const navigate = useNavigate();
  const templates = useQuery({ ...templatesQuery(page.id), enabled: templateId !== '' });
  if (templateId !== '' && templates.isPending) return <SkeletonRows rows={6} />;
  return (
    <div className={css['scroll']}>
      <Composer
        page={page}
        kind={kind}
        template={templates.data?.find((one) => one.id === templateId)}
        onDone={(made) => void navigate({ to: '/statuspages/incidents/$id', params: { id: made.id } })}
        onCancel={() => void navigate({ to: '/statuspages/incidents', search: kind === 'maintenance' ? { tab: 'maintenance' } : kind === 'past' ? { tab: 'past' } : {} })}
      />
    </div>
  );
}
