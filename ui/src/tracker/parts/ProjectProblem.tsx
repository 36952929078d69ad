import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { ApiError } from '../../api';
import { EmptyState, ErrorState } from '../../kit';

interface Props {
  projectKey: string;
  what: string;
  error: unknown;
  onRetry: () => void;
}

/** Why a page of a project cannot be shown. One that is not to be seen is as good as none. */
export function ProjectProblem({ projectKey, what, error, onRetry }: Props): ReactElement {
  if (error instanceof ApiError && error.status === 404) {
    return (
      <EmptyState icon="projects" title={`There is no project ${projectKey} here`} action={<Link to="/projects">To the projects</Link>}>
        It may have been deleted, or it is not open to you.
      </EmptyState>
    );
  }
  return <ErrorState what={what} error={error} onRetry={onRetry} />;
}
