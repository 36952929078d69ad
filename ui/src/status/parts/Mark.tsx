import type { ReactElement } from 'react';
import { impactWords, incidentWords, statusWords } from '../say';
import type { ComponentStatus, Impact, IncidentStatus } from '../wire';
import css from './parts.module.css';

const shapes: Readonly<Record<ComponentStatus, ReactElement>> = {
  operational: <path d="m4.300 7.200 1.900 1.900 3.600-4" />,
  under_maintenance: <path d="M4.500 7h5" />,
  degraded_performance: <path d="M7 4v4" />,
  partial_outage: <path d="M7 4v3.500M7 9.900h.01" />,
  major_outage: <path d="m4.800 4.800 4.400 4.400M9.200 4.800 4.800 9.200" />,
};

/** A state of a component by shape and colour; the word stands beside it. */
export function StatusDot({ status, size = 14 }: { status: ComponentStatus; size?: number }): ReactElement {
  return (
    <svg width={size} height={size} viewBox="0 0 14 14" className={css['dot']} data-status={status} aria-hidden="true">
      <circle cx="7" cy="7" r="6.500" fill="currentColor" />
      <g fill="none" stroke="var(--hf-bg)" strokeWidth="1.600" strokeLinecap="round" strokeLinejoin="round">
        {shapes[status]}
      </g>
    </svg>
  );
}

export function StatusText({ status }: { status: ComponentStatus }): ReactElement {
  return (
    <span className={css['statusText']} data-status={status}>
      <StatusDot status={status} />
      {statusWords[status]}
    </span>
  );
}

const tones: Readonly<Record<Impact, string>> = { none: 'neutral', maintenance: 'blue', minor: 'amber', major: 'orange', critical: 'red' };

export function ImpactTag({ impact }: { impact: Impact }): ReactElement {
  return (
    <span className={css['tag']} data-tone={tones[impact]}>
      {impactWords[impact]}
    </span>
  );
}

export function IncidentTag({ status }: { status: IncidentStatus }): ReactElement {
  const over = status === 'resolved' || status === 'completed';
  const tone = over ? 'green' : status === 'investigating' ? 'red' : status === 'identified' ? 'amber' : status === 'scheduled' || status === 'postmortem' ? 'neutral' : 'blue';
  return (
    <span className={css['tag']} data-tone={tone}>
      {incidentWords[status]}
    </span>
  );
}
