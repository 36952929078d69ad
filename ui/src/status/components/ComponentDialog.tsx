import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { api, ApiError } from '../../api';
import { Button, Checkbox, ErrorState, FormDialog, SelectField, TextAreaField, TextField, toast } from '../../kit';
import { manage, own } from '../queries';
import { fromLocalInput, statusWords, toLocalInput } from '../say';
import { keys } from '../stale';
import { componentStatuses, type Component, type StatusPage } from '../wire';
import css from './Components.module.css';
import { placeOf } from './model';
import { TroubleTable } from './UptimeBars';

export interface Editing {
  kind: 'component' | 'group';
  /** None: a new one. */
  component?: Component;
}

/** Everything about a component, and the words behind its bars. */
export function ComponentDialog({ page, components, editing, onClose }: { page: StatusPage; components: readonly Component[]; editing: Editing; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const { component, kind } = editing;
  const groupNow = component ? (placeOf(components, component.id)?.group ?? '') : '';
  const [name, setName] = useState(component?.name ?? '');
  const [description, setDescription] = useState(component?.description ?? '');
  const [group, setGroup] = useState(groupNow);
  const [start, setStart] = useState(component?.startDate ?? (component ? '' : new Date().toISOString().slice(0, 10)));
  const [showcase, setShowcase] = useState(component?.showcase ?? true);
  const [onlyBad, setOnlyBad] = useState(component?.onlyShowIfDegraded ?? false);
  const [tried, setTried] = useState(false);
  const settled = () => Promise.all([keys.components, keys.pages].map((queryKey) => queries.invalidateQueries({ queryKey })));
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: () => {
      if (kind === 'group') {
        const body = { description: description.trim(), component_group: { name: name.trim(), ...(component ? {} : { components: [] }) } };
        return component ? api.patch(`${manage(page.id)}/component-groups/${component.id}`, body) : api.post(`${manage(page.id)}/component-groups`, body);
      }
      const body = { component: { name: name.trim(), description: description.trim(), showcase, only_show_if_degraded: onlyBad, start_date: start === '' ? null : start, ...(group !== groupNow || !component ? { group_id: group === '' ? null : group } : {}) } };
      return component ? api.patch(`${manage(page.id)}/components/${component.id}`, body) : api.post(`${manage(page.id)}/components`, body);
    },
    onSuccess: async () => {
      await settled();
      toast({ title: component ? `${name.trim()} saved` : `${name.trim()} added to the page`, tone: 'success' });
      onClose();
    },
  });
  const fields = save.error instanceof ApiError ? save.error.fields : {};
  const nameError = tried && name.trim() === '' ? 'Give it a name.' : fields['name'];
  const noun = kind === 'group' ? 'group' : 'component';
  return (
    <FormDialog
      title={component ? component.name : `Add a ${noun}`}
      width={component && kind === 'component' ? 640 : 520}
      onClose={onClose}
      onSubmit={() => {
        setTried(true);
        if (name.trim() !== '') save.mutate();
      }}
      submit={component ? 'Save' : `Add ${noun}`}
      busy={save.isPending}
      what={`save the ${noun}`}
      error={Object.keys(fields).length === 0 ? save.error : null}
    >
      <TextField label="Name" required data-autofocus value={name} error={nameError} maxLength={255} onChange={(e) => setName(e.currentTarget.value)} />
      <TextAreaField label="Description" optional rows={2} value={description} error={fields['description']} hint="Readers see it beside the name." onChange={(e) => setDescription(e.currentTarget.value)} />
      {kind === 'component' && (
        <>
          <div className={css['two']}>
            <SelectField label="Group" value={group} onChange={setGroup} options={[{ value: '', label: 'None' }, ...components.filter((one) => one.group).map((one) => ({ value: one.id, label: one.name }))]} />
            <TextField label="Observed since" type="date" value={start} error={fields['start_date']} hint="Days before it are not counted." onChange={(e) => setStart(e.currentTarget.value)} />
          </div>
          <Checkbox label="Show its uptime on the page" checked={showcase} onChange={(e) => setShowcase(e.currentTarget.checked)} />
          <Checkbox label="Show it only while it is in trouble" checked={onlyBad} onChange={(e) => setOnlyBad(e.currentTarget.checked)} />
        </>
      )}
      {component?.uptime && (
        <section className={css['past']}>
          <h3>Last {component.uptime.days.length} days</h3>
          <TroubleTable days={component.uptime.days} />
          <Correct page={page} component={component} onDone={settled} />
        </section>
      )}
    </FormDialog>
  );
}

/** Puts the record right: a monitor that was wrong, an outage that nobody wrote down. */
function Correct({ page, component, onDone }: { page: StatusPage; component: Component; onDone: () => Promise<unknown> }): ReactElement {
  const [open, setOpen] = useState(false);
  const [from, setFrom] = useState(() => toLocalInput(Date.now() - 2 * 3_600_000));
  const [to, setTo] = useState(() => toLocalInput(Date.now() - 3_600_000));
  const [status, setStatus] = useState<string>('operational');
  const put = useMutation({
    meta: { quiet: true },
    mutationFn: () => api.put(`${own(page.id)}/components/${component.id}/history`, { from: fromLocalInput(from), to: fromLocalInput(to), status }),
    onSuccess: async () => {
      await onDone();
      toast({ title: 'Record corrected', tone: 'success' });
      setOpen(false);
    },
  });
  if (!open) {
    return (
      <Button size="s" variant="subtle" icon="edit" onClick={() => setOpen(true)}>
        Correct the record…
      </Button>
    );
  }
  return (
    <div className={css['correct']}>
      <div className={css['two']}>
        <TextField label="From" type="datetime-local" value={from} onChange={(e) => setFrom(e.currentTarget.value)} />
        <TextField label="Until" type="datetime-local" value={to} onChange={(e) => setTo(e.currentTarget.value)} />
      </div>
      <SelectField label="It was" value={status} onChange={setStatus} options={componentStatuses.map((value) => ({ value, label: statusWords[value] }))} />
      {put.error && <ErrorState compact what="correct the record" error={put.error} />}
      <div>
        <Button busy={put.isPending} disabled={!fromLocalInput(from) || !fromLocalInput(to)} onClick={() => put.mutate()}>
          Correct the record
        </Button>
      </div>
    </div>
  );
}
