import { useState, type ReactElement } from 'react';
import { Avatar, Button, IconButton, Menu, Picker } from '../../kit';
import { usePeople } from '../people';
import type { Alert } from '../wire';
import css from './Alerts.module.css';
import { snoozeChoices } from './model';
import type { AlertActions } from './useAlertActions';

/** Rises when rows are selected: what can be done to all of them. */
export function AlertBulkBar({ alerts, actions, onClear }: { alerts: readonly Alert[]; actions: AlertActions; onClear: () => void }): ReactElement {
  const [busy, setBusy] = useState(false);
  const { all } = usePeople();
  const run = async (act: () => Promise<void>) => {
    setBusy(true);
    await act();
    setBusy(false);
    onClear();
  };
  return (
    <div className={css['bulk']} role="toolbar" aria-label="Selected alerts">
      <b>{alerts.length.toLocaleString()} selected</b>
      <Button size="s" variant="primary" icon="check" busy={busy} onClick={() => void run(() => actions.bulk(alerts, 'acknowledge'))}>
        Acknowledge
      </Button>
      <Button size="s" icon="close" busy={busy} onClick={() => void run(() => actions.bulk(alerts, 'close'))}>
        Close
      </Button>
      <Menu
        position="top-start"
        trigger={
          <Button size="s" icon="pause" busy={busy}>
            Snooze
          </Button>
        }
        items={snoozeChoices.map((choice) => ({ label: choice.label, onSelect: () => void run(() => actions.snooze(alerts, choice.until(Date.now()))) }))}
      />
      <Picker
        placeholder="Assign to"
        options={all.map((user) => ({ value: user.id, label: user.fullName || user.username, note: user.username, mark: <Avatar person={{ accountId: user.id, displayName: user.fullName || user.username }} /> }))}
        selected={[]}
        width={300}
        onPick={(id) => {
          const user = all.find((each) => each.id === id);
          if (user) void run(() => actions.assign(alerts, { type: 'user', id, name: user.fullName || user.username }));
        }}
        trigger={({ open }) => (
          <Button size="s" icon="user" busy={busy} onClick={open}>
            Assign
          </Button>
        )}
      />
      <Button size="s" variant="subtle" busy={busy} onClick={() => void run(() => actions.bulk(alerts, 'unacknowledge'))}>
        Unacknowledge
      </Button>
      <IconButton icon="close" label="Clear the selection" keys="Escape" size="s" onClick={onClear} />
    </div>
  );
}
