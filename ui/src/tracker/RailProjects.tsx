import type { ReactElement } from 'react';
import { RailGroup, RailLink } from '../shell';
import { ProjectTile } from './parts/ProjectTile';
import { useRecentProjects, useStarredProjects, type ProjectLink } from './recent';

function Projects({ title, projects, narrow }: { title: string; projects: readonly ProjectLink[]; narrow: boolean }): ReactElement | null {
  if (projects.length === 0) return null;
  return (
    <RailGroup title={title} narrow={narrow}>
      {projects.map(({ key, name }) => (
        <RailLink key={key} to={{ to: '/projects/$key', params: { key } }} mark={<ProjectTile projectKey={key} />} label={name} narrow={narrow} />
      ))}
    </RailGroup>
  );
}

/** Starred and recent projects, in the rail. */
export function RailProjects({ narrow }: { narrow: boolean }): ReactElement {
  const { starred } = useStarredProjects();
  const starredKeys = new Set(starred.map((project) => project.key));
  const recent = useRecentProjects().filter((project) => !starredKeys.has(project.key));
  return (
    <>
      <Projects title="Starred" projects={starred} narrow={narrow} />
      <Projects title="Recent" projects={recent.slice(0, 5)} narrow={narrow} />
    </>
  );
}
