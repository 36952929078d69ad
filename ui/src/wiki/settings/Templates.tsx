import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Button, Dialog, EmptyState, ErrorState, FormDialog, Icon, IconButton, RelativeTime, SkeletonRows, TextField, toast } from '../../kit';
import { Section } from '../../shell';
import { emptyDoc } from '../edit/newPage';
import { refused } from '../parts/say';
import { rest, templatesQuery } from '../queries';
import { keys } from '../stale';
import type { Space, Template } from '../wire';
import css from './Settings.module.css';

/** What pages of a space can begin with. */
export function Templates({ space }: { space: Space }): ReactElement {
  const queries = useQueryClient();
  const templates = useQuery(templatesQuery(space.key));
  const [making, setMaking] = useState(false);
  const [doomed, setDoomed] = useState<Template | null>(null);
  const may = space.can.administer;
  const remove = useMutation({
    meta: { quiet: true },
    mutationFn: (template: Template) => api.delete(`${rest}/templates/${encodeURIComponent(template.id)}`),
    onSuccess: (_answer, template) => {
      setDoomed(null);
      toast({ title: `${template.name} deleted` });
    },
    onError: (error) => refused('Deleting the template', error),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.templates }),
  });
  const add = may && (
    <Button icon="plus" onClick={() => setMaking(true)}>
      New template
    </Button>
  );
  return (
    <Section title="Templates" hint="Whoever creates a page can begin with one of these. Variables in them are asked for first." actions={add}>
      {templates.isPending ? (
        <SkeletonRows rows={4} />
      ) : templates.isError ? (
        <ErrorState compact what="load the templates" error={templates.error} onRetry={() => void templates.refetch()} />
      ) : templates.data.length === 0 ? (
        <EmptyState icon="page" title="No templates yet" action={add || undefined}>
          A template spares everybody the same headings again: meeting notes, decisions, runbooks.
        </EmptyState>
      ) : (
        <ul className={css['list']} aria-label="Templates">
          {templates.data.map((template) => (
            <li key={template.id}>
              <Icon name="page" />
              <span>
                {may && template.spaceId ? (
                  <Link to="/wiki/spaces/$key/templates/$id" params={{ key: space.key, id: template.id }}>
                    {template.name}
                  </Link>
                ) : (
                  <b>{template.name}</b>
                )}
                <small>
                  {template.description || (template.spaceId ? 'Template of this space' : 'Template of the site')} · <RelativeTime at={template.updatedAt} />
                </small>
              </span>
              {may && template.spaceId && <IconButton icon="trash" size="s" label={`Delete ${template.name}`} onClick={() => setDoomed(template)} />}
            </li>
          ))}
        </ul>
      )}
      {making && <NewTemplateDialog space={space} onClose={() => setMaking(false)} />}
      {doomed && (
        <Dialog
          title={`Delete the template ${doomed.name}?`}
          width={420}
          onClose={() => setDoomed(null)}
          footer={
            <>
              <Button variant="subtle" data-autofocus onClick={() => setDoomed(null)}>
                Keep it
              </Button>
              <Button variant="danger" busy={remove.isPending} onClick={() => remove.mutate(doomed)}>
                Delete template
              </Button>
            </>
          }
        >
          <p>Pages that began with it stay as they are.</p>
        </Dialog>
      )}
    </Section>
  );
}

function NewTemplateDialog({ space, onClose }: { space: Space; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const create = useMutation({
    meta: { quiet: true },
    mutationFn: () => api.post<Template>(`${rest}/templates`, { spaceId: space.id, name: name.trim(), description: description.trim(), body: emptyDoc, labels: [] }),
    onSuccess: async (template) => {
      await queries.invalidateQueries({ queryKey: keys.templates });
      onClose();
      void navigate({ to: '/wiki/spaces/$key/templates/$id', params: { key: space.key, id: template.id } });
    },
  });
  return (
    <FormDialog
      title="New template"
      width={460}
      onClose={onClose}
      onSubmit={() => name.trim() !== '' && create.mutate()}
      submit="Create and write"
      busy={create.isPending}
      what="create the template"
      error={create.error}
    >
      <TextField label="Name" required data-autofocus value={name} placeholder="Meeting notes" onChange={(event) => setName(event.currentTarget.value)} />
      <TextField label="What it is for" optional value={description} onChange={(event) => setDescription(event.currentTarget.value)} />
    </FormDialog>
  );
}
