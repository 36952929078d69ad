import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { Icon, Menu, RelativeTime, Skeleton } from '../../kit';
import { ImpactTag, StatusText } from '../parts/Mark';
import { toldQuery } from '../queries';
import { count, impactWords, inZone, lengthWords } from '../say';
import type { Impact, Incident, StatusPage } from '../wire';
import css from './Incidents.module.css';
import { isOver, spanOf } from './model';

const impacts: readonly Impact[] = ['none', 'minor', 'major', 'critical'];

/** What is known about an incident beside its story. */
export function Facts({ page, incident, now, onImpact, publicHref }: { page: StatusPage; incident: Incident; now: number; onImpact: (impact: Impact | '') => void; publicHref: string }): ReactElement {
  const told = useQuery(toldQuery(page.id, incident.id));
  const zone = page.settings.timeZone;
  const auto = [
    incident.scheduled_remind_prior && 'reminds an hour before',
    incident.scheduled_auto_in_progress && 'begins by itself',
    incident.scheduled_auto_completed && 'completes by itself',
    incident.auto_transition_to_maintenance_state && 'sets components to maintenance',
    incident.auto_transition_to_operational_state && 'sets them back',
    incident.auto_transition_deliver_notifications_at_start && 'tells when it begins',
    incident.auto_transition_deliver_notifications_at_end && 'tells when it is over',
  ].filter((each): each is string => typeof each === 'string');
  return (
    <aside className={css['side']} aria-label="Facts">
      <dl>
        <dt>Impact</dt>
        <dd>
          {incident.scheduled_for ? (
            <ImpactTag impact="maintenance" />
          ) : (
            <Menu
              position="bottom-start"
              trigger={
                <button type="button" className={css['value']}>
                  <span className="visually-hidden">Change the impact:</span>
                  <ImpactTag impact={incident.impact} />
                  <span className={css['quiet']}>{incident.impact_override ? 'set by hand' : 'computed'}</span>
                </button>
              }
              items={[
                { label: 'Computed from the components', checked: !incident.impact_override, onSelect: () => onImpact('') },
                'divider',
                ...impacts.map((impact) => ({ label: impactWords[impact], checked: incident.impact_override === impact, onSelect: () => onImpact(impact) })),
              ]}
            />
          )}
        </dd>
        {incident.scheduled_for && incident.scheduled_until && (
          <>
            <dt>Planned</dt>
            <dd>
              {inZone(incident.scheduled_for, zone)} – {inZone(incident.scheduled_until, zone)} <span className={css['quiet']}>{zone ?? 'UTC'}</span>
            </dd>
          </>
        )}
        {incident.status !== 'scheduled' && (
          <>
            <dt>Began</dt>
            <dd>
              <RelativeTime at={incident.started_at} />
              <span className={css['quiet']}>{inZone(incident.started_at, zone)}</span>
            </dd>
          </>
        )}
        {incident.resolved_at && (
          <>
            <dt>Over</dt>
            <dd>
              <RelativeTime at={incident.resolved_at} />
              <span className={css['quiet']}>{inZone(incident.resolved_at, zone)}</span>
            </dd>
          </>
        )}
        <dt>{isOver(incident.status) ? 'Took' : incident.status === 'scheduled' ? 'Takes' : 'Open for'}</dt>
        <dd>{lengthWords(spanOf(incident, now))}</dd>
        {auto.length > 0 && !isOver(incident.status) && (
          <>
            <dt>By itself</dt>
            <dd>{auto.join(', ')}</dd>
          </>
        )}
      </dl>
      <h2>Components now</h2>
      {incident.components.length === 0 ? (
        <p className={css['quiet']}>None is concerned.</p>
      ) : (
        <ul className={css['concerned']}>
          {incident.components.map((one) => (
            <li key={one.id}>
              <span>{one.name}</span>
              <StatusText status={one.status} />
            </li>
          ))}
        </ul>
      )}
      <h2>Who was told</h2>
      {told.isPending ? (
        <Skeleton width={160} />
      ) : told.isError ? (
        <p className={css['quiet']}>This could not be loaded: {told.error.message}</p>
      ) : told.data.length === 0 ? (
        <p className={css['quiet']}>Nobody.</p>
      ) : (
        <ul className={css['notices']}>
          {told.data.map((one) => (
            <li key={one.id}>
              <span>{one.subject}</span>
              <span className={css['quiet']}>
                {count(one.sent, 'message')} sent of {one.recipients.toLocaleString()}
                {one.refused > 0 && `, ${one.refused.toLocaleString()} refused`}
                {one.failed > 0 && `, ${one.failed.toLocaleString()} not yet delivered`} · <RelativeTime at={one.at} />
              </span>
            </li>
          ))}
        </ul>
      )}
      <a href={publicHref} target="_blank" rel="noreferrer" className={css['publicLink']}>
        <Icon name="external" size={14} /> On the public page
      </a>
    </aside>
  );
}
