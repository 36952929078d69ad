import { useState, type ReactElement } from 'react';
import { Checkbox, SelectField, TextAreaField, TextField } from '../../kit';
import { fieldError } from '../act';
import { priorityWord } from '../parts/marks';
import parts from '../parts/parts.module.css';
import { TargetList } from '../parts/TargetPicker';
import { priorities, type Target } from '../wire';
import { detailsOf } from './model';
import css from './Policies.module.css';

/** A change as it is being written: lists as people type them. */
export interface ChangeDraft {
  message: string;
  priority: string;
  tags: string;
  onlyTags: boolean;
  buttons: string;
  onlyButtons: boolean;
  responders: Target[];
  onlyResponders: boolean;
  details: string;
  onlyDetails: boolean;
  alias: string;
  description: string;
  entity: string;
  source: string;
  goOn: boolean;
}

const instead = (what: string) => `In place of the ${what} it came with`;

/** What is changed in an alert before it is kept. */
export function ChangeFields({ value, onChange, error }: { value: ChangeDraft; onChange: (value: ChangeDraft) => void; error: unknown }): ReactElement {
  const set = (part: Partial<ChangeDraft>) => onChange({ ...value, ...part });
  const details = detailsOf(value.details);
  const [rest] = useState(value.alias + value.description + value.entity + value.source + value.details + value.buttons !== '' || value.onlyDetails || value.onlyButtons);
  return (
    <fieldset className={`${parts['fieldset']} ${css['change']}`}>
      <legend>Then</legend>
      <div className={parts['two']}>
        <SelectField label="Priority" value={value.priority} onChange={(priority) => set({ priority })} options={[{ value: '', label: 'As it came' }, ...priorities.map((each) => ({ value: each, label: `${each} ${priorityWord(each)}` }))]} error={fieldError(error, 'priority')} />
        <TextField label="Add tags" optional value={value.tags} placeholder="database, eu" error={fieldError(error, 'tags')} onChange={(event) => set({ tags: event.currentTarget.value })} />
      </div>
      <TextField label="Message" required value={value.message} error={fieldError(error, 'message')} hint="{{message}} is what it was; {{source}}, {{priority}}, {{details.host}} and the other fields can be named too." onChange={(event) => set({ message: event.currentTarget.value })} />
      <TargetList label="Add responders" kinds={['team', 'user']} value={value.responders} onChange={(responders) => set({ responders })} add="Add a responder" error={fieldError(error, 'responders')} />
      <div className={parts['lines']}>
        <Checkbox label={instead('responders')} checked={value.onlyResponders} onChange={(event) => set({ onlyResponders: event.currentTarget.checked })} />
        <Checkbox label={instead('tags')} checked={value.onlyTags} onChange={(event) => set({ onlyTags: event.currentTarget.checked })} />
      </div>
      <details className={css['rest']} open={rest}>
        <summary>Buttons, details and other fields</summary>
        <div className={css['change']}>
          <TextField label="Add buttons" optional value={value.buttons} placeholder="restart, roll back" hint="By name, between commas. What a button calls stands under Custom actions." error={fieldError(error, 'actions')} onChange={(event) => set({ buttons: event.currentTarget.value })} />
          <Checkbox label={instead('buttons')} checked={value.onlyButtons} onChange={(event) => set({ onlyButtons: event.currentTarget.checked })} />
          <TextAreaField label="Add details" optional rows={2} value={value.details} hint="One a line, for example runbook: https://…" spellCheck={false} error={'problem' in details ? details.problem : fieldError(error, 'details')} onChange={(event) => set({ details: event.currentTarget.value })} />
          <Checkbox label={instead('details')} checked={value.onlyDetails} onChange={(event) => set({ onlyDetails: event.currentTarget.checked })} />
          <div className={parts['two']}>
            <TextField label="Alias" optional value={value.alias} error={fieldError(error, 'alias')} onChange={(event) => set({ alias: event.currentTarget.value })} />
            <TextField label="Description" optional value={value.description} error={fieldError(error, 'description')} onChange={(event) => set({ description: event.currentTarget.value })} />
            <TextField label="Entity" optional value={value.entity} error={fieldError(error, 'entity')} onChange={(event) => set({ entity: event.currentTarget.value })} />
            <TextField label="Source" optional value={value.source} error={fieldError(error, 'source')} onChange={(event) => set({ source: event.currentTarget.value })} />
          </div>
        </div>
      </details>
      <Checkbox label="Then try the policies after it too" checked={value.goOn} onChange={(event) => set({ goOn: event.currentTarget.checked })} />
    </fieldset>
  );
}
