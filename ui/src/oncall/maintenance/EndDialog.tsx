import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Button, FormDialog, TextField } from '../../kit';
import { fieldError, useChange } from '../act';
import parts from '../parts/parts.module.css';
import { fromInput, ownZone, toInput } from '../parts/zone';
import { rest, segment } from '../queries';
import { keys } from '../stale';
import { nameOf, type Maintenance } from './model';

const minute = 60_000;

/** Lets one that is planned or lasts end at another time. */
export function EndDialog({ maintenance, onClose }: { maintenance: Maintenance; onClose: () => void }): ReactElement {
  const zone = ownZone();
  const [base] = useState(() => (maintenance.time.endDate ? Date.parse(maintenance.time.endDate) : Date.now()));
  const [text, setText] = useState(() => toInput(base, zone));
  const end = fromInput(text, zone);
  const later = (by: number) => setText(toInput((Number.isNaN(end) ? base : end) + by, zone));
  const problem = !Number.isNaN(end) && maintenance.time.startDate && end <= Date.parse(maintenance.time.startDate) ? 'It must end after it starts.' : undefined;
  const save = useChange(() => api.post(`${rest}/maintenance/${segment(maintenance.id)}/change-end-date`, { endDate: new Date(end).toISOString() }), { stale: [keys.maintenances], quiet: true, done: 'Its end is changed', onDone: onClose });
  const said = fieldError(save.error, 'endDate');
  return (
    <FormDialog title={`When “${nameOf(maintenance)}” ends`} onClose={onClose} onSubmit={() => save.mutate()} submit="Save" busy={save.isPending} ready={!Number.isNaN(end) && problem === undefined} what="change the end" error={said ? null : save.error}>
      <TextField label="Ends" type="datetime-local" data-autofocus required value={text} error={problem ?? said} hint={`By the clock of ${zone.replaceAll('_', ' ')}.`} onChange={(event) => setText(event.currentTarget.value)} />
      <div className={parts['line']}>
        {[
          [30 * minute, '30 minutes later'],
          [60 * minute, 'An hour later'],
          [24 * 60 * minute, 'A day later'],
        ].map(([by, label]) => (
          <Button key={String(by)} size="s" onClick={() => later(Number(by))}>
            {label}
          </Button>
        ))}
      </div>
    </FormDialog>
  );
}
