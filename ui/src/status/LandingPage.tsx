import type { ReactElement } from 'react';
import { EmptyState } from '../kit';
import { Page } from '../shell';

export function LandingPage(): ReactElement {
  return (
    <Page title="Status page" head={<h1>Status page</h1>}>
      <EmptyState icon="pulse" title="Tell customers what works">
        Components say what works now, incidents what is being done, and subscribers hear of it.
      </EmptyState>
    </Page>
  );
}
