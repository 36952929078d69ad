import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { api, ApiError, readLocal, writeLocal } from '../../api';
import { Button, Checkbox, ErrorState, Menu, SelectField, Skeleton, TextAreaField, TextField, toast, useTheme } from '../../kit';
import { useCommands } from '../../shell';
import { ConfirmDialog } from '../parts/ConfirmDialog';
import { ImpactTag } from '../parts/Mark';
import { PreviewFrame } from '../parts/PreviewFrame';
import type { Scheme } from '../parts/scheme';
import { Segments } from '../parts/Segments';
import { useSettled } from '../parts/useSettled';
import { componentsQuery, manage, previewQuery, templatesQuery } from '../queries';
import { count, fromLocalInput, impactWords, inZone, recipientWords, toLocalInput } from '../say';
import { keys } from '../stale';
import { realtime, type ComponentStatus, type Impact, type Incident, type IncidentStatus, type StatusPage, type Template } from '../wire';
import { ComponentChoice } from './ComponentChoice';
import css from './Incidents.module.css';
import { changesOf, emptyDraft, flat, nextStatuses, previewOf, problemsOf, question, sentOf, statusOptions, updateDraft, withStatus, withTemplate, type Draft, type Kind } from './model';
import { Leads } from './Leads';
import { Schedule } from './Schedule';

export interface ComposerProps {
  page: StatusPage;
  kind: Kind;
  /** Set for a further update of this incident. */
  incident?: Incident;
  /** A template to begin with. */
  template?: Template | undefined;
  onDone: (incident: Incident) => void;
  onCancel: () => void;
}

const impacts: readonly Impact[] = ['none', 'minor', 'major', 'critical'];

/** Where something is written that goes out to people: what it says, how it will look, who is told. */
export function Composer({ page, kind, incident, template, onDone, onCancel }: ComposerProps): ReactElement {
  const queries = useQueryClient();
  const theme = useTheme();
  const isNew = incident === undefined;
  const place = `status.draft.${page.id}.${incident?.id ?? kind}`;
  const begin: ComponentStatus = kind === 'maintenance' ? 'under_maintenance' : 'degraded_performance';
  const [draft, setDraft] = useState<Draft>(() => {
    const fresh = incident ? updateDraft(incident, Date.now()) : emptyDraft(kind, Date.now());
    // What was being written here is still here, unless the incident moved on meanwhile.
    const kept = template ? null : readLocal<{ draft: Draft; of: string } | null>(place, null);
    const found = kept !== null && kept.of === (incident?.status ?? '') ? { ...fresh, ...kept.draft } : fresh;
    return template ? withTemplate(found, template, kind, begin) : found;
  });
  // When it was first tried to send it; from then on what is missing is said.
  const [tried, setTried] = useState<number | null>(null);
  const [asking, setAsking] = useState(false);
  const [scheme, setScheme] = useState<Scheme>(theme.resolved);
  const [view, setView] = useState<'page' | 'mail'>('page');
  const components = useQuery(componentsQuery(page.id));
  const templates = useQuery(templatesQuery(page.id));
  const settled = useSettled(draft, 250);
  const preview = useQuery(previewQuery(page.id, previewOf(settled, kind, incident?.id ?? '')));
  const problems = tried === null ? {} : problemsOf(draft, kind, isNew, tried);
  const all = components.data?.components ?? [];
  const change = (part: Partial<Draft>) => {
    const next = { ...draft, ...part };
    setDraft(next);
    writeLocal(place, { draft: next, of: incident?.status ?? '' });
  };
  const send = useMutation({
    meta: { quiet: true },
    mutationFn: () => {
      const body = sentOf(draft, kind, isNew);
      return isNew ? api.post<Incident>(`${manage(page.id)}/incidents`, body) : api.patch<Incident>(`${manage(page.id)}/incidents/${incident.id}`, body);
    },
    onSuccess: async (made) => {
      writeLocal(place, undefined);
      queries.setQueryData([...keys.incident(made.id), page.id], made);
      await Promise.all([keys.incidents, keys.pages, keys.components, keys.told].map((queryKey) => queries.invalidateQueries({ queryKey })));
      toast({ title: isNew ? (kind === 'maintenance' ? 'Maintenance scheduled' : kind === 'past' ? 'Incident written down' : 'Incident opened') : 'Update published', tone: 'success' });
      onDone(made);
    },
  });
  const fields = send.error instanceof ApiError ? send.error.fields : {};
  const ask = () => {
    const now = Date.now();
    setTried(now);
    if (Object.keys(problemsOf(draft, kind, isNew, now)).length > 0) return;
    send.reset();
    setAsking(true);
  };
  useCommands([{ id: 'status-publish', label: isNew ? 'Publish it' : 'Publish the update', keys: 'mod+enter', icon: 'megaphone', group: 'Status page', run: ask }]);
  const recipients = preview.data?.recipients ?? { email: 0, webhook: 0, total: 0 };
  const last = question(draft, kind, isNew, recipients);
  const changes = changesOf(draft, kind, all);
  const planned = kind === 'maintenance';
  const statuses: readonly IncidentStatus[] = incident ? nextStatuses(incident) : planned ? ['scheduled', 'in_progress'] : realtime;
  const nameOf = Object.fromEntries(flat(all).map((one) => [one.id, one.name]));
  return (
    <div className={css['composer']}>
      <form
        className={css['form']}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          ask();
        }}
      >
        {(templates.data?.length ?? 0) > 0 && (
          <div className={css['fromTemplate']}>
            <Menu
              position="bottom-start"
              width={300}
              trigger={
                <Button size="s" icon="bookmark" iconEnd="chevronDown">
                  Use a template
                </Button>
              }
              items={(templates.data ?? []).map((one) => ({ label: one.name, onSelect: () => change(withTemplate(draft, one, kind, begin)) }))}
            />
          </div>
        )}
        {isNew && (
          <TextField
            label="Name"
            required
            data-autofocus
            autoFocus
            value={draft.name}
            maxLength={255}
            error={problems.name ?? fields['name']}
            placeholder={planned ? 'Database upgrade' : 'Sign-in fails for some people'}
            onChange={(event) => change({ name: event.currentTarget.value })}
          />
        )}
        {kind !== 'past' && (!planned || !isNew) && (
          <Segments
            label="State"
            value={draft.status}
            onChange={(status) => change(withStatus(draft, status, Object.fromEntries((incident?.components ?? []).map((one) => [one.id, one.status]))))}
            options={statusOptions(statuses)}
          />
        )}
        <TextAreaField
          label="Message"
          required
          rows={6}
          value={draft.body}
          error={problems.body ?? fields['body']}
          hint="Markdown: **strong**, *soft*, [words](https://…), lists."
          placeholder={planned ? 'What will be done, and what readers will notice' : 'What readers notice, what is being done, when you will write again'}
          {...(isNew ? {} : { autoFocus: true })}
          onChange={(event) => change({ body: event.currentTarget.value })}
        />
        <Leads text={settled.body} />
        {planned && isNew && <Schedule draft={draft} problems={{ ...problems, ...(fields['scheduled_until'] ? { until: fields['scheduled_until'] } : {}) }} zone={page.settings.timeZone} onChange={change} />}
        {kind === 'past' && (
          <TextField
            label="When it was"
            required
            type="datetime-local"
            value={toLocalInput(draft.backfill)}
            error={problems.backfill ?? fields['backfill_date']}
            hint={draft.backfill === '' ? undefined : `${inZone(draft.backfill, page.settings.timeZone)} (${page.settings.timeZone ?? 'UTC'}) on the page. It counts as resolved, and nobody is told.`}
            onChange={(event) => change({ backfill: fromLocalInput(event.currentTarget.value) ?? '' })}
          />
        )}
        {components.isError ? (
          <ErrorState compact what="load the components" error={components.error} onRetry={() => void components.refetch()} />
        ) : (
          <ComponentChoice components={all} chosen={draft.components} begin={begin} withoutStatus={kind === 'past' || (planned && draft.status === 'scheduled')} onChange={(next) => change({ components: next })} />
        )}
        {!planned && (
          <SelectField
            label="Impact"
            value={draft.impact}
            onChange={(impact) => change({ impact: impact as Impact | '' })}
            hint={draft.impact === '' && kind !== 'past' && preview.data ? <>Computed from the components’ states: {impactWords[preview.data.impact].toLowerCase()}.</> : undefined}
            options={[{ value: '', label: 'Computed' }, ...impacts.map((value) => ({ value, label: impactWords[value] }))]}
          />
        )}
        {kind !== 'past' && (
          <div className={css['notify']}>
            <Checkbox label="Tell subscribers" checked={draft.notify} onChange={(event) => change({ notify: event.currentTarget.checked })} />
            <span className={css['quiet']} aria-live="polite">
              {preview.data ? `${recipientWords(recipients)[0]?.toUpperCase()}${recipientWords(recipients).slice(1)} would be told now.` : preview.isError ? '' : <Skeleton width={160} />}
            </span>
          </div>
        )}
        <div className={css['send']}>
          <Button type="submit" variant="primary" icon="megaphone">
            {isNew ? (planned ? 'Schedule…' : kind === 'past' ? 'Write down…' : 'Open incident…') : 'Publish update…'}
          </Button>
          <Button
            variant="subtle"
            onClick={() => {
              writeLocal(place, undefined);
              onCancel();
            }}
          >
            Discard
          </Button>
        </div>
      </form>
      <section className={css['preview']} aria-label="Preview">
        <div className={css['previewHead']}>
          <h2>Preview</h2>
          {preview.data && <ImpactTag impact={preview.data.impact} />}
          <span className={css['spring']} />
          <Segments quiet label="What to preview" value={view} onChange={setView} options={[{ value: 'page', label: 'Page' }, { value: 'mail', label: 'Mail' }]} />
          {view === 'page' && <Segments quiet label="Theme of the preview" value={scheme} onChange={setScheme} options={[{ value: 'light', label: 'Light' }, { value: 'dark', label: 'Dark' }]} />}
        </div>
        {preview.isError ? (
          <ErrorState compact what="show a preview" error={preview.error} onRetry={() => void preview.refetch()} />
        ) : preview.data ? (
          view === 'page' ? (
            <PreviewFrame title="The update on the public page" html={preview.data.html} styles={preview.data.styles ?? []} scheme={scheme} />
          ) : (
            <div className={css['mail']}>
              <strong>{preview.data.subject}</strong>
              <pre tabIndex={0}>{preview.data.text}</pre>
            </div>
          )
        ) : (
          <Skeleton height={160} />
        )}
      </section>
      {asking && (
        <ConfirmDialog
          title={last.title}
          act={last.act}
          what="publish it"
          busy={send.isPending}
          error={send.error}
          onConfirm={() => send.mutate()}
          onClose={() => {
            if (!send.isPending) setAsking(false);
          }}
        >
          <dl className={css['facts']}>
            <div>
              <dt>Goes out</dt>
              <dd>{draft.notify && kind !== 'past' && recipients.total > 0 ? (preview.data?.subject ?? draft.name) : 'On the page and in its feeds only.'}</dd>
            </div>
            {planned && isNew && (
              <div>
                <dt>When</dt>
                <dd>
                  {inZone(draft.from, page.settings.timeZone)} – {inZone(draft.until, page.settings.timeZone)} ({page.settings.timeZone ?? 'UTC'})
                </dd>
              </div>
            )}
            <div>
              <dt>Components</dt>
              <dd>
                {changes.length > 0 ? (
                  <ul>
                    {changes.map((line) => (
                      <li key={line}>{line}</li>
                    ))}
                  </ul>
                ) : Object.keys(draft.components).length > 0 ? (
                  `${count(Object.keys(draft.components).length, 'component')} concerned, none changes now: ${Object.keys(draft.components)
                    .map((id) => nameOf[id] ?? '')
                    .filter(Boolean)
                    .join(', ')}`
                ) : (
                  'None concerned.'
                )}
              </dd>
            </div>
          </dl>
        </ConfirmDialog>
      )}
    </div>
  );
}
