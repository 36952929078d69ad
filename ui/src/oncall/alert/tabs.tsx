import { useQuery } from '@tanstack/react-query';
import { useLayoutEffect, useRef, useState, type ReactElement } from 'react';
import { api, siteUrl } from '../../api';
import { Button, EmptyState, ErrorState, Icon, RelativeTime, SkeletonRows, TextAreaField, type IconName } from '../../kit';
import { LinkedText } from '../../shell';
import { actOnAlert, useChange } from '../act';
import { Badge, CopyBox, Who } from '../parts/marks';
import { alertDeliveriesQuery, segment } from '../queries';
import { keys } from '../stale';
import type { AlertView, LogEntry } from '../wire';
import css from './Alert.module.css';
import { methodWord, sizeText, stateLook, toldPeople } from './model';

const stale = [keys.alerts, keys.anyAlert];

/** Text as it came, with its addresses made links that say what they lead to. */
export function Text({ children }: { children: string }): ReactElement {
  return (
    <p className={css['text']}>
      <LinkedText>{children}</LinkedText>
    </p>
  );
}

function Description({ view }: { view: AlertView }): ReactElement {
  const { id, description } = view.alert;
  const [draft, setDraft] = useState<string | null>(null);
  const save = useChange((text: string) => actOnAlert(id, 'description', { description: text }, 'PUT'), { stale, onDone: () => setDraft(null) });
  if (draft !== null) {
    return (
      <form
        className={css['form']}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate(draft);
        }}
      >
        <TextAreaField label="Description" rows={6} autoFocus value={draft} onChange={(event) => setDraft(event.currentTarget.value)} onKeyDown={(event) => event.key === 'Escape' && setDraft(null)} />
        <div className={css['buttons']}>
          <Button type="submit" size="s" variant="primary" busy={save.isPending} disabled={draft.trim() === ''}>
            Save
          </Button>
          <Button size="s" variant="subtle" onClick={() => setDraft(null)}>
            Cancel
          </Button>
        </div>
      </form>
    );
  }
  return (
    <section className={css['part']}>
      <div className={css['partHead']}>
        <h2>Description</h2>
        <Button size="s" variant="subtle" icon="edit" onClick={() => setDraft(description)}>
          Edit
        </Button>
      </div>
      {description ? <Text>{description}</Text> : <p className={css['none']}>None was sent.</p>}
    </section>
  );
}

function Files({ view }: { view: AlertView }): ReactElement {
  const { id } = view.alert;
  const upload = useChange((files: readonly File[]) => Promise.all(files.map((file) => api.upload(`/v2/alerts/${segment(id)}/attachments`, [file]))), { stale: [keys.anyAlert], done: 'File added' });
  const remove = useChange((file: number) => api.delete(`/v2/alerts/${segment(id)}/attachments/${file}`), { stale: [keys.anyAlert], done: 'File removed' });
  return (
    <section className={css['part']}>
      <div className={css['partHead']}>
        <h2>Files</h2>
        <label className={css['upload']}>
          <input
            type="file"
            multiple
            className="visually-hidden"
            onChange={(event) => {
              const files = [...(event.currentTarget.files ?? [])];
              event.currentTarget.value = '';
              if (files.length > 0) upload.mutate(files);
            }}
          />
          <Icon name="attach" /> {upload.isPending ? 'Uploading…' : 'Add files'}
        </label>
      </div>
      {view.attachments.length === 0 ? (
        <p className={css['none']}>None.</p>
      ) : (
        <ul>
          {view.attachments.map((file) => (
            <li key={file.id} className={css['file']}>
              <Icon name="file" />
              <a href={siteUrl(`/v2/alerts/${segment(id)}/attachments/${file.id}/content`)} download={file.name}>
                {file.name}
              </a>
              <span className={css['fine']}>
                {sizeText(file.size)}, <RelativeTime at={file.createdAt} />
              </span>
              <Button size="s" variant="subtle" icon="trash" aria-label={`Remove ${file.name}`} onClick={() => remove.mutate(file.id)} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

export function DetailsTab({ view, onEditDetails }: { view: AlertView; onEditDetails: () => void }): ReactElement {
  const details = Object.entries(view.alert.details);
  return (
    <>
      <Description view={view} />
      <section className={css['part']}>
        <div className={css['partHead']}>
          <h2>Details</h2>
          <Button size="s" variant="subtle" icon="edit" onClick={onEditDetails}>
            Edit
          </Button>
        </div>
        {details.length === 0 ? (
          <p className={css['none']}>None were sent.</p>
        ) : (
          <dl className={css['details']}>
            {details.map(([key, value]) => (
              <div key={key}>
                <dt>{key}</dt>
                <dd>
                  <Text>{value}</Text>
                </dd>
              </div>
            ))}
          </dl>
        )}
      </section>
      <Files view={view} />
    </>
  );
}

export function RespondersTab({ view }: { view: AlertView }): ReactElement {
  const deliveries = useQuery(alertDeliveriesQuery(view.alert.id));
  if (deliveries.isPending) return <SkeletonRows rows={4} height={48} />;
  if (deliveries.isError) return <ErrorState what="load the delivery log" error={deliveries.error} onRetry={() => void deliveries.refetch()} />;
  const people = toldPeople(view.recipients, deliveries.data);
  if (people.length === 0) {
    return (
      <EmptyState icon="members" title="Nobody was told yet">
        Routing and escalation decide who is told and when; what is sent, held back or fails appears here.
      </EmptyState>
    );
  }
  return (
    <ul className={css['people']}>
      {people.map((person) => (
        <li key={person.id} className={css['person']}>
          <div className={css['personHead']}>
            <Who word={person.username} size={24} />
            <Badge tone={stateLook(person.best).tone}>{stateLook(person.best).words}</Badge>
          </div>
          <ul>
            {person.methods.map((method, i) => (
              <li key={`${method.method}-${i}`} className={css['method']}>
                <span className={css['methodName']}>
                  {methodWord(method.method)} {method.to && method.method !== 'mobile' && <span className={css['fine']}>{method.to}</span>}
                </span>
                <Badge tone={stateLook(method.state).tone}>{stateLook(method.state).words}</Badge>
                <span className={css['fine']}>
                  <RelativeTime at={method.updatedAt} />
                </span>
                {(method.reason || method.why) && (
                  <p className={css['why']}>
                    {method.reason ? `${method.reason}${method.tries && method.tries > 1 ? ` (${method.tries} tries)` : ''}. ` : ''}
                    {method.why && <span className={css['fine']}>Told {method.why}</span>}
                  </p>
                )}
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}

const logIcons: Readonly<Record<string, IconName>> = { system: 'server', notification: 'bell', alertRecipient: 'user', alert: 'edit', user: 'user' };

export function LogTab({ entries }: { entries: readonly LogEntry[] }): ReactElement {
  return (
    <ol className={css['log']}>
      {entries.map((entry) => (
        <li key={entry.offset}>
          <span className={css['logMark']}>
            <Icon name={logIcons[entry.type ?? ''] ?? 'info'} size={12} />
          </span>
          <div className={css['logText']}>
            <LinkedText>{entry.log ?? ''}</LinkedText>
            <span className={css['fine']}>
              {entry.owner} · <RelativeTime at={entry.createdAt} />
            </span>
          </div>
        </li>
      ))}
    </ol>
  );
}

/** `writing`: somebody asked to write a note; `onWriting` says that they can. */
export function NotesTab({ view, writing, onWriting }: { view: AlertView; writing: boolean; onWriting: () => void }): ReactElement {
  const input = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    if (!writing) return;
    input.current?.focus();
    onWriting();
  }, [writing, onWriting]);
  const [note, setNote] = useState('');
  const add = useChange((text: string) => actOnAlert(view.alert.id, 'notes', { note: text }), { stale: [keys.anyAlert], onDone: () => setNote('') });
  const submit = () => note.trim() !== '' && add.mutate(note.trim());
  return (
    <>
      <form
        className={css['form']}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <TextAreaField
          ref={input}
          data-takes-keys=""
          label="Add a note"
          rows={2}
          value={note}
          placeholder="What you saw or did"
          onChange={(event) => setNote(event.currentTarget.value)}
          onKeyDown={(event) => (event.metaKey || event.ctrlKey) && event.key === 'Enter' && submit()}
        />
        <div className={css['buttons']}>
          <Button type="submit" size="s" variant="primary" busy={add.isPending} disabled={note.trim() === ''}>
            Add
          </Button>
        </div>
      </form>
      {view.notes.length === 0 ? (
        <p className={css['none']}>No notes yet. What is written here is told to who watches the alert.</p>
      ) : (
        <ul className={css['notes']}>
          {view.notes.map((entry) => (
            <li key={entry.offset}>
              <div className={css['noteHead']}>
                <Who word={entry.owner} />
                <span className={css['fine']}>
                  <RelativeTime at={entry.createdAt} />
                </span>
              </div>
              <Text>{entry.note ?? ''}</Text>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

export function PayloadTab({ payload }: { payload: unknown }): ReactElement {
  if (payload === null || payload === undefined) {
    return (
      <EmptyState icon="file" title="No raw payload">
        What an integration received is kept here. This alert was made through the API or by hand.
      </EmptyState>
    );
  }
  return <CopyBox block what="the payload" text={typeof payload === 'string' ? payload : JSON.stringify(payload, null, 2)} />;
}
