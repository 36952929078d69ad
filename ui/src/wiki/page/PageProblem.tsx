import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { ApiError } from '../../api';
import { EmptyState, ErrorState } from '../../kit';

/** Why a page cannot be shown. One that is not to be seen is as good as none: nobody learns that it is there. */
export function PageProblem({ error, onRetry }: { error: unknown; onRetry: () => void }): ReactElement {
  if (error instanceof ApiError && (error.status === 404 || error.status === 403)) {
    return (
      <EmptyState icon="page" title="There is no such page" action={<Link to="/wiki">All spaces</Link>}>
        It may be in the trash, or it is not open to you. Whoever gave you the link can tell.
      </EmptyState>
    );
  }
  return <ErrorState what="load the page" error={error} onRetry={onRetry} />;
}
