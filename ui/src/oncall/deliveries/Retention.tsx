import { useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Button, FormDialog, TextField } from '../../kit';
import { fieldError, useChange } from '../act';
import { rest, retentionQuery } from '../queries';
import { keys } from '../stale';
import css from './Deliveries.module.css';

/** The bounds of the server. */
const [least, most] = [7, 3650];

/** For how long the log is kept, and where that is changed. Only for administrators. */
export function Retention(): ReactElement | null {
  const retention = useQuery(retentionQuery);
  const [editing, setEditing] = useState(false);
  if (retention.isError) {
    return (
      <p className={css['kept']} role="alert">
        How long messages are kept could not be loaded.{' '}
        <Button size="s" variant="subtle" onClick={() => void retention.refetch()}>
          Try again
        </Button>
      </p>
    );
  }
  if (!retention.data) return null;
  const { days } = retention.data;
  return (
    <p className={css['kept']}>
      Messages are kept for {days.toLocaleString()} days, then they go for good.{' '}
      <Button size="s" variant="subtle" onClick={() => setEditing(true)}>
        Change how long
      </Button>
      {editing && <RetentionDialog days={days} onClose={() => setEditing(false)} />}
    </p>
  );
}

function RetentionDialog({ days, onClose }: { days: number; onClose: () => void }): ReactElement {
  const [text, setText] = useState(String(days));
  const wanted = Number(text);
  const good = Number.isInteger(wanted) && wanted >= least && wanted <= most;
  const save = useChange(() => api.put(`${rest}/retention`, { days: wanted }), { stale: [keys.retention, keys.deliveries], quiet: true, done: `Messages are kept for ${wanted.toLocaleString()} days`, onDone: onClose });
  const said = fieldError(save.error, 'days');
  const shorter = good && wanted < days;
  return (
    <FormDialog
      title="How long messages are kept"
      onClose={onClose}
      onSubmit={() => save.mutate()}
      submit={shorter ? `Remove what is older than ${wanted.toLocaleString()} days` : 'Save'}
      danger={shorter}
      busy={save.isPending}
      ready={good && wanted !== days}
      what="change how long messages are kept"
      error={said ? null : save.error}
    >
      <TextField
        label="Days"
        type="number"
        min={least}
        max={most}
        required
        data-autofocus
        value={text}
        error={said ?? (text !== '' && !good ? `From ${least} to ${most.toLocaleString()} days.` : undefined)}
        hint="Of every mail, push, text message, call and webhook, with what became of it. Alerts and their logs stay."
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {shorter && <p>What was sent more than {wanted.toLocaleString()} days ago goes within the hour, and cannot be brought back here.</p>}
    </FormDialog>
  );
}
