import type { ReactElement } from 'react';
import { Checkbox, TextField } from '../../kit';
import { fromLocalInput, inZone, toLocalInput } from '../say';
import type { Draft, Problems } from './model';
import css from './Incidents.module.css';

export interface ScheduleProps {
  draft: Draft;
  problems: Problems;
  zone: string | undefined;
  onChange: (change: Partial<Draft>) => void;
}

/** When planned work is, and what happens by itself. */
export function Schedule({ draft, problems, zone, onChange }: ScheduleProps): ReactElement {
  const onPage = (at: string) => (at === '' ? undefined : `${inZone(at, zone)} (${zone ?? 'UTC'}) on the page`);
  const tick = (label: string, name: 'autoStart' | 'autoComplete' | 'toMaintenance' | 'toOperational' | 'notifyStart' | 'notifyEnd' | 'remind', needs = true) => (
    <Checkbox label={label} checked={draft[name] && needs} disabled={!needs} onChange={(event) => onChange({ [name]: event.currentTarget.checked })} />
  );
  return (
    <>
      <div className={css['two']}>
        <TextField label="Begins" required type="datetime-local" value={toLocalInput(draft.from)} error={problems.from} hint={onPage(draft.from)} onChange={(event) => onChange({ from: fromLocalInput(event.currentTarget.value) ?? '' })} />
        <TextField label="Ends" required type="datetime-local" value={toLocalInput(draft.until)} error={problems.until} hint={onPage(draft.until)} onChange={(event) => onChange({ until: fromLocalInput(event.currentTarget.value) ?? '' })} />
      </div>
      <fieldset className={css['autos']}>
        <legend>By itself</legend>
        {tick('Remind subscribers an hour before', 'remind')}
        {tick('Begin at its time', 'autoStart')}
        <div className={css['under']}>
          {tick('Components become “under maintenance”', 'toMaintenance', draft.autoStart)}
          {tick('Tell subscribers that it begins', 'notifyStart', draft.autoStart)}
        </div>
        {tick('Complete at its time', 'autoComplete')}
        <div className={css['under']}>
          {tick('Components become “operational”', 'toOperational', draft.autoComplete)}
          {tick('Tell subscribers that it is over', 'notifyEnd', draft.autoComplete)}
        </div>
      </fieldset>
    </>
  );
}
