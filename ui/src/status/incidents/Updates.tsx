import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { api, ApiError } from '../../api';
import { Button, ErrorState, Icon, IconButton, RelativeTime, TextAreaField, TextField, toast } from '../../kit';
import { LinkedText } from '../../shell';
import { StatusDot } from '../parts/Mark';
import { manage } from '../queries';
import { fromLocalInput, incidentWords, inZone, statusWords, toLocalInput } from '../say';
import { keys } from '../stale';
import type { Incident, IncidentUpdate, StatusPage } from '../wire';
import css from './Incidents.module.css';

/** What was said, newest first. Words and time of each can be put right; who was told stays told. */
export function Updates({ page, incident }: { page: StatusPage; incident: Incident }): ReactElement {
  const [editing, setEditing] = useState<string | null>(null);
  return (
    <section aria-label="Updates" className={css['updates']}>
      <h2 className="visually-hidden">Updates</h2>
      <ol>
        {incident.incident_updates.map((update) => (
          <li key={update.id} className={css['update']} data-status={update.status}>
            <span className={css['bead']} aria-hidden="true" />
            {editing === update.id ? (
              <EditUpdate page={page} incident={incident} update={update} onClose={() => setEditing(null)} />
            ) : (
              <article>
                <header className={css['updateHead']}>
                  <h3>{incidentWords[update.status]}</h3>
                  <span className={css['quiet']}>
                    <RelativeTime at={update.display_at} /> · {inZone(update.display_at, page.settings.timeZone)}
                  </span>
                  <span className={css['spring']} />
                  {update.deliver_notifications && (
                    <span className={css['told']}>
                      <Icon name="bell" size={12} /> subscribers told
                    </span>
                  )}
                  <IconButton icon="edit" size="s" label={`Edit the update “${incidentWords[update.status]}”`} onClick={() => setEditing(update.id)} />
                </header>
                <p className={css['body']}>
                  <LinkedText>{update.body}</LinkedText>
                </p>
                <Changes update={update} />
              </article>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Changes({ update }: { update: IncidentUpdate }): ReactElement | null {
  const changed = (update.affected_components ?? []).filter((one) => one.old_status !== one.new_status);
  if (changed.length === 0) return null;
  return (
    <ul className={css['changes']} aria-label="Components that changed">
      {changed.map((one) => (
        <li key={one.code}>
          <StatusDot status={one.new_status} size={12} /> {one.name}: {statusWords[one.old_status]} → {statusWords[one.new_status]}
        </li>
      ))}
    </ul>
  );
}

function EditUpdate({ page, incident, update, onClose }: { page: StatusPage; incident: Incident; update: IncidentUpdate; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const [body, setBody] = useState(update.body);
  const [at, setAt] = useState(toLocalInput(update.display_at));
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: () => {
      const display = fromLocalInput(at);
      // The input knows minutes; an untouched time keeps its seconds.
      const moved = at !== toLocalInput(update.display_at) && display !== undefined ? { display_at: display } : {};
      return api.patch<IncidentUpdate>(`${manage(page.id)}/incidents/${incident.id}/incident_updates/${update.id}`, { incident_update: { body: body.trim(), ...moved } });
    },
    onSuccess: async () => {
      await Promise.all([keys.incident(incident.id), keys.incidents].map((queryKey) => queries.invalidateQueries({ queryKey })));
      toast({ title: 'Update corrected', detail: 'Nobody is told again.', tone: 'success' });
      onClose();
    },
  });
  const fields = save.error instanceof ApiError ? save.error.fields : {};
  return (
    <form
      className={css['editUpdate']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (body.trim() !== '') save.mutate();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onClose();
      }}
    >
      <TextAreaField label="Message" rows={4} autoFocus value={body} error={body.trim() === '' ? 'Write what readers should know.' : fields['body']} onChange={(event) => setBody(event.currentTarget.value)} />
      <TextField label="Time" type="datetime-local" value={at} error={fields['display_at']} onChange={(event) => setAt(event.currentTarget.value)} />
      {save.error && Object.keys(fields).length === 0 && <ErrorState compact what="save the update" error={save.error} />}
      <div className={css['send']}>
        <Button type="submit" variant="primary" busy={save.isPending}>
          Save
        </Button>
        <Button variant="subtle" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
