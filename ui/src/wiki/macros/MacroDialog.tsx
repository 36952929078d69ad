import { useState, type ReactElement } from 'react';
import { Checkbox, Dialog, FormDialog, SelectField, TextField } from '../../kit';
import { PagePicker } from '../dialogs/PagePicker';
import type { MacroDefinition, MacroParam } from './definitions';

interface MacroDialogProps {
  definition: MacroDefinition;
  params: Record<string, string>;
  space: string;
  onDone: (params: Record<string, string> | null) => void;
}

/** Asks for the parameters of a macro. */
export function MacroDialog({ definition, params, space, onDone }: MacroDialogProps): ReactElement {
  const [values, setValues] = useState<Record<string, string>>(params);
  const [tried, setTried] = useState(false);
  const missing = (param: MacroParam) => param.required === true && (values[param.name] ?? '').trim() === '';
  const set = (name: string, value: string) => setValues({ ...values, [name]: value });
  return (
    <FormDialog
      title={definition.label}
      width={480}
      onClose={() => onDone(null)}
      onSubmit={() => {
        setTried(true);
        if (!definition.params.some(missing)) onDone(Object.fromEntries(definition.params.map(({ name }) => [name, (values[name] ?? '').trim()])));
      }}
      submit="Done"
    >
      {definition.params.length === 0 && <p>There is nothing to set.</p>}
      {definition.params.map((param, i) => {
        const value = values[param.name] ?? '';
        const error = tried && missing(param) ? 'This one is needed.' : undefined;
        if (param.kind === 'flag') return <Checkbox key={param.name} label={param.label} checked={value === 'true'} onChange={(event) => set(param.name, event.currentTarget.checked ? 'true' : '')} />;
        if (param.kind === 'choice') return <SelectField key={param.name} label={param.label} value={value} options={param.choices ?? []} onChange={(next) => set(param.name, next)} />;
        if (param.kind === 'page') {
          return (
            <div key={param.name}>
              <TextField data-autofocus={i === 0 || undefined} label={param.label} value={value} error={error} hint={param.hint ?? 'Its title, or SPACE:Title for a page of another space.'} onChange={(event) => set(param.name, event.currentTarget.value)} />
              <PagePicker label="Choose" value={null} none="Choose a page…" onPick={(page) => set(param.name, page.spaceKey === space ? page.title : `${page.spaceKey}:${page.title}`)} />
            </div>
          );
        }
        return <TextField key={param.name} data-autofocus={i === 0 || undefined} label={param.label} type={param.kind === 'number' ? 'number' : 'text'} value={value} error={error} hint={param.hint} onChange={(event) => set(param.name, event.currentTarget.value)} />;
      })}
    </FormDialog>
  );
}

/** Asks for a page to link to. */
export function LinkPageDialog({ onDone }: { onDone: (page: { url: string } | null) => void }): ReactElement {
  return (
    <Dialog title="Link to a page" width={440} onClose={() => onDone(null)}>
      <PagePicker label="Page" value={null} none="Choose a page…" onPick={onDone} />
    </Dialog>
  );
}
