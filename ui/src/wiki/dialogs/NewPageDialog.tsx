import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouterState } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { api, type AdfDoc } from '../../api';
import { EmptyState, FormDialog, Icon, SelectField, Skeleton, TextField } from '../../kit';
import type { CreateProps } from '../../shell';
import { useNewPage } from '../edit/newPage';
import { rest, spacesQuery, templatesQuery } from '../queries';
import type { Ref, Template } from '../wire';
import css from './Dialogs.module.css';
import { PagePicker } from './PagePicker';

const here = (path: string): string | undefined => /\/wiki\/spaces\/([^/]+)/.exec(path)?.[1];

/** Where a new page goes and what it begins with. */
export function NewPageDialog({ preset, onClose }: CreateProps): ReactElement {
  const spaces = useQuery(spacesQuery());
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [chosen, setChosen] = useState(preset['space'] ?? here(path) ?? '');
  const [parent, setParent] = useState<Ref | null>(null);
  const [type, setType] = useState<'page' | 'blogpost'>(preset['type'] === 'blogpost' ? 'blogpost' : 'page');
  const [template, setTemplate] = useState<Template | null>(null);
  const [values, setValues] = useState<Record<string, string>>({});
  const writable = (spaces.data ?? []).filter((space) => (type === 'page' ? space.can.createPage : space.can.createBlogPost));
  const space = writable.find((each) => each.key === chosen) ?? writable[0];
  const templates = useQuery({ ...templatesQuery(space?.key ?? ''), enabled: space !== undefined });
  const newPage = useNewPage();
  const start = useMutation({
    meta: { quiet: true },
    mutationFn: async () => {
      if (!space) return;
      const used = template ? await api.post<{ title: string; body: AdfDoc }>(`${rest}/templates/${encodeURIComponent(template.id)}/use`, { variables: values }) : null;
      const ok = await newPage({ space, type, parentId: parent?.id ?? preset['parent'] ?? space.homepageId, ...(used ? { title: used.title, body: used.body } : {}) });
      if (ok) onClose();
    },
  });
  const variables = template?.variables ?? [];
  const none = spaces.isSuccess && writable.length === 0;
  return (
    <FormDialog
      title="Create page"
      width={600}
      onClose={onClose}
      onSubmit={() => start.mutate()}
      submit="Start writing"
      busy={start.isPending}
      ready={space !== undefined}
      what="start the page"
      error={start.error}
    >
      {none ? (
        <EmptyState icon="book" title="There is no space to write in">
          Create a space first, or ask for the right to write in one.
        </EmptyState>
      ) : (
        <>
          <div className={css['two']}>
            <SelectField
              label="Space"
              value={space?.key ?? ''}
              options={writable.map((each) => ({ value: each.key, label: each.name }))}
              onChange={(next) => {
                setChosen(next);
                setParent(null);
              }}
            />
            <SelectField
              label="Kind"
              value={type}
              options={[
                { value: 'page', label: 'Page, in the tree' },
                { value: 'blogpost', label: 'Blog post, with a date' },
              ]}
              onChange={(next) => setType(next === 'blogpost' ? 'blogpost' : 'page')}
            />
          </div>
          {type === 'page' && space && (
            <div className={css['field']}>
              <span className={css['label']}>Below</span>
              <PagePicker label="Below" space={space.key} value={parent} none="The homepage of the space" onPick={setParent} />
            </div>
          )}
          <fieldset className={css['templates']}>
            <legend>Begin with</legend>
            <TemplateChoice name="Blank page" explains="Nothing but a title." checked={template === null} onPick={() => setTemplate(null)} />
            {templates.isFetching && !templates.data && <Skeleton height={48} />}
            {(templates.data ?? []).map((each) => (
              <TemplateChoice
                key={each.id}
                name={each.name}
                explains={each.description || (each.spaceId ? 'Template of this space' : 'Template of the site')}
                checked={template?.id === each.id}
                onPick={() => {
                  setTemplate(each);
                  setValues({});
                }}
              />
            ))}
          </fieldset>
          {variables.map((name) => (
            <TextField key={name} label={name} value={values[name] ?? ''} onChange={(event) => setValues({ ...values, [name]: event.currentTarget.value })} />
          ))}
        </>
      )}
    </FormDialog>
  );
}

function TemplateChoice({ name, explains, checked, onPick }: { name: string; explains: string; checked: boolean; onPick: () => void }): ReactElement {
  return (
    <label className={css['template']}>
      <input type="radio" name="template" data-autofocus={checked || undefined} checked={checked} onChange={onPick} />
      <Icon name="page" />
      <span>
        <b>{name}</b>
        <small>{explains}</small>
      </span>
    </label>
  );
}
