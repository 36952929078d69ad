import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useDeferredValue, useRef, useState, type ReactElement } from 'react';
import type { Project } from '../../api';
import { Avatar, Breadcrumb, Button, EmptyState, ErrorState, IconButton, Menu, RelativeTime, SearchInput, SkeletonRows } from '../../kit';
import { Page, useCommands } from '../../shell';
import { ProjectTile } from '../parts/ProjectTile';
import { useStarredProjects } from '../recent';
import { projectsQuery } from '../queries';
import { CreateProjectDialog } from './CreateProjectDialog';
import { DeleteProjectDialog } from './DeleteProjectDialog';
import css from './Projects.module.css';

export function ProjectsPage(): ReactElement {
  const [query, setQuery] = useState('');
  const [creating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<Project | null>(null);
  const search = useRef<HTMLInputElement>(null);
  const projects = useQuery({ ...projectsQuery(useDeferredValue(query.trim())), placeholderData: keepPreviousData });
  useCommands([
    { id: 'create-project', label: 'Create project', group: 'Projects', icon: 'projects', run: () => setCreating(true) },
    { id: 'find', label: 'Find a project', keys: 'f', group: 'Projects', icon: 'search', run: () => search.current?.focus() },
  ]);
  const list = projects.data?.values ?? [];
  return (
    <Page
      title="Projects"
      head={<Breadcrumb>{['Projects']}</Breadcrumb>}
      actions={
        <Button variant="primary" icon="plus" onClick={() => setCreating(true)}>
          Create project
        </Button>
      }
    >
      <div className={css['tools']}>
        <SearchInput ref={search} label="Find a project" value={query} onChange={setQuery} width={280} />
      </div>
      <div className={css['scroll']}>
        {projects.isPending ? (
          <SkeletonRows rows={6} height={52} />
        ) : projects.isError ? (
          <ErrorState what="load the projects" error={projects.error} onRetry={() => void projects.refetch()} />
        ) : list.length === 0 && query.trim() !== '' ? (
          <EmptyState icon="search" title="No project matches">
            Nothing is called “{query}”.
          </EmptyState>
        ) : list.length === 0 ? (
          <EmptyState
            icon="projects"
            title="Your first project"
            action={
              <Button variant="primary" icon="plus" onClick={() => setCreating(true)}>
                Create project
              </Button>
            }
          >
            A project holds the issues of one team or one undertaking, with a board of its own.
          </EmptyState>
        ) : (
          <ProjectTable projects={list} onDelete={setDeleting} />
        )}
      </div>
      {creating && <CreateProjectDialog onClose={() => setCreating(false)} />}
      {deleting && <DeleteProjectDialog project={deleting} onClose={() => setDeleting(null)} />}
    </Page>
  );
}

function ProjectTable({ projects, onDelete }: { projects: readonly Project[]; onDelete: (project: Project) => void }): ReactElement {
  const navigate = useNavigate();
  const { starred, toggle } = useStarredProjects();
  return (
    <table className={css['table']}>
      <thead>
        <tr>
          <th className={css['star']}>
            <span className="visually-hidden">Star</span>
          </th>
          <th>Name</th>
          <th className={css['wide']}>Key</th>
          <th className={css['wide']}>Lead</th>
          <th className={css['wide']}>Issues</th>
          <th className={css['wide']}>Last change</th>
          <th>
            <span className="visually-hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {projects.map((project) => {
          const isStarred = starred.some((other) => other.key === project.key);
          return (
            <tr key={project.id}>
              <td className={css['star']}>
                <IconButton
                  icon="star"
                  size="s"
                  label={`${isStarred ? 'Unstar' : 'Star'} ${project.name}`}
                  pressed={isStarred}
                  className={isStarred ? (css['starred'] ?? '') : (css['unstarred'] ?? '')}
                  onClick={() => toggle(project)}
                />
              </td>
              <td className={css['main']}>
                <Link to="/projects/$key" params={{ key: project.key }} className={css['project'] ?? ''}>
                  <ProjectTile projectKey={project.key} size={28} />
                  <span>
                    {project.name}
                    {project.description && <small>{project.description}</small>}
                  </span>
                </Link>
              </td>
              <td className={css['wide']}>{project.key}</td>
              <td className={css['wide']}>
                {project.lead && (
                  <span className={css['person']}>
                    <Avatar person={project.lead} /> {project.lead.displayName}
                  </span>
                )}
              </td>
              <td className={css['wide']}>{project.insight?.totalIssueCount?.toLocaleString() ?? ''}</td>
              <td className={css['wide']}>{project.insight?.lastIssueUpdateTime && <RelativeTime at={project.insight.lastIssueUpdateTime} />}</td>
              <td className={css['acts']}>
                <Menu
                  trigger={<IconButton icon="more" label={`Actions for ${project.name}`} size="s" />}
                  items={[
                    { label: 'Open the board', icon: 'board', onSelect: () => void navigate({ to: '/projects/$key/board', params: { key: project.key } }) },
                    { label: 'Settings', icon: 'settings', onSelect: () => void navigate({ to: '/projects/$key/settings', params: { key: project.key } }) },
                    'divider',
                    { label: 'Delete…', icon: 'trash', danger: true, onSelect: () => onDelete(project) },
                  ]}
                />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
