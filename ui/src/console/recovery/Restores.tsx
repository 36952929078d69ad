import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { Button, Dialog, EmptyState, ErrorState, RelativeTime, SkeletonRows, toast } from '../../kit';
import css from '../Console.module.css';
import { State, StepBar } from '../parts';
import { ask, platform } from '../platform';
import type { Restore } from '../wire';
import { actorText, spanText } from '../words';

/** The restores of a site: how far, proven by what, and the way back. */
export function RestoresTable({ id, name }: { id: string; name: string }): ReactElement {
  const list = useQuery(ask.restores(id));
  const [undoing, setUndoing] = useState<Restore | null>(null);
  if (list.isPending) return <SkeletonRows rows={2} />;
  if (list.isError) return <ErrorState compact what="list the restores" error={list.error} onRetry={() => void list.refetch()} />;
  if (list.data.restores.length === 0) return <EmptyState icon="history" title="Never restored">A restore builds the state beside, proves every row against the vault, then switches all volumes together.</EmptyState>;
  return (
    <>
      <ul className={css['rows']}>
        {list.data.restores.map((restore) => (
          <li key={restore.id} className={css['restore']}>
            <State state={restore.state} />
            <div className={css['grow']}>
              <b>{restore.asked}</b>
              <span className={css['under']}>
                {restore.reason} · {actorText(restore.by)}, <RelativeTime at={restore.started} />
                {restore.finished && ` in ${spanText(restore.started, restore.finished)}`}
              </span>
              {restore.error && <span className={css['wrong']}>{restore.error}</span>}
              {restore.step && <StepBar step={restore.step} />}
              {restore.volumes.length > 0 && (
                <span className={css['under']}>
                  {restore.volumes.map((v) => (
                    <span key={v.kind} title={`digest ${v.digest}`}>
                      {v.kind}: commit {v.target.toLocaleString()} of {v.head.toLocaleString()}, proven{' '}
                    </span>
                  ))}
                </span>
              )}
            </div>
            {restore.state === 'done' && <ReportButton site={id} restore={restore} />}
            {restore.undoable && (
              <Button size="s" icon="undo" onClick={() => setUndoing(restore)}>
                Undo…
              </Button>
            )}
          </li>
        ))}
      </ul>
      {undoing && <UndoDialog id={id} name={name} restore={undoing} onClose={() => setUndoing(null)} />}
    </>
  );
}

/** Makes the loss report of a restore, which is kept among the others. */
function ReportButton({ site, restore }: { site: string; restore: Restore }): ReactElement {
  const queries = useQueryClient();
  const make = useMutation({
    mutationFn: () => platform.post(`/sites/${site}/restores/${restore.id}/report`),
    onSuccess: () => {
      toast({ title: 'The loss report is made and verified. It is among the loss reports.' });
      return queries.invalidateQueries({ queryKey: ['console', 'reports'] });
    },
  });
  return (
    <Button size="s" icon="file" busy={make.isPending} onClick={() => make.mutate()}>
      Make the report
    </Button>
  );
}

function UndoDialog({ id, name, restore, onClose }: { id: string; name: string; restore: Restore; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const undo = useMutation({
    mutationFn: () => platform.post(`/sites/${id}/restores/${restore.id}/undo`),
    meta: { quiet: true },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['console', 'site', id] });
      onClose();
    },
  });
  return (
    <Dialog
      title={`Bring ${name} back to before this restore?`}
      onClose={onClose}
      footer={
        <>
          <Button variant="subtle" onClick={onClose}>
            Leave as it is
          </Button>
          <Button variant="danger" busy={undo.isPending} onClick={() => undo.mutate()}>
            Undo the restore
          </Button>
        </>
      }
    >
      <p className={css['wayBack']}>
        <b>The way back:</b> the undo is a restore itself and can be undone.
      </p>
      <p>
        What was there before the restore {restore.asked} comes back. What people wrote since then stays in the history and no longer shows.
      </p>
      {undo.error && <ErrorState compact what="undo the restore" error={undo.error} />}
    </Dialog>
  );
}
