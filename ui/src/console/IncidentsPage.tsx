import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { Breadcrumb, Button, EmptyState, ErrorState, FormDialog, Notice, RelativeTime, SkeletonRows, TextAreaField } from '../kit';
import { Page, Section } from '../shell';
import { about } from './assurance/ask';
import type { Incident } from './assurance/wire';
import css from './Console.module.css';
import { Bar, Go, State } from './parts';
import { actorText, many } from './words';
import { platform } from './platform';

/** What customers of lost sites are told, each their own state, and what to say next. */
export function IncidentsPage(): ReactElement {
  const list = useQuery(about.incidents);
  const [writing, setWriting] = useState<Incident | 'all' | null>(null);
  const open = list.data?.incidents.filter((one) => one.closed === null) ?? [];
  const over = list.data?.incidents.filter((one) => one.closed !== null) ?? [];
  return (
    <Page
      title="Incidents"
      shape="wide"
      head={<Breadcrumb>{['Incidents']}</Breadcrumb>}
      actions={
        open.length > 0 && (
          <Button icon="megaphone" variant="primary" onClick={() => setWriting('all')}>
            Write to all affected…
          </Button>
        )
      }
    >
      {list.data && !list.data.mail && (
        <div className={css['lead']}>
          <Notice tone="warning">
            No mail server is configured (<code>--smtp</code>): customers are told on their pages alone, and what is written waits to be mailed.
          </Notice>
        </div>
      )}
      <Section title="Open" hint="One for each customer with a lost site. Its contacts were told by mail; the link needs no login and shows that customer&rsquo;s own state and nothing else.">
        {list.isPending ? (
          <SkeletonRows rows={3} />
        ) : list.isError ? (
          <ErrorState compact what="list the incidents" error={list.error} onRetry={() => void list.refetch()} />
        ) : open.length === 0 ? (
          <EmptyState icon="heart" title="No customer has lost anything">
            When the watcher finds that a site or its databases are gone, its customer&rsquo;s incident opens by itself and the contacts are told within a minute.
          </EmptyState>
        ) : (
          open.map((one) => <One key={one.id} incident={one} onWrite={() => setWriting(one)} />)
        )}
      </Section>
      {over.length > 0 && (
        <Section title="Over">
          {over.map((one) => (
            <One key={one.id} incident={one} />
          ))}
        </Section>
      )}
      {writing && <Write to={writing} open={open} onClose={() => setWriting(null)} />}
    </Page>
  );
}

function One({ incident, onWrite }: { incident: Incident; onWrite?: () => void }): ReactElement {
  const last = incident.updates.at(-1);
  return (
    <article className={css['ending']} aria-label={incident.customer}>
      <header className={css['endingHead']}>
        <State state={incident.closed ? 'over' : 'open'} />
        <h3>{incident.customer}</h3>
        <span className={css['quiet']}>
          {incident.closed ? <>over <RelativeTime at={incident.closed} /></> : <>since <RelativeTime at={incident.opened} /></>} · {many(incident.contacts, 'contact')}, {many(incident.mail.sent, 'mail')} handed over
          {incident.mail.waiting > 0 && `, ${incident.mail.waiting} waiting`}
        </span>
        <span className={css['spring']} />
        <a href={incident.link} target="_blank" rel="noreferrer">
          The customer&rsquo;s page
        </a>
        {onWrite && (
          <Button size="s" icon="edit" onClick={onWrite}>
            Write…
          </Button>
        )}
      </header>
      {incident.mail.error && incident.mail.waiting > 0 && <p className={css['wrong']}>{incident.mail.error}</p>}
      <ul className={css['rows']}>
        {incident.sites.map((site) => (
          <li key={site.id}>
            <Go to={`sites/${site.id}`} className={css['name']}>
              {site.name}
            </Go>
            <span>{site.state}</span>
            {site.estimate && <span className={css['quiet']}>{site.estimate}</span>}
            <span className={css['spring']} />
            {site.total > 0 && <Bar done={site.done} total={site.total} text={`${site.done} of ${site.total}`} />}
          </li>
        ))}
      </ul>
      <details className={css['behind']} open={!incident.closed && incident.updates.length < 4}>
        <summary>
          {many(incident.updates.length, 'update')}
          {last && (
            <>
              , the last <RelativeTime at={last.at} />
            </>
          )}
        </summary>
        <ol className={css['said']}>
          {incident.updates.map((update) => (
            <li key={update.id}>
              <span className={css['quiet']}>
                <RelativeTime at={update.at} />, {actorText(update.author)}
              </span>
              <p>{update.text}</p>
            </li>
          ))}
        </ol>
      </details>
    </article>
  );
}

function Write({ to, open, onClose }: { to: Incident | 'all'; open: Incident[]; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const [text, setText] = useState('');
  const whom = to === 'all' ? open : [to];
  const contacts = whom.reduce((sum, one) => sum + one.contacts, 0);
  const send = useMutation({
    mutationFn: () => platform.post('/incidents/updates', to === 'all' ? { text: text.trim(), all: true } : { text: text.trim(), org: to.org }),
    meta: { quiet: true },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['console', 'incidents'] });
      onClose();
    },
  });
  return (
    <FormDialog
      title={to === 'all' ? `Write to ${many(open.length, 'affected customer')}` : `Write to ${to.customer}`}
      onClose={onClose}
      sticky={text !== ''}
      onSubmit={() => send.mutate()}
      submit={`Tell ${many(contacts, 'contact')}`}
      submitIcon="send"
      busy={send.isPending}
      ready={text.trim() !== ''}
      what="write to them"
      error={send.error}
    >
      <p>
        {whom.map((one) => one.customer).slice(0, 8).join(', ')}
        {whom.length > 8 && ` and ${whom.length - 8} more`}: each gets this text with the state of their own sites. Nobody else sees anything.
      </p>
      <TextAreaField label="Text" required data-autofocus rows={5} placeholder="The disk is replaced. We are bringing your sites back one after another." hint="It cannot be taken back: it is mailed, and stands on their pages." value={text} onChange={(event) => setText(event.currentTarget.value)} />
    </FormDialog>
  );
}
