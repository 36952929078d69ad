import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { api, type AdfDoc } from '../../api';
import { RichTextEditor } from '../../editor';
import { Button, ErrorState, SkeletonRows, TextField, toast } from '../../kit';
import { Page } from '../../shell';
import { emptyDoc } from '../edit/newPage';
import { Head } from '../frame/Head';
import { useMacroView } from '../macros/context';
import { useMacroAsk } from '../macros/useMacroAsk';
import { refused } from '../parts/say';
import { rest, searchPeople, spaceQuery, templateQuery } from '../queries';
import { keys } from '../stale';
import type { Template } from '../wire';
import css from './Settings.module.css';

/** A template while it is written. */
export function TemplatePage(): ReactElement {
  const { key = '', id = '' } = useParams({ strict: false });
  const template = useQuery(templateQuery(id));
  const space = useQuery(spaceQuery(key)).data ?? { key, name: key };
  if (template.data) return <Writing key={id} template={template.data} space={space} />;
  return (
    <Page title="Template" head={<Head space={space} here="Template" heading />} shape="text">
      {template.isError ? <ErrorState what="load the template" error={template.error} onRetry={() => void template.refetch()} /> : <SkeletonRows />}
    </Page>
  );
}

function Writing({ template, space }: { template: Template; space: { key: string; name: string } }): ReactElement {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState(template.name);
  const [description, setDescription] = useState(template.description);
  const [body, setBody] = useState<AdfDoc | null>(template.body ?? null);
  const { ask, insertions, dialog } = useMacroAsk(space.key);
  const extensionView = useMacroView();
  const back = () => void navigate({ to: '/wiki/spaces/$key/settings', params: { key: space.key } });
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: () => api.put<Template>(`${rest}/templates/${encodeURIComponent(template.id)}`, { spaceId: template.spaceId ?? '', name: name.trim(), description: description.trim(), body: body ?? emptyDoc, labels: template.labels ?? [] }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: keys.templates });
      toast({ title: 'Template saved', tone: 'success' });
      back();
    },
    onError: (error) => refused('The template', error),
  });
  return (
    <Page
      title={template.name}
      head={<Head space={space} here="Template" heading />}
      shape="text"
      actions={
        <>
          <Button variant="subtle" onClick={back}>
            Cancel
          </Button>
          <Button variant="primary" busy={save.isPending} disabled={name.trim() === ''} onClick={() => save.mutate()}>
            Save
          </Button>
        </>
      }
    >
      <div className={css['form']}>
        <TextField label="Name" required value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <TextField label="What it is for" optional value={description} onChange={(event) => setDescription(event.currentTarget.value)} />
      </div>
      <p className={css['hint']}>A name in double braces, like {'{{project}}'}, is a variable: it is asked for when a page begins with this.</p>
      <div className={css['editor']}>
        <RichTextEditor label="Text of the template" value={template.body ?? null} onChange={setBody} placeholder="What every such page begins with…" features={{ layout: true }} insertions={insertions} onEditExtension={ask} extensionView={extensionView} mentionSearch={searchPeople} />
      </div>
      {dialog}
    </Page>
  );
}
