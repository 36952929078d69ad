import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { jiraTime, type AdfDoc, type FieldMeta } from '../../api';
import { Avatar, Button, Field, Icon, Picker, PriorityIcon, TextField, type PickerOption } from '../../kit';
import { jiraInstant, kindOf, localInput } from '../issue/model';
import { assignableQuery, labelsQuery } from '../queries';
import css from './Create.module.css';
import { DescriptionField } from './DescriptionField';

interface MetaFieldProps {
  meta: FieldMeta;
  project: string;
  value: unknown;
  onChange: (value: unknown) => void;
  error?: string | undefined;
}

/** Fields that the dialog draws itself, or that nobody fills when creating. */
export const ownFields = new Set(['project', 'issuetype', 'summary', 'description', 'attachment', 'issuelinks', 'reporter', 'timetracking', 'parent']);
/** Optional fields that are worth their place at once. */
export const usualFields: readonly string[] = ['assignee', 'priority', 'labels', 'components', 'fixVersions', 'duedate'];

const idOf = (value: unknown): string => {
  const record = value as { id?: unknown; accountId?: unknown } | null | undefined;
  return String(record?.accountId ?? record?.id ?? '');
};

/** One field of the create screen, by its schema. Unknown kinds are left to the issue view. */
export function MetaField(props: MetaFieldProps): ReactElement | null {
  const { meta, value, onChange, error } = props;
  const kind = kindOf(meta);
  const text = { label: meta.name, error, required: meta.required, value: value === undefined || value === null ? '' : String(value) };
  switch (kind) {
    case 'person':
      return <PersonField {...props} />;
    case 'people':
      return <PeopleField {...props} />;
    case 'labels':
      return <LabelsField {...props} />;
    case 'choice':
      return <ChoiceField {...props} />;
    case 'choices':
      return <ChoiceField {...props} multiple />;
    case 'number':
      return <TextField {...text} type="number" step="any" onChange={(e) => onChange(e.currentTarget.value === '' ? null : Number(e.currentTarget.value))} />;
    case 'date':
    case 'url':
    case 'text':
      return <TextField {...text} type={kind} onChange={(e) => onChange(e.currentTarget.value)} />;
    case 'datetime':
      return (
        <TextField
          {...text}
          type="datetime-local"
          value={text.value === '' ? '' : localInput(jiraTime(text.value))}
          onChange={(e) => onChange(e.currentTarget.value === '' ? null : jiraInstant(e.currentTarget.value))}
        />
      );
    case 'rich':
      return (
        <div className={css['whole']}>
          <Field label={meta.name} error={error} required={meta.required}>
            {() => <DescriptionField label={meta.name} value={(value as AdfDoc | null | undefined) ?? null} onChange={onChange} />}
          </Field>
        </div>
      );
    default:
      return null;
  }
}

interface PillProps {
  meta: FieldMeta;
  error: string | undefined;
  options: readonly PickerOption[];
  selected: readonly string[];
  onPick: (value: string) => void;
  multiple?: boolean;
  onQuery?: (text: string) => void;
  onCreate?: (text: string) => void;
  shown: PickerOption | undefined;
}

function PickerField({ meta, error, shown, ...picker }: PillProps): ReactElement {
  return (
    <Field label={meta.name} error={error} required={meta.required}>
      {() => (
        <Picker
          {...picker}
          placeholder={meta.name}
          trigger={({ open, opened }) => (
            <Button className={css['pill']} aria-label={`${meta.name}: ${shown?.label ?? 'None'}`} aria-expanded={opened} onClick={open}>
              <span className={css['pillText']}>
                {shown ? (
                  <>
                    {shown.mark}
                    <span>{shown.label}</span>
                  </>
                ) : (
                  <span className={css['none']}>None</span>
                )}
              </span>
              <Icon name="chevronDown" size={12} />
            </Button>
          )}
        />
      )}
    </Field>
  );
}

function PersonField({ meta, project, value, onChange, error }: MetaFieldProps): ReactElement {
  const [query, setQuery] = useState('');
  const { data } = useQuery({ ...assignableQuery(project, query), placeholderData: keepPreviousData });
  const options: PickerOption[] = [
    { value: '', label: meta.fieldId === 'assignee' ? 'Automatic' : 'Nobody', mark: <Avatar person={null} /> },
    ...(data ?? []).map((user) => ({ value: user.accountId, label: user.displayName, mark: <Avatar person={user} /> })),
  ];
  const chosen = value as { accountId: string; displayName?: string } | undefined;
  return (
    <PickerField
      meta={meta}
      error={error}
      options={options}
      selected={[idOf(value)]}
      onQuery={setQuery}
      onPick={(id) => {
        const user = data?.find((each) => each.accountId === id);
        onChange(user ? { accountId: user.accountId, displayName: user.displayName } : null);
      }}
      shown={
        chosen
          ? { value: chosen.accountId, label: chosen.displayName ?? chosen.accountId, mark: <Avatar person={{ accountId: chosen.accountId, displayName: chosen.displayName ?? '?' }} /> }
          : options[0]
      }
    />
  );
}

function PeopleField({ meta, project, value, onChange, error }: MetaFieldProps): ReactElement {
  const [query, setQuery] = useState('');
  const { data } = useQuery({ ...assignableQuery(project, query), placeholderData: keepPreviousData });
  const chosen = (Array.isArray(value) ? value : []) as { accountId: string; displayName: string }[];
  const pick = (id: string) => {
    const user = data?.find((each) => each.accountId === id);
    if (chosen.some((each) => each.accountId === id)) onChange(chosen.filter((each) => each.accountId !== id));
    else if (user) onChange([...chosen, { accountId: user.accountId, displayName: user.displayName }]);
  };
  return (
    <PickerField
      meta={meta}
      error={error}
      multiple
      options={(data ?? []).map((user) => ({ value: user.accountId, label: user.displayName, mark: <Avatar person={user} /> }))}
      selected={chosen.map((user) => user.accountId)}
      onQuery={setQuery}
      onPick={pick}
      shown={chosen.length > 0 ? { value: '', label: chosen.map((user) => user.displayName).join(', ') } : undefined}
    />
  );
}

function LabelsField({ meta, value, onChange, error }: MetaFieldProps): ReactElement {
  const { data } = useQuery(labelsQuery);
  const labels = Array.isArray(value) ? (value as string[]) : [];
  const options = [...new Set([...labels, ...(data ?? [])])].map((label) => ({ value: label, label }));
  return (
    <PickerField
      meta={meta}
      error={error}
      multiple
      options={options}
      selected={labels}
      onPick={(label) => onChange(labels.includes(label) ? labels.filter((other) => other !== label) : [...labels, label])}
      // A label is one word.
      onCreate={(text) => onChange([...labels, text.replace(/\s+/g, '-')])}
      shown={labels.length > 0 ? { value: '', label: labels.join(', ') } : undefined}
    />
  );
}

function ChoiceField({ meta, value, onChange, error, multiple = false }: MetaFieldProps & { multiple?: boolean }): ReactElement {
  const mark = (name: string) => (meta.fieldId === 'priority' ? <PriorityIcon name={name} /> : undefined);
  const options: PickerOption[] = (meta.allowedValues ?? []).map((choice) => {
    const label = choice.name ?? choice.value ?? choice.id;
    return { value: choice.id, label, mark: mark(label) };
  });
  const given = value ?? (meta.hasDefaultValue ? meta.defaultValue : undefined);
  const chosen = (multiple ? ((given as unknown[] | undefined) ?? []) : given ? [given] : []).map(idOf);
  const names = options.filter((option) => chosen.includes(option.value));
  const pick = (id: string) => {
    if (!multiple) onChange(!meta.required && chosen.includes(id) ? null : { id });
    else onChange((chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id]).map((each) => ({ id: each })));
  };
  return (
    <PickerField
      meta={meta}
      error={error}
      multiple={multiple}
      options={options}
      selected={chosen}
      onPick={pick}
      shown={names[0] && { value: '', label: names.map((option) => option.label).join(', '), mark: names.length === 1 ? names[0].mark : undefined }}
    />
  );
}
