import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState, type FormEvent, type ReactElement } from 'react';
import { api, ApiError, type Component, type Project, type Version } from '../../api';
import { Avatar, Breadcrumb, Button, dateText, ErrorState, Field, IconButton, Picker, SkeletonRows, TextAreaField, TextField, toast } from '../../kit';
import { Page, Section } from '../../shell';
import { ProjectProblem } from '../parts/ProjectProblem';
import { ProjectTabs } from '../parts/ProjectTabs';
import { assignableQuery, projectQuery } from '../queries';
import { DeleteProjectDialog } from './DeleteProjectDialog';
import css from './Projects.module.css';
import { keys } from '../stale';

export function ProjectSettingsPage(): ReactElement {
  const { key } = useParams({ from: '/inside/tracker/projects/$key/settings' });
  const project = useQuery(projectQuery(key));
  const name = project.data?.name ?? key;
  return (
    <Page
      title={`Settings of ${name}`}
      shape="text"
      head={
        <Breadcrumb>
          {[
            <Link key="project" to="/projects/$key" params={{ key }}>
              {name}
            </Link>,
            'Settings',
          ]}
        </Breadcrumb>
      }
      actions={<ProjectTabs projectKey={key} />}
    >
      {project.isPending ? (
        <SkeletonRows rows={5} />
      ) : project.isError ? (
        <ProjectProblem projectKey={key} what="load the project" error={project.error} onRetry={() => void project.refetch()} />
      ) : (
        <>
          <Details key={project.data.id} project={project.data} />
          <Components project={project.data} />
          <Versions project={project.data} />
          <Removal project={project.data} />
        </>
      )}
    </Page>
  );
}

function Details({ project }: { project: Project }): ReactElement {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [form, setForm] = useState({ name: project.name, key: project.key, description: project.description ?? '' });
  const [lead, setLead] = useState(project.lead);
  const [query, setQuery] = useState('');
  const people = useQuery({ ...assignableQuery(project.key, query), placeholderData: keepPreviousData });
  const save = useMutation({
    mutationFn: () => api.put<Project>(`/rest/api/3/project/${project.key}`, { ...form, ...(lead ? { leadAccountId: lead.accountId } : {}) }),
    meta: { quiet: true },
    onSuccess: async () => {
      await Promise.all([queries.invalidateQueries({ queryKey: keys.projects }), queries.invalidateQueries({ queryKey: ['project'] })]);
      toast({ title: 'Project saved', tone: 'success' });
      if (form.key !== project.key) void navigate({ to: '/projects/$key/settings', params: { key: form.key } });
    },
  });
  const refused = save.error instanceof ApiError ? save.error.fields : {};
  const changed =
    form.name !== project.name || form.key !== project.key || form.description !== (project.description ?? '') || lead?.accountId !== project.lead?.accountId;
  return (
    <Section title="Details">
      <form
        className={css['form']}
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <TextField label="Name" required value={form.name} error={refused['projectName'] ?? refused['name']} onChange={(e) => setForm({ ...form, name: e.currentTarget.value })} />
        <TextField
          label="Key"
          required
          value={form.key}
          error={refused['projectKey'] ?? refused['key']}
          hint={form.key === project.key ? undefined : `Every issue is renamed. Links to ${project.key}-… keep working.`}
          onChange={(e) => setForm({ ...form, key: e.currentTarget.value.toUpperCase() })}
        />
        <Field label="Lead">
          {({ id }) => (
            <Picker
              placeholder="Lead"
              options={(people.data ?? []).map((user) => ({ value: user.accountId, label: user.displayName, mark: <Avatar person={user} /> }))}
              selected={lead ? [lead.accountId] : []}
              onQuery={setQuery}
              onPick={(accountId) => setLead(people.data?.find((user) => user.accountId === accountId))}
              trigger={({ open, opened }) => (
                <Button id={id} iconEnd="chevronDown" aria-expanded={opened} onClick={open} style={{ alignSelf: 'flex-start' }}>
                  <span className={css['person']}>
                    <Avatar person={lead} /> {lead?.displayName ?? 'Nobody'}
                  </span>
                </Button>
              )}
            />
          )}
        </Field>
        <TextAreaField label="Description" optional rows={3} value={form.description} onChange={(e) => setForm({ ...form, description: e.currentTarget.value })} />
        {save.error && Object.keys(refused).length === 0 && <ErrorState compact what="save the project" error={save.error} />}
        <div>
          <Button type="submit" variant="primary" disabled={!changed || form.name.trim() === ''} busy={save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Section>
  );
}

interface AddRowProps {
  label: string;
  placeholder: string;
  busy: boolean;
  onAdd: (name: string) => Promise<unknown>;
}

function AddRow({ label, placeholder, busy, onAdd }: AddRowProps): ReactElement {
  const [name, setName] = useState('');
  return (
    <form
      className={css['addRow']}
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== '') void onAdd(name.trim()).then(() => setName(''), () => undefined);
      }}
    >
      <TextField label={label} placeholder={placeholder} value={name} onChange={(e) => setName(e.currentTarget.value)} />
      <Button type="submit" busy={busy} disabled={name.trim() === ''} style={{ alignSelf: 'flex-end', height: 36 }}>
        Add
      </Button>
    </form>
  );
}

/** A list that belongs to a project, with adding and removing. */
function useProjectList<T>(project: Project, list: 'components' | 'versions', item: 'component' | 'version') {
  const queries = useQueryClient();
  const queryKey = [...keys.project(project.key), list];
  const onSettled = () => queries.invalidateQueries({ queryKey });
  const all = useQuery({
    queryKey,
    queryFn: ({ signal }) => api.get<T[]>(`/rest/api/3/project/${project.key}/${list}`, { signal }),
  });
  const add = useMutation({
    mutationFn: (name: string) =>
      api.post(`/rest/api/3/${item}`, item === 'version' ? { name, projectId: Number(project.id) } : { name, project: project.key }),
    onSettled,
  });
  const change = useMutation({
    mutationFn: ({ id, ...fields }: { id: string } & Record<string, unknown>) => api.put(`/rest/api/3/${item}/${id}`, fields),
    onSettled,
  });
  const remove = useMutation({ mutationFn: (id: string) => api.delete(`/rest/api/3/${item}/${id}`), onSettled });
  return { all, add, change, remove };
}

function Components({ project }: { project: Project }): ReactElement {
  const { all, add, remove } = useProjectList<Component>(project, 'components', 'component');
  return (
    <Section title="Components" hint="Parts of what you make. An issue can belong to several.">
      {all.isPending ? (
        <SkeletonRows rows={2} />
      ) : all.isError ? (
        <ErrorState compact what="load the components" error={all.error} onRetry={() => void all.refetch()} />
      ) : (
        <ul className={css['rows']}>
          {all.data.length === 0 && <li className={css['empty']}>None yet.</li>}
          {all.data.map((component) => (
            <li key={component.id} className={css['rowItem']}>
              <b>{component.name}</b>
              <span>{component.description}</span>
              <span className={css['spring']} />
              {component.lead && <Avatar person={component.lead} named />}
              <IconButton
                icon="trash"
                size="s"
                label={`Remove ${component.name}`}
                onClick={() =>
                  remove.mutate(component.id, {
                    onSuccess: () => toast({ title: `Component “${component.name}” removed`, undo: () => add.mutate(component.name) }),
                  })
                }
              />
            </li>
          ))}
        </ul>
      )}
      <AddRow label="New component" placeholder="Checkout" busy={add.isPending} onAdd={(name) => add.mutateAsync(name)} />
    </Section>
  );
}

function Versions({ project }: { project: Project }): ReactElement {
  const { all, add, change } = useProjectList<Version>(project, 'versions', 'version');
  return (
    <Section title="Versions" hint="What you release, and when.">
      {all.isPending ? (
        <SkeletonRows rows={2} />
      ) : all.isError ? (
        <ErrorState compact what="load the versions" error={all.error} onRetry={() => void all.refetch()} />
      ) : (
        <ul className={css['rows']}>
          {all.data.length === 0 && <li className={css['empty']}>None yet.</li>}
          {all.data.map((version) => (
            <li key={version.id} className={css['rowItem']}>
              <b>{version.name}</b>
              <span>
                {version.archived ? 'Archived' : version.released ? 'Released' : 'Unreleased'}
                {version.releaseDate && `, ${dateText(Date.parse(version.releaseDate))}`}
              </span>
              <span className={css['spring']} />
              <Button size="s" variant="subtle" onClick={() => change.mutate({ id: version.id, released: !version.released })}>
                {version.released ? 'Take back' : 'Release'}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <AddRow label="New version" placeholder="2.0" busy={add.isPending} onAdd={(name) => add.mutateAsync(name)} />
    </Section>
  );
}

function Removal({ project }: { project: Project }): ReactElement {
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  return (
    <Section title="Delete the project" hint="The project and its issues go to the trash, and can come back from there.">
      <Button icon="trash" onClick={() => setAsking(true)}>
        Delete {project.name}…
      </Button>
      {asking && <DeleteProjectDialog project={project} onClose={() => setAsking(false)} onDeleted={() => void navigate({ to: '/projects' })} />}
    </Section>
  );
}
