import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useRef, useState, type ReactElement } from 'react';
import { api, ApiError, useLocal, type FieldMeta, type Transition } from '../../api';
import { Button, Checkbox, Dialog, EmptyState, ErrorState, IssueTypeIcon, Picker, Skeleton, TextField, toast } from '../../kit';
import { useSignedIn, type CreateProps } from '../../shell';
import { ProjectTile } from '../parts/ProjectTile';
import { useRecentProjects } from '../recent';
import { projectsQuery } from '../queries';
import css from './Create.module.css';
import { DescriptionField } from './DescriptionField';
import { emptyDraft, hasContent, issueBody, loadDraft, saveDraft, type Draft } from './draft';
import { kindOf } from '../issue/model';
import { MetaField, ownFields, usualFields } from './MetaField';
import { createFieldsQuery, createTypesQuery } from './queries';
import { keys } from '../stale';

/** The project of the page one looks at. */
function useProjectInSight(): string {
  const path = useRouterState({ select: (state) => state.location.pathname });
  return /\/projects\/([A-Z][A-Z0-9_]*)/.exec(path)?.[1] ?? /\/browse\/([A-Z][A-Z0-9_]*)-\d+/.exec(path)?.[1] ?? '';
}

async function bringTo(key: string, status: string): Promise<void> {
  const path = `/rest/api/3/issue/${key}/transitions`;
  const { transitions } = await api.get<{ transitions: Transition[] }>(path);
  const found = transitions.find((transition) => transition.to.id === status);
  if (found) await api.post(path, { transition: { id: found.id } });
}

/** Writes down a new issue. What is typed is kept until it is created, whatever happens. */
export function CreateDialog({ preset, onClose }: CreateProps): ReactElement {
  // `status` is where the new issue should stand, if the workflow leads there.
  const { project, status, parent } = preset;
  const { account } = useSignedIn();
  const inSight = useProjectInSight();
  const recent = useRecentProjects()[0]?.key ?? '';
  const [draft, setDraft] = useState<Draft>(() => {
    const kept = loadDraft(account.accountId);
    return { ...kept, project: project ?? (hasContent(kept) && kept.project ? kept.project : inSight || kept.project || recent) };
  });
  const [another, setAnother] = useLocal('create-another', false);
  const [round, setRound] = useState(0);
  const [restored] = useState(() => hasContent(draft));
  const summary = useRef<HTMLInputElement>(null);
  const projects = useQuery(projectsQuery());
  const projectKey = draft.project || (projects.data?.values[0]?.key ?? '');
  const types = useQuery(createTypesQuery(projectKey));
  const usable = types.data?.filter((type) => !type.subtask || parent) ?? [];
  const type = usable.find((each) => each.id === draft.type) ?? usable.find((each) => /^task$/i.test(each.name)) ?? usable[0];
  const complete: Draft = { ...draft, project: projectKey, type: type?.id ?? '' };

  const change = (part: Partial<Draft>) => {
    setDraft((before) => {
      const next = { ...before, ...part };
      saveDraft(account.accountId, next);
      return next;
    });
  };
  const create = useCreate(complete, { status, parent }, () => {
    const kept: Draft = { ...emptyDraft, project: projectKey, type: complete.type };
    saveDraft(account.accountId, kept);
    if (!another) return onClose();
    setDraft(kept);
    setRound(round + 1);
    summary.current?.focus();
  });
  const refused = create.error instanceof ApiError ? create.error.fields : {};
  const ready = draft.summary.trim() !== '' && complete.type !== '';

  if (projects.data?.values.length === 0) {
    return (
      <Dialog title="Create issue" onClose={onClose}>
        <EmptyState icon="projects" title="There is no project yet">
          Issues live in projects. Make one first, under Projects.
        </EmptyState>
      </Dialog>
    );
  }
  return (
    <Dialog
      title="Create issue"
      onClose={onClose}
      sticky={hasContent(draft)}
      width={680}
      onSubmit={() => ready && create.mutate()}
      footerStart={<Checkbox label="Create another" checked={another} onChange={(e) => setAnother(e.currentTarget.checked)} />}
      footer={
        <>
          {hasContent(draft) && (
            <Button
              variant="subtle"
              onClick={() => {
                change({ ...emptyDraft, project: projectKey, type: complete.type });
                setRound(round + 1);
              }}
            >
              Discard draft
            </Button>
          )}
          <Button type="submit" variant="primary" disabled={!ready} busy={create.isPending}>
            Create
          </Button>
        </>
      }
    >
      <div
        className={css['form']}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && ready && !create.isPending) {
            event.preventDefault();
            create.mutate();
          }
        }}
      >
        <div className={css['where']}>
          <Picker
            placeholder="Project"
            options={(projects.data?.values ?? []).map((each) => ({ value: each.key, label: each.name, note: each.key, mark: <ProjectTile projectKey={each.key} /> }))}
            selected={[projectKey]}
            onPick={(key) => change({ project: key, type: '', fields: {} })}
            trigger={({ open, opened }) => (
              <Button size="s" iconEnd="chevronDown" aria-expanded={opened} onClick={open}>
                <span className={css['pillText']}>
                  <span className="visually-hidden">Project: </span>
                  {projectKey !== '' && <ProjectTile projectKey={projectKey} />}
                  {projects.data?.values.find((each) => each.key === projectKey)?.name ?? projectKey}
                </span>
              </Button>
            )}
          />
          <Picker
            placeholder="Type"
            width={220}
            options={usable.map((each) => ({ value: each.id, label: each.name, mark: <IssueTypeIcon name={each.name} /> }))}
            selected={type ? [type.id] : []}
            onPick={(id) => change({ type: id })}
            trigger={({ open, opened }) => (
              <Button size="s" iconEnd="chevronDown" aria-expanded={opened} onClick={open}>
                <span className={css['pillText']}>
                  <span className="visually-hidden">Type: </span>
                  {type && <IssueTypeIcon name={type.name} />}
                  {type?.name ?? 'Type'}
                </span>
              </Button>
            )}
          />
          {restored && round === 0 && hasContent(draft) && <span className={css['kept']}>Your draft was kept.</span>}
        </div>
        <TextField
          ref={summary}
          label="Summary"
          required
          data-autofocus
          maxLength={255}
          className={css['summary'] ?? ''}
          value={draft.summary}
          error={refused['summary']}
          onChange={(event) => change({ summary: event.currentTarget.value })}
        />
        <DescriptionField key={round} value={draft.description} onChange={(description) => change({ description })} />
        {types.isError && <ErrorState compact what="load the types of this project" error={types.error} onRetry={() => void types.refetch()} />}
        <MetaFields draft={complete} refused={refused} onField={(id, value) => change({ fields: { ...draft.fields, [id]: value } })} />
        {create.error && <CreateError error={create.error} placed={Object.keys(refused)} />}
      </div>
    </Dialog>
  );
}

function CreateError({ error, placed }: { error: Error; placed: readonly string[] }): ReactElement | null {
  if (placed.length > 0 && placed.every((field) => field === 'summary')) return null;
  return <ErrorState compact what="create the issue. Your draft is kept" error={error} />;
}

interface MetaFieldsProps {
  draft: Draft;
  refused: Readonly<Record<string, string>>;
  onField: (id: string, value: unknown) => void;
}

/** Required fields, the usual ones, and the rest behind one line. */
function MetaFields({ draft, refused, onField }: MetaFieldsProps): ReactElement | null {
  const [all, setAll] = useState(false);
  const meta = useQuery(createFieldsQuery(draft.project, draft.type));
  if (meta.isLoading) return <Skeleton height={36} />;
  if (meta.isError) return <ErrorState compact what="load the fields" error={meta.error} onRetry={() => void meta.refetch()} />;
  const fields = (meta.data ?? []).filter((field) => !ownFields.has(field.fieldId));
  const first = fields.filter((field) => field.required || usualFields.includes(field.fieldId));
  const rest = fields.filter((field) => !first.includes(field));
  const position = (id: string) => (usualFields.includes(id) ? usualFields.indexOf(id) : -1);
  // Texts take the whole width, so they come last.
  const texts = (field: FieldMeta) => Number(kindOf(field) === 'rich');
  const shown = [...first.sort((a, b) => position(a.fieldId) - position(b.fieldId)), ...(all ? rest : [])].sort((a, b) => texts(a) - texts(b));
  return (
    <>
      <div className={css['fields']}>
        {shown.map((field) => (
          <MetaField
            key={field.fieldId}
            meta={field}
            project={draft.project}
            value={draft.fields[field.fieldId]}
            error={refused[field.fieldId]}
            onChange={(value) => onField(field.fieldId, value)}
          />
        ))}
      </div>
      {rest.length > 0 && !all && (
        <Button variant="subtle" size="s" className={css['moreFields']} icon="plus" onClick={() => setAll(true)}>
          {rest.length} more {rest.length === 1 ? 'field' : 'fields'}
        </Button>
      )}
    </>
  );
}

function useCreate(draft: Draft, wish: { status: string | undefined; parent: string | undefined }, done: () => void) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    meta: { quiet: true },
    mutationFn: async () => {
      const body = issueBody(draft);
      if (wish.parent) body.fields['parent'] = { key: wish.parent };
      const issue = await api.post<{ id: string; key: string }>('/rest/api/3/issue', body);
      // The issue exists now: that it did not reach its column must not look like a failure.
      if (wish.status) await bringTo(issue.key, wish.status).catch(() => undefined);
      return issue;
    },
    onSuccess: (issue) => {
      void queries.invalidateQueries({ queryKey: keys.issues });
      void queries.invalidateQueries({ queryKey: keys.board(draft.project) });
      toast({
        title: `${issue.key} created`,
        detail: draft.summary,
        tone: 'success',
        action: { label: 'Open', run: () => void navigate({ to: '/browse/$key', params: { key: issue.key } }) },
      });
      done();
    },
  });
}
