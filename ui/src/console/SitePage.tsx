import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { Breadcrumb, Button, EmptyState, ErrorState, Notice, RelativeTime, SkeletonRows, Tabs } from '../kit';
import { Page, Section } from '../shell';
import { AddContactDialog } from './ContactsPage';
import { ProofState } from './assurance/Proof';
import { SiteProof } from './assurance/SiteProof';
import css from './Console.module.css';
import { Health } from './FleetPage';
import { LedgerTable } from './LedgerPage';
import { AskReason, Facts, Go, State, StepBar } from './parts';
import { ask, platform } from './platform';
import { RestoresTable } from './recovery/Restores';
import { KeptReports } from './ReportsPage';
import { Roots } from './Roots';
import { bytesText, many } from './words';
import type { SiteFull } from './wire';

/** Everything about one site, and what can be done for it. */
export function SitePage({ id }: { id: string }): ReactElement {
  const site = useQuery(ask.site(id));
  const [dialog, setDialog] = useState<'suspend' | 'resume' | 'tombstone' | null>(null);
  const name = site.data?.name ?? 'Site';
  return (
    <Page
      title={name}
      shape="wide"
      head={
        <Breadcrumb>
          {[
            <Go key="fleet" to="fleet">
              Fleet
            </Go>,
            name,
          ]}
        </Breadcrumb>
      }
      actions={
        site.data && (
          <>
            {(site.data.state === 'active' || site.data.state === 'read-only') && (
              <Button icon="pause" onClick={() => setDialog('suspend')}>
                Suspend
              </Button>
            )}
            {site.data.state === 'suspended' && (
              <Button icon="archive" onClick={() => setDialog('tombstone')}>
                Tombstone…
              </Button>
            )}
            {site.data.state !== 'active' && site.data.state !== 'restoring' && (
              <Button icon="play" onClick={() => setDialog('resume')}>
                Resume
              </Button>
            )}
            <Go to={`sites/${id}/recovery`} className={css['act']}>
              Restore…
            </Go>
          </>
        )
      }
    >
      {site.isPending ? <SkeletonRows /> : site.isError ? <ErrorState what="open this site" error={site.error} onRetry={() => void site.refetch()} /> : <About site={site.data} />}
      {site.data && dialog === 'tombstone' && <TombstoneDialog site={site.data} onClose={() => setDialog(null)} />}
      {site.data && dialog && dialog !== 'tombstone' && <StateDialog site={site.data} to={dialog} onClose={() => setDialog(null)} />}
    </Page>
  );
}

function About({ site }: { site: SiteFull }): ReactElement {
  const [tab, setTab] = useState<'volumes' | 'tests' | 'restores' | 'roots' | 'timeline' | 'people' | 'addons'>('volumes');
  return (
    <>
      {site.missing.length > 0 && (
        <Notice tone="error" action={<Go to={`sites/${site.id}/recovery`}>Bring it back</Go>}>
          <b>
            {site.name} of {site.customer}
          </b>{' '}
          has lost the databases of {site.missing.join(', ')}. Their history is in the vault.
        </Notice>
      )}
      {site.restoring && <StepBar step={site.restoring} />}
      <Facts
        facts={[
          ['Customer', site.customer],
          ['State', <State key="s" state={site.state} />],
          ['Since', <span key="t"><RelativeTime at={site.state_since} />{site.state_reason ? `: ${site.state_reason}` : ''}</span>],
          ['Health', <Health key="h" site={site} />],
          ['People', site.people === null ? 'cannot be read' : many(site.people, 'person', 'people')],
          ['Products', site.products.join(', ') || 'none'],
          ['Size', bytesText(site.bytes)],
          ['Backup', <ProofState key="b" proof={site.proof} since />],
          ['Last restore', site.last_proven?.at ? <span key="p"><RelativeTime at={site.last_proven.at} />, {site.last_proven.asked}</span> : 'never on this installation'],
          ['Identifier', <code key="i">{site.id}</code>],
        ]}
      />
      <Tabs
        label="About the site"
        value={tab}
        onChange={setTab}
        tabs={[
          { value: 'volumes', label: 'Volumes', count: site.volumes.length },
          { value: 'tests', label: 'Restore tests' },
          { value: 'restores', label: 'Restores and reports' },
          { value: 'roots', label: 'Roots' },
          { value: 'timeline', label: 'Timeline' },
          { value: 'people', label: 'Contacts', count: site.contacts.length },
          { value: 'addons', label: 'Add-ons', count: site.addons.length },
        ]}
      />
      <div className={css['tab']}>
        {tab === 'volumes' && <Volumes site={site} />}
        {tab === 'tests' && <SiteProof id={site.id} name={site.name} />}
        {tab === 'restores' && <Restores site={site} />}
        {tab === 'roots' && <Roots site={site} />}
        {tab === 'timeline' && <Timeline id={site.id} />}
        {tab === 'people' && <Contacts site={site} />}
        {tab === 'addons' && <Addons site={site} />}
      </div>
    </>
  );
}

function Volumes({ site }: { site: SiteFull }): ReactElement {
  return (
    <div className={css['scroll']} tabIndex={0} role="region" aria-label="Volumes">
      <table className={css['table']}>
        <thead>
          <tr>
            <th>Volume</th>
            <th>Database</th>
            <th>Generation</th>
            <th>Size</th>
            <th>Head</th>
            <th>In the vault</th>
            <th>Last commit</th>
            <th>Last shipped</th>
          </tr>
        </thead>
        <tbody>
          {site.volumes.map((volume) => (
            <tr key={volume.kind}>
              <th scope="row">{volume.kind}</th>
              <td>
                <span className={css['state']} data-tone={volume.wrong ? 'red' : 'green'}>
                  {volume.wrong ?? 'there'}
                </span>
              </td>
              <td>{volume.generation}</td>
              <td className={css['number']}>{bytesText(volume.bytes)}</td>
              <td className={css['number']}>{volume.head.toLocaleString()}</td>
              <td className={css['number']}>{volume.sealed.toLocaleString()}</td>
              <td>{volume.last_commit ? <RelativeTime at={volume.last_commit} /> : 'never'}</td>
              <td>{volume.last_shipped ? <RelativeTime at={volume.last_shipped} /> : 'never'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Restores({ site }: { site: SiteFull }): ReactElement {
  return (
    <>
      <Section title="Restores" hint="Each is proven against the digest that the vault recorded, and each has a loss report that the customer can check.">
        <RestoresTable id={site.id} name={site.name} />
      </Section>
      <Section title="Loss reports">
        <KeptReports site={site.id} />
      </Section>
    </>
  );
}

function Timeline({ id }: { id: string }): ReactElement {
  return <LedgerTable pages={useInfiniteQuery(ask.timeline(id))} site />;
}

function Contacts({ site }: { site: SiteFull }): ReactElement {
  const [adding, setAdding] = useState(false);
  return (
    <Section title="To call when the site is in trouble" hint="They live outside of every tenant: what happens to the site does not happen to them." actions={<Button icon="plus" onClick={() => setAdding(true)}>Add contact</Button>}>
      {site.contacts.length === 0 ? (
        <Notice tone="warning">Nobody could be told if this site were lost.</Notice>
      ) : (
        <ul className={css['rows']}>
          {site.contacts.map((contact) => (
            <li key={contact.id}>
              <b>{contact.name}</b>
              <a href={`mailto:${contact.email}`}>{contact.email}</a>
              <span className={css['spring']} />
              <span className={css['quiet']}>
                {contact.role}
                {contact.site ? '' : ', for all sites'}
              </span>
            </li>
          ))}
        </ul>
      )}
      {adding && <AddContactDialog site={site} onClose={() => setAdding(false)} />}
    </Section>
  );
}

function Addons({ site }: { site: SiteFull }): ReactElement {
  if (site.addons.length === 0) return <EmptyState icon="plug" title="No add-ons">An add-on is deactivated through a plan, which names it by its own kind of identifier.</EmptyState>;
  return (
    <ul className={css['rows']}>
      {site.addons.map((addon) => (
        <li key={addon.id}>
          <State state={addon.state} />
          <b>{addon.name}</b>
          <span className={css['quiet']}>{addon.key}</span>
          <span className={css['spring']} />
          <code>{addon.id}</code>
        </li>
      ))}
    </ul>
  );
}

function TombstoneDialog({ site, onClose }: { site: SiteFull; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  return (
    <AskReason
      title={`Begin the end of ${site.name} of ${site.customer}?`}
      wayBack="Resume takes it back at any time in the next 30 days, and after them until somebody runs the purge. Nothing is deleted by this."
      act={`Tombstone ${site.name}`}
      danger
      example="The contract ended on 31 March."
      onClose={onClose}
      run={(reason) => platform.post(`/sites/${site.id}/tombstone`, { reason })}
      done={() => void queries.invalidateQueries({ queryKey: ['console'] })}
    >
      <p>
        {site.contacts.length === 0 ? 'Nobody could be told: add a contact first.' : `${site.contacts.map((contact) => contact.name).join(', ')} ${site.contacts.length === 1 ? 'is' : 'are'} told now, seven days and one day before the end, with your reason.`}
      </p>
    </AskReason>
  );
}

function StateDialog({ site, to, onClose }: { site: SiteFull; to: 'suspend' | 'resume'; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const people = site.people === null ? 'its people' : many(site.people, 'person', 'people');
  return (
    <AskReason
      title={to === 'suspend' ? `Take ${site.name} of ${site.customer} out of use?` : `Bring ${site.name} of ${site.customer} back into use?`}
      wayBack={to === 'suspend' ? 'Resume brings it back within a second, with every address, token and record as it was. Nothing is lost.' : 'Suspend takes it out of use again; nothing is lost either way.'}
      act={to === 'suspend' ? `Suspend ${site.name}` : `Resume ${site.name}`}
      danger={to === 'suspend'}
      example={to === 'suspend' ? 'The customer asked for a pause until Monday.' : 'The reason for the pause is gone.'}
      onClose={onClose}
      run={(reason) => platform.post(`/sites/${site.id}/${to}`, { reason })}
      done={() => void queries.invalidateQueries({ queryKey: ['console'] })}
    >
      {to === 'suspend' && (
        <p>
          Until then {people} of {site.customer} cannot use {site.products.join(', ')} on this site.
        </p>
      )}
    </AskReason>
  );
}
