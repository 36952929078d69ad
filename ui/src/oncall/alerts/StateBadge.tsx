import type { ReactElement } from 'react';
import { exactText } from '../../kit';
import { Badge, type Tone } from '../parts/marks';
import type { Alert } from '../wire';
import { stateOf, stateWords, type AlertState } from './model';

const looks: Readonly<Record<AlertState, { tone: Tone; icon: 'warning' | 'eye' | 'pause' | 'check' }>> = {
  unacknowledged: { tone: 'red', icon: 'warning' },
  acknowledged: { tone: 'blue', icon: 'eye' },
  snoozed: { tone: 'purple', icon: 'pause' },
  closed: { tone: 'green', icon: 'check' },
};

/** Open, acknowledged, snoozed or closed, by word, shape and colour. */
export function StateBadge({ alert }: { alert: Pick<Alert, 'status' | 'acknowledged' | 'snoozed' | 'snoozedUntil'> }): ReactElement {
  const state = stateOf(alert);
  const until = state === 'snoozed' && alert.snoozedUntil ? Date.parse(alert.snoozedUntil) : null;
  return (
    <Badge {...looks[state]} title={until ? `Snoozed until ${exactText(until)}` : stateWords[state]}>
      {stateWords[state]}
    </Badge>
  );
}
