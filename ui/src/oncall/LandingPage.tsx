import type { ReactElement } from 'react';
import { EmptyState } from '../kit';
import { Page } from '../shell';

export function LandingPage(): ReactElement {
  return (
    <Page title="On-call" head={<h1>On-call</h1>}>
      <EmptyState icon="bell" title="Alerts reach whoever is on call">
        Monitoring sends alerts here; routing finds the team, its schedule the person, and escalation makes sure that somebody answers.
      </EmptyState>
    </Page>
  );
}
