import { useParams } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { IssueSlot } from './IssueSlot';

export function BrowsePage(): ReactElement {
  const { key } = useParams({ from: '/inside/tracker/browse/$key' });
  return <IssueSlot issueKey={key} mode="page" />;
}
