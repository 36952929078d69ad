import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { Breadcrumb, Button, Dialog, EmptyState, ErrorState, Notice, RelativeTime, SelectField, SkeletonRows, TextAreaField, TextField, useNow } from '../kit';
import { Page, Section } from '../shell';
import { about } from './assurance/ask';
import type { Ending, Purge } from './assurance/wire';
import css from './Console.module.css';
import { AskReason, Facts, Go, State } from './parts';
import { ask, platform } from './platform';
import { actorText, many } from './words';

/** Sites whose end was begun: how long it can still be taken back, who was told, and who agreed. */
export function EndingsPage(): ReactElement {
  const endings = useQuery(about.endings);
  const purges = useQuery(about.purges);
  const past = purges.data?.purges.filter((one) => one.state !== 'open') ?? [];
  return (
    <Page title="Endings" shape="wide" head={<Breadcrumb>{['Endings']}</Breadcrumb>}>
      <Section title="Countdowns" hint="A tombstoned site answers nobody and has lost nothing. Until the purge, which is another program with another credential, Resume on its page takes everything back.">
        {endings.isPending ? (
          <SkeletonRows rows={3} />
        ) : endings.isError ? (
          <ErrorState compact what="list the tombstoned sites" error={endings.error} onRetry={() => void endings.refetch()} />
        ) : endings.data.endings.length === 0 ? (
          <EmptyState icon="archive" title="No site is about to end">
            A site is suspended first, then tombstoned on its page. Its contacts are told then, seven days and one day before the end.
          </EmptyState>
        ) : (
          endings.data.endings.map((one) => <Countdown key={one.id} ending={one} />)
        )}
      </Section>
      {past.length > 0 && (
        <Section title="Requests of the past">
          <ul className={css['rows']}>
            {past.map((one) => (
              <li key={one.id}>
                <State state={one.state} />
                <b>{one.site_name || one.site}</b>
                <span className={css['quiet']}>
                  {one.kind}: {one.reason} · {actorText(one.requester)}, <RelativeTime at={one.requested} />
                </span>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </Page>
  );
}

function Countdown({ ending }: { ending: Ending }): ReactElement {
  const now = useNow();
  const [asking, setAsking] = useState(false);
  const end = Date.parse(ending.not_before);
  const since = Date.parse(ending.since);
  const days = Math.max(0, Math.ceil((end - now) / 86_400_000));
  const done = Math.min(100, Math.max(0, Math.round(((now - since) / (end - since)) * 100)));
  return (
    <article className={css['ending']} aria-label={ending.name}>
      <header className={css['endingHead']}>
        <h3>
          <Go to={`sites/${ending.id}`} className={css['name']}>
            {ending.name}
          </Go>{' '}
          <span className={css['quiet']}>of {ending.customer}</span>
        </h3>
        <span className={css['spring']} />
        {ending.requests.length === 0 && (
          <Button size="s" onClick={() => setAsking(true)}>
            Ask for the purge…
          </Button>
        )}
      </header>
      <div className={css['progress']}>
        <div className={css['track']} role="progressbar" aria-valuenow={done} aria-valuemin={0} aria-valuemax={100} aria-label={`Countdown of ${ending.name}`}>
          <span style={{ width: `${done}%` }} />
        </div>
        <span>
          {days > 0 ? `${many(days, 'day')} left` : 'The countdown is over'}
          <span className={css['quiet']}>
            {' '}
            · not before {new Date(end).toLocaleString(undefined, { dateStyle: 'long', timeStyle: 'short' })} · {ending.reason}
          </span>
        </span>
      </div>
      <Notices ending={ending} />
      {ending.requests.map((one) => (
        <Request key={one.id} request={one} />
      ))}
      {asking && <AskPurge ending={ending} onClose={() => setAsking(false)} />}
    </article>
  );
}

function Notices({ ending }: { ending: Ending }): ReactElement {
  const names: Record<string, string> = { tombstone: 'At the start', '7 days': 'Seven days before', '1 day': 'The day before' };
  return (
    <Facts
      facts={ending.stages.map((stage) => {
        const sent = stage.notices.filter((notice) => notice.sent).length;
        const failed = stage.notices.find((notice) => !notice.sent);
        return [
          names[stage.name] ?? stage.name,
          <span key={stage.name}>
            {sent > 0 && `${sent} of ${many(ending.contacts, 'contact')} told `}
            {sent === 0 && !failed && <>due <RelativeTime at={stage.due} /></>}
            {failed && <span className={css['wrong']}>{failed.email}: {failed.error || 'on its way'}</span>}
          </span>,
        ] as const;
      })}
    />
  );
}

function Request({ request }: { request: Purge }): ReactElement {
  const queries = useQueryClient();
  const me = useQuery(ask.me);
  const [dialog, setDialog] = useState<'approve' | 'withdraw' | null>(null);
  const mine = me.data && request.requester === `operator:${me.data.name}`;
  const given = me.data && request.approvals.some((one) => one.approver === `operator:${me.data.name}`);
  const open = request.state === 'open';
  return (
    <div className={css['request']}>
      <div className={css['endingHead']}>
        <State state={request.state} />
        <span>
          <b>Purge asked for</b> by {actorText(request.requester)}, <RelativeTime at={request.requested} />: {request.reason} <span className={css['quiet']}>({request.kind})</span>
        </span>
        <span className={css['spring']} />
        {open && !mine && !given && (
          <Button size="s" variant="danger" onClick={() => setDialog('approve')}>
            Approve…
          </Button>
        )}
        {open && (
          <Button size="s" onClick={() => setDialog('withdraw')}>
            Withdraw…
          </Button>
        )}
      </div>
      <p className={css['quiet']}>
        {request.approvals.length === 0 ? 'Nobody has approved it yet. ' : `Approved by ${request.approvals.map((one) => actorText(one.approver)).join(' and ')}. `}
        {mine && 'You asked for it: two others have to approve.'}
        {given && 'You have approved it.'}
      </p>
      {request.missing.length > 0 ? (
        <details open>
          <summary>Missing: {many(request.missing.length, 'condition')}</summary>
          <ul className={css['wrongs']}>
            {request.missing.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </details>
      ) : (
        open && (
          <Notice tone="warning">
            Everything is there. Whoever keeps the credential can run <code>holdfast-purge run {request.id}</code> on the machine with the data.
          </Notice>
        )
      )}
      {dialog === 'approve' && <Approve request={request} onClose={() => setDialog(null)} />}
      {dialog === 'withdraw' && (
        <AskReason
          title={`Withdraw the request for the purge of ${request.site_name}?`}
          wayBack="it can be asked for again; approvals begin anew then."
          act="Withdraw the request"
          example="The customer came back."
          onClose={() => setDialog(null)}
          run={(reason) => platform.post(`/purges/${request.id}/withdraw`, { reason })}
          done={() => void queries.invalidateQueries({ queryKey: ['console'] })}
        />
      )}
    </div>
  );
}

function Approve({ request, onClose }: { request: Purge; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const [site, setSite] = useState('');
  const approve = useMutation({
    mutationFn: () => platform.post(`/purges/${request.id}/approve`, { site: site.trim() }),
    meta: { quiet: true },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['console'] });
      onClose();
    },
  });
  return (
    <Dialog
      title={`Approve that ${request.site_name} of ${request.customer} is purged for good?`}
      onClose={onClose}
      sticky={site !== ''}
      onSubmit={() => site.trim() !== '' && approve.mutate()}
      footer={
        <>
          <Button variant="subtle" onClick={onClose}>
            Leave as it is
          </Button>
          <Button type="submit" variant="danger" disabled={site.trim() === ''} busy={approve.isPending}>
            Approve this purge
          </Button>
        </>
      }
    >
      <p className={css['wayBack']}>
        <b>The way back:</b> until somebody runs the purge, the request can be withdrawn and the site resumed. After it there is none on this installation.
      </p>
      <p>
        {actorText(request.requester)} asks for it: {request.reason}
      </p>
      <TextField label="Identifier of the site" required data-autofocus placeholder="site_…" hint="From its page, so that it is this one and no other." value={site} onChange={(event) => setSite(event.currentTarget.value)} />
      {approve.error && <ErrorState compact what="approve the purge" error={approve.error} />}
    </Dialog>
  );
}

function AskPurge({ ending, onClose }: { ending: Ending; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const [kind, setKind] = useState('end of contract');
  const [reason, setReason] = useState('');
  const go = useMutation({
    mutationFn: () => platform.post(`/sites/${ending.id}/purge`, { kind, reason: reason.trim() }),
    meta: { quiet: true },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['console'] });
      onClose();
    },
  });
  return (
    <Dialog
      title={`Ask for the purge of ${ending.name} of ${ending.customer}?`}
      onClose={onClose}
      sticky={reason !== ''}
      onSubmit={() => reason.trim().length >= 10 && go.mutate()}
      footer={
        <>
          <Button variant="subtle" onClick={onClose}>
            Leave as it is
          </Button>
          <Button type="submit" variant="primary" disabled={reason.trim().length < 10} busy={go.isPending}>
            Ask for it
          </Button>
        </>
      }
    >
      <p className={css['wayBack']}>
        <b>The way back:</b> nothing happens by this. Two other operators have to approve, the countdown has to end, and another program has to be run.
      </p>
      <SelectField label="Kind" value={kind} onChange={setKind} options={[{ value: 'end of contract', label: 'End of contract' }, { value: 'legal erasure', label: 'Legal erasure' }]} />
      <TextAreaField label="Why?" required data-autofocus rows={2} placeholder="The contract ended on 31 March; the customer has its copy." hint="A sentence: two others decide by it." value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      {go.error && <ErrorState compact what="ask for the purge" error={go.error} />}
    </Dialog>
  );
}
