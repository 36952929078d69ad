import { Link, useParams } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { useEffect, type ReactElement } from 'react';
import { Breadcrumb } from '../kit';
import { Page, visitProject } from '../shell';
import { IssueSlot } from './IssueSlot';
import { projectQuery } from './queries';

export function BrowsePage(): ReactElement {
  const { key } = useParams({ from: '/inside/browse/$key' });
  const projectKey = key.replace(/-\d+$/, '');
  const { data: project } = useQuery(projectQuery(projectKey));
  useEffect(() => {
    if (project) visitProject({ key: project.key, name: project.name });
  }, [project]);
  return (
    <Page
      title={key}
      head={
        <Breadcrumb>
          {[
            <Link key="project" to="/projects/$key" params={{ key: projectKey }}>
              {project?.name ?? projectKey}
            </Link>,
            key,
          ]}
        </Breadcrumb>
      }
    >
      <div style={{ flex: 1, minHeight: 0, overflowY: 'auto' }}>
        <IssueSlot issueKey={key} mode="page" />
      </div>
    </Page>
  );
}
