import { useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Button, ErrorState, FormDialog, Picker, SelectField, TextField } from '../../kit';
import { fieldError, useChange } from '../act';
import parts from '../parts/parts.module.css';
import { fromInput, ownZone, toInput } from '../parts/zone';
import { integrationsQuery, policiesQuery, rest, segment, teamsQuery } from '../queries';
import { keys } from '../stale';
import css from './Maintenance.module.css';
import { lengths, type Maintenance, type MaintenanceRule } from './model';

const hour = 3_600_000;

/** A maintenance: when it is, and what it switches. */
export function MaintenanceDialog({ maintenance, onClose }: { maintenance: Maintenance | null; onClose: () => void }): ReactElement {
  const zone = ownZone();
  const [description, setDescription] = useState(maintenance?.description ?? '');
  // A length counts from now: saved again, it would begin anew. What has a start and an end keeps them.
  const [type, setType] = useState(maintenance ? (maintenance.time.endDate ? 'schedule' : 'indefinitely') : 'for-1-hour');
  const [from, setFrom] = useState(() => toInput(maintenance?.time.startDate ? Date.parse(maintenance.time.startDate) : Math.ceil(Date.now() / hour) * hour, zone));
  const [to, setTo] = useState(() => toInput(maintenance?.time.endDate ? Date.parse(maintenance.time.endDate) : Math.ceil(Date.now() / hour) * hour + 2 * hour, zone));
  const [rules, setRules] = useState<MaintenanceRule[]>(maintenance?.rules ?? []);
  const [start, end] = [fromInput(from, zone), fromInput(to, zone)];
  const planned = type === 'schedule';
  const problem = planned && !Number.isNaN(start) && !Number.isNaN(end) && end <= start ? 'It must end after it starts.' : undefined;
  const missing = rules.length === 0 ? 'Choose what is switched.' : planned && (Number.isNaN(start) || Number.isNaN(end)) ? 'Say from when to when.' : (problem ?? null);
  const body = () => ({ description: description.trim(), time: { type, ...(planned ? { startDate: new Date(start).toISOString(), endDate: new Date(end).toISOString() } : {}) }, rules });
  const save = useChange(() => (maintenance ? api.put(`${rest}/maintenance/${segment(maintenance.id)}`, body()) : api.post(`${rest}/maintenance`, body())), {
    stale: [keys.maintenances],
    quiet: true,
    done: maintenance ? 'Maintenance changed' : planned ? 'Maintenance planned' : 'Maintenance begun',
    onDone: onClose,
  });
  return (
    <FormDialog
      title={maintenance ? 'Edit the maintenance' : 'Plan a maintenance'}
      width={600}
      sticky
      onClose={onClose}
      onSubmit={() => save.mutate()}
      submit={maintenance ? 'Save' : planned ? 'Plan it' : 'Begin now'}
      busy={save.isPending}
      ready={missing === null}
      missing={missing}
      what="save the maintenance"
      error={save.error}
    >
      <TextField label="What for" data-autofocus optional value={description} placeholder="New disks for the database" error={fieldError(save.error, 'description')} onChange={(event) => setDescription(event.currentTarget.value)} />
      <SelectField label="When" value={type} onChange={setType} options={lengths.filter(({ value }) => !maintenance || value === 'schedule' || value === 'indefinitely')} error={fieldError(save.error, 'time', 'time.type')} />
      {planned && (
        <>
          <div className={parts['two']}>
            <TextField label="From" type="datetime-local" required value={from} error={fieldError(save.error, 'time.startDate')} onChange={(event) => setFrom(event.currentTarget.value)} />
            <TextField label="To" type="datetime-local" required value={to} error={problem ?? fieldError(save.error, 'time.endDate')} onChange={(event) => setTo(event.currentTarget.value)} />
          </div>
          <p className={parts['muted']}>By the clock of {zone.replaceAll('_', ' ')}.</p>
        </>
      )}
      <Rules value={rules} onChange={setRules} error={fieldError(save.error, 'rules')} />
    </FormDialog>
  );
}

/** Which integrations and policies are switched, each with how. */
function Rules({ value, onChange, error }: { value: readonly MaintenanceRule[]; onChange: (rules: MaintenanceRule[]) => void; error: string | undefined }): ReactElement {
  const integrations = useQuery(integrationsQuery);
  const policies = useQuery(policiesQuery);
  const teams = useQuery(teamsQuery);
  const team = (id: string | undefined) => teams.data?.find((each) => each.id === id)?.name;
  const word = ({ entity }: Pick<MaintenanceRule, 'entity'>) => `${entity.type}:${entity.id}`;
  const options = [
    ...(integrations.data?.integrations ?? []).map(({ id, name }) => ({ value: `integration:${id}`, label: name, note: 'Integration' })),
    ...(policies.data?.policies ?? []).map(({ id, name, type, teamId }) => ({ value: `policy:${id}`, label: name, note: [type === 'alert' ? 'Alert policy' : 'Notification policy', team(teamId)].filter(Boolean).join(' of ') })),
  ];
  const chosen = value.map(word);
  const failed = integrations.error ?? policies.error;
  return (
    <fieldset className={parts['fieldset']}>
      <legend>While it lasts</legend>
      <ul className={css['rules']}>
        {value.map((rule) => {
          const option = options.find((each) => each.value === word(rule));
          const name = option?.label ?? 'Something that is gone';
          return (
            <li key={word(rule)} className={css['rule']}>
              <span>
                {name}
                {option && <span className={css['kind']}>{option.note}</span>}
              </span>
              {rule.entity.type === 'policy' ? (
                <select className={parts['small']} aria-label={`${name} is`} value={rule.state} onChange={(event) => onChange(value.map((each) => (each === rule ? { ...each, state: event.currentTarget.value as MaintenanceRule['state'] } : each)))}>
                  <option value="disabled">is off</option>
                  <option value="enabled">is on</option>
                </select>
              ) : (
                <span className={parts['muted']}>takes no alerts</span>
              )}
              <Button size="s" variant="subtle" icon="close" aria-label={`Take ${name} out`} onClick={() => onChange(value.filter((each) => each !== rule))} />
            </li>
          );
        })}
        <li>
          <Picker
            width={340}
            placeholder="Integration or policy"
            options={options}
            loading={integrations.isLoading || policies.isLoading}
            selected={chosen}
            onPick={(picked) => {
              const at = picked.indexOf(':');
              const entity = { id: picked.slice(at + 1), type: picked.slice(0, at) as MaintenanceRule['entity']['type'] };
              if (!chosen.includes(picked)) onChange([...value, { state: 'disabled', entity }]);
            }}
            trigger={({ open }) => (
              <Button size="s" icon="plus" onClick={open}>
                Add an integration or policy
              </Button>
            )}
          />
        </li>
      </ul>
      {error && (
        <p role="alert" className={parts['muted']}>
          {error}
        </p>
      )}
      {failed && <ErrorState compact what="load what can be switched" error={failed} />}
    </fieldset>
  );
}
