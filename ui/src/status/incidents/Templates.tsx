import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Button, Checkbox, EmptyState, ErrorState, FormDialog, IconButton, Menu, SelectField, SkeletonRows, TextAreaField, TextField, toast } from '../../kit';
import { useCommands } from '../../shell';
import { ConfirmDialog } from '../parts/ConfirmDialog';
import { IncidentTag } from '../parts/Mark';
import { componentsQuery, manage, own, templatesQuery } from '../queries';
import { incidentWords } from '../say';
import { keys } from '../stale';
import { planned, realtime, type ComponentStatus, type StatusPage, type Template } from '../wire';
import { ComponentChoice } from './ComponentChoice';
import css from './Incidents.module.css';

/** Words for the worst hour, written in a calm one. */
export function Templates({ page }: { page: StatusPage }): ReactElement {
  const navigate = useNavigate();
  const templates = useQuery(templatesQuery(page.id));
  const [editing, setEditing] = useState<Template | 'new' | null>(null);
  const [deleting, setDeleting] = useState<Template | null>(null);
  useCommands([{ id: 'status-template', label: 'Create a template', icon: 'bookmark', group: 'Status page', run: () => setEditing('new') }]);
  const create = (
    <Button icon="plus" onClick={() => setEditing('new')}>
      Create template
    </Button>
  );
  const use = (one: Template) =>
    void navigate({ to: '/statuspages/incidents/new', search: { template: one.id, ...((planned as readonly string[]).includes(one.update_status ?? '') ? { kind: 'maintenance' as const } : {}) } });
  return (
    <>
      {templates.isPending ? (
        <SkeletonRows rows={4} height={64} />
      ) : templates.isError ? (
        <ErrorState what="load the templates" error={templates.error} onRetry={() => void templates.refetch()} />
      ) : templates.data.length === 0 ? (
        <EmptyState icon="bookmark" title="No templates yet" action={create}>
          Words for the worst hour, written in a calm one: a name, a message, a state and the components they are about.
        </EmptyState>
      ) : (
        <>
          <ul className={css['list']}>
            {templates.data.map((one) => (
              <li key={one.id} className={css['line']}>
                <div className={css['lineMain']}>
                  <div className={css['lineHead']}>
                    <button type="button" className={css['lineName']} onClick={() => setEditing(one)}>
                      {one.name}
                    </button>
                    {one.update_status && <IncidentTag status={one.update_status} />}
                  </div>
                  <p className={css['excerpt']}>{one.title ? `${one.title}: ${one.body}` : one.body}</p>
                  {one.components.length > 0 && <p className={css['quiet']}>{one.components.map((each) => each.name).join(', ')}</p>}
                </div>
                <div className={css['lineActs']}>
                  <Button size="s" onClick={() => use(one)}>
                    Use
                  </Button>
                  <Menu
                    trigger={<IconButton icon="more" size="s" label={`Actions for ${one.name}`} />}
                    items={[
                      { label: 'Edit…', icon: 'edit', onSelect: () => setEditing(one) },
                      'divider',
                      { label: 'Delete…', icon: 'trash', danger: true, onSelect: () => setDeleting(one) },
                    ]}
                  />
                </div>
              </li>
            ))}
          </ul>
          <div className={css['more']}>{create}</div>
        </>
      )}
      {editing && <TemplateDialog page={page} template={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />}
      {deleting && <DeleteTemplate page={page} template={deleting} onClose={() => setDeleting(null)} />}
    </>
  );
}

function DeleteTemplate({ page, template, onClose }: { page: StatusPage; template: Template; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const remove = useMutation({
    meta: { quiet: true },
    mutationFn: () => api.delete(`${own(page.id)}/incident-templates/${template.id}`),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: keys.templates });
      toast({ title: `${template.name} deleted` });
      onClose();
    },
  });
  return (
    <ConfirmDialog danger title={`Delete the template “${template.name}”?`} act="Delete template" what="delete the template" busy={remove.isPending} error={remove.error} onConfirm={() => remove.mutate()} onClose={onClose}>
      <p>Incidents that were written with it stay as they are.</p>
    </ConfirmDialog>
  );
}

function TemplateDialog({ page, template, onClose }: { page: StatusPage; template: Template | null; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const components = useQuery(componentsQuery(page.id));
  const [name, setName] = useState(template?.name ?? '');
  const [title, setTitle] = useState(template?.title ?? '');
  const [body, setBody] = useState(template?.body ?? '');
  const [status, setStatus] = useState<string>(template?.update_status ?? 'investigating');
  const [notify, setNotify] = useState(template?.should_send_notifications ?? true);
  const [chosen, setChosen] = useState<Readonly<Record<string, ComponentStatus>>>(Object.fromEntries((template?.components ?? []).map((one) => [one.id, 'operational'])));
  const [tried, setTried] = useState(false);
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: () => {
      const ids = Object.keys(chosen);
      return template
        ? api.put(`${own(page.id)}/incident-templates/${template.id}`, { name: name.trim(), title: title.trim(), body, updateStatus: status, notify, componentIds: ids })
        : api.post(`${manage(page.id)}/incident_templates`, { template: { name: name.trim(), title: title.trim(), body, update_status: status, should_send_notifications: notify, component_ids: ids } });
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: keys.templates });
      toast({ title: template ? 'Template saved' : 'Template created', tone: 'success' });
      onClose();
    },
  });
  const nameError = tried && name.trim() === '' ? 'Give the template a name.' : undefined;
  const bodyError = tried && body.trim() === '' ? 'Write the message.' : undefined;
  return (
    <FormDialog
      title={template ? 'Edit template' : 'Create template'}
      width={600}
      sticky
      onClose={onClose}
      onSubmit={() => {
        setTried(true);
        if (name.trim() !== '' && body.trim() !== '') save.mutate();
      }}
      submit={template ? 'Save template' : 'Create template'}
      busy={save.isPending}
      what="save the template"
      error={save.error}
    >
      <TextField label="Name of the template" required data-autofocus value={name} error={nameError} maxLength={255} onChange={(e) => setName(e.currentTarget.value)} />
      <TextField label="Name of the incident" optional value={title} maxLength={255} onChange={(e) => setTitle(e.currentTarget.value)} />
      <TextAreaField label="Message" required rows={5} value={body} error={bodyError} hint="Markdown" onChange={(e) => setBody(e.currentTarget.value)} />
      <SelectField label="State" value={status} onChange={setStatus} options={[...realtime, ...planned].map((value) => ({ value, label: incidentWords[value] }))} />
      <ComponentChoice components={components.data?.components ?? []} chosen={chosen} begin="operational" withoutStatus onChange={setChosen} />
      <Checkbox label="Tell subscribers" checked={notify} onChange={(e) => setNotify(e.currentTarget.checked)} />
    </FormDialog>
  );
}
