import { readLocal, useLocal, writeLocal } from '../api';

export interface ProjectLink {
  key: string;
  name: string;
}

const none: ProjectLink[] = [];

/** Remembers a project as the latest one looked at. */
export function visitProject(project: ProjectLink): void {
  const before = readLocal('recent-projects', none);
  if (before[0]?.key === project.key && before[0].name === project.name) return;
  writeLocal('recent-projects', [project, ...before.filter((other) => other.key !== project.key)].slice(0, 6));
}

export function useRecentProjects(): ProjectLink[] {
  return useLocal('recent-projects', none)[0];
}

export function useStarredProjects(): { starred: ProjectLink[]; toggle: (project: ProjectLink) => void } {
  const [starred, set] = useLocal('starred-projects', none);
  const toggle = ({ key, name }: ProjectLink) => {
    const without = starred.filter((other) => other.key !== key);
    set(without.length === starred.length ? [...starred, { key, name }] : without);
  };
  return { starred, toggle };
}
