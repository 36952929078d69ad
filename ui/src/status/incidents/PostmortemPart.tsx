import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Button, Checkbox, ErrorState, RelativeTime, TextAreaField, toast } from '../../kit';
import { ConfirmDialog } from '../parts/ConfirmDialog';
import { manage, postmortemQuery } from '../queries';
import { keys } from '../stale';
import type { Incident, Postmortem, StatusPage } from '../wire';
import css from './Incidents.module.css';
import { isOver } from './model';

/** What was learned. A draft until it is published; then everybody reads it. */
export function PostmortemPart({ page, incident }: { page: StatusPage; incident: Incident }): ReactElement | null {
  const queries = useQueryClient();
  const post = useQuery(postmortemQuery(page.id, incident.id));
  const [text, setText] = useState<string | null>(null);
  const [notify, setNotify] = useState(true);
  const [asking, setAsking] = useState<'publish' | 'delete' | null>(null);
  const address = `${manage(page.id)}/incidents/${incident.id}/postmortem`;
  const act = useMutation({
    meta: { quiet: true },
    mutationFn: async (what: 'save' | 'publish' | 'revert' | 'delete') => {
      if (what === 'delete') return api.delete(address);
      if (what === 'revert') return api.put(`${address}/revert`, {});
      if (text !== null) await api.put<Postmortem>(address, { postmortem: { body_draft: text } });
      if (what === 'publish') await api.put(`${address}/publish`, { postmortem: { notify_subscribers: notify } });
      return undefined;
    },
    onSuccess: async (_answer, what) => {
      await Promise.all([keys.incident(incident.id), keys.incidents].map((queryKey) => queries.invalidateQueries({ queryKey })));
      setText(null);
      setAsking(null);
      toast({ title: { save: 'Draft saved', publish: 'Postmortem published', revert: 'Postmortem withdrawn', delete: 'Postmortem deleted' }[what], tone: 'success' });
    },
  });
  if (!isOver(incident.status) || post.isPending) return null;
  if (post.isError) return <ErrorState compact what="load the postmortem" error={post.error} onRetry={() => void post.refetch()} />;
  const published = post.data?.published_at ?? null;
  const known = post.data?.body_draft ?? post.data?.body ?? '';
  return (
    <section className={css['postmortem']}>
      <h2>Postmortem</h2>
      {text === null ? (
        known === '' ? (
          <>
            <p className={css['quiet']}>Say what happened, why, and what you changed so that it does not happen again.</p>
            <Button icon="edit" onClick={() => setText('')}>
              Write a postmortem
            </Button>
          </>
        ) : (
          <>
            <p className={css['quiet']}>
              {published ? (
                <>
                  Published <RelativeTime at={published} />
                </>
              ) : (
                'A draft: nobody outside sees it.'
              )}
            </p>
            <p className={css['body']}>{known}</p>
            <div className={css['send']}>
              <Button icon="edit" onClick={() => setText(known)}>
                Edit
              </Button>
              {!published && (
                <Button variant="primary" icon="megaphone" onClick={() => setAsking('publish')}>
                  Publish…
                </Button>
              )}
              {published && (
                <Button variant="subtle" busy={act.isPending} onClick={() => act.mutate('revert')}>
                  Withdraw
                </Button>
              )}
              <Button variant="subtle" icon="trash" onClick={() => setAsking('delete')}>
                Delete…
              </Button>
            </div>
          </>
        )
      ) : (
        <>
          <TextAreaField label="What was learned" rows={12} autoFocus value={text} hint="Markdown" onChange={(event) => setText(event.currentTarget.value)} />
          <div className={css['send']}>
            <Button variant="primary" disabled={text.trim() === ''} busy={act.isPending} onClick={() => act.mutate('save')}>
              {published ? 'Save as a draft' : 'Save draft'}
            </Button>
            <Button icon="megaphone" disabled={text.trim() === ''} onClick={() => setAsking('publish')}>
              Publish…
            </Button>
            <Button variant="subtle" onClick={() => setText(null)}>
              Cancel
            </Button>
          </div>
        </>
      )}
      {act.error && asking === null && <ErrorState compact what="save the postmortem" error={act.error} />}
      {asking && (
        <ConfirmDialog
          title={asking === 'publish' ? 'Publish the postmortem?' : 'Delete the postmortem?'}
          act={asking === 'publish' ? 'Publish postmortem' : 'Delete postmortem'}
          what={asking === 'publish' ? 'publish it' : 'delete it'}
          danger={asking === 'delete'}
          busy={act.isPending}
          error={act.error}
          onConfirm={() => act.mutate(asking)}
          onClose={() => setAsking(null)}
        >
          {asking === 'publish' ? <Checkbox label="Tell the subscribers of this incident’s components" checked={notify} onChange={(event) => setNotify(event.currentTarget.checked)} /> : <p>Its text is gone from the page and from here.</p>}
        </ConfirmDialog>
      )}
    </section>
  );
}
