import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Icon } from '../../kit';
import css from './ProjectTabs.module.css';

/** The views of a project. */
export function ProjectTabs({ projectKey }: { projectKey: string }): ReactElement {
  const params = { key: projectKey };
  const common = { params, className: css['tab'] ?? '', activeProps: { 'data-current': 'true' }, activeOptions: { includeSearch: false } };
  return (
    <nav aria-label="Views of the project" className={css['tabs']}>
      <Link to="/projects/$key/board" aria-label="Board" {...common}>
        <Icon name="board" /> <span>Board</span>
      </Link>
      <Link to="/projects/$key/issues" aria-label="List" {...common}>
        <Icon name="issues" /> <span>List</span>
      </Link>
      <Link to="/projects/$key/settings" aria-label="Settings" {...common}>
        <Icon name="settings" /> <span>Settings</span>
      </Link>
    </nav>
  );
}
