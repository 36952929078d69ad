import type { ReactElement } from 'react';
import { EmptyState } from '../kit';
import { Page } from '../shell';

export function SpacesPage(): ReactElement {
  return (
    <Page title="Spaces" head={<h1>Spaces</h1>}>
      <EmptyState icon="book" title="Pages live in spaces">
        A space holds the pages of a team or a subject, as a tree.
      </EmptyState>
    </Page>
  );
}
