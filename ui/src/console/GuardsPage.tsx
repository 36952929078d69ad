import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { Breadcrumb, Button, Dialog, EmptyState, ErrorState, RelativeTime, SkeletonRows, TextField, toast } from '../kit';
import { Page, Section } from '../shell';
import css from './Console.module.css';
import { AskReason, Facts, Go, State } from './parts';
import { ask, platform } from './platform';
import { many } from './words';
import type { Caps } from './wire';

/** What keeps a mistake small: the freeze, the watcher, the caps, and who the operators are. */
export function GuardsPage(): ReactElement {
  return (
    <Page title="Guards" head={<Breadcrumb>{['Guards']}</Breadcrumb>} shape="wide">
      <FreezePart />
      <WatcherPart />
      <CapsPart />
      <OperatorsPart />
    </Page>
  );
}

function FreezePart(): ReactElement {
  const queries = useQueryClient();
  const freeze = useQuery(ask.freeze);
  const [dialog, setDialog] = useState<'freeze' | 'thaw' | null>(null);
  const renew = () => void queries.invalidateQueries({ queryKey: ['console'] });
  const thaw = useMutation({
    mutationFn: () => platform.post('/thaw'),
    onSuccess: () => {
      renew();
      setDialog(null);
      toast({ title: 'Maintenance can go on', tone: 'success' });
    },
  });
  return (
    <Section
      title="Freeze"
      hint="Stops every run before its next target, at once. Whoever is in doubt may freeze; it needs no approval."
      actions={freeze.data?.frozen ? <Button onClick={() => setDialog('thaw')}>Let it go on…</Button> : <Button variant="danger" onClick={() => setDialog('freeze')}>Freeze everything…</Button>}
    >
      {freeze.isPending ? <SkeletonRows rows={1} /> : freeze.isError ? <ErrorState compact what="see the freeze" error={freeze.error} /> : <p>{freeze.data.frozen ? `Frozen: ${freeze.data.reason}` : 'Nothing is frozen.'}</p>}
      {dialog === 'freeze' && (
        <AskReason
          title="Freeze all maintenance?"
          wayBack="“Let it go on” ends the freeze. What was applied so far stays as it is, and can be taken back while frozen."
          act="Freeze everything"
          danger
          example="Two customers report missing sites."
          onClose={() => setDialog(null)}
          run={(reason) => platform.post('/freeze', { reason })}
          done={renew}
        />
      )}
      {dialog === 'thaw' && (
        <Dialog
          title="Let maintenance go on?"
          onClose={() => setDialog(null)}
          footer={
            <>
              <Button variant="subtle" onClick={() => setDialog(null)}>
                Stay frozen
              </Button>
              <Button variant="primary" busy={thaw.isPending} onClick={() => thaw.mutate()}>
                Let it go on
              </Button>
            </>
          }
        >
          <p className={css['wayBack']}>
            <b>The way back:</b> freezing again takes one press.
          </p>
          <p>It was frozen because: {freeze.data?.reason}</p>
          <p>Make sure that this no longer holds. Runs that were stopped do not go on by themselves.</p>
        </Dialog>
      )}
    </Section>
  );
}

function WatcherPart(): ReactElement {
  const found = useQuery(ask.findings);
  return (
    <Section title="Watcher" hint="Compares its own ledger of who must be there with what is there, through a connection of its own.">
      {found.isPending ? (
        <SkeletonRows rows={2} />
      ) : found.isError ? (
        <ErrorState compact what="see the watcher" error={found.error} />
      ) : found.data.findings.length === 0 ? (
        <p>{found.data.watching ? 'It looks every few seconds and finds nothing amiss.' : 'No watcher runs in this process.'}</p>
      ) : (
        <ul className={css['rows']}>
          {found.data.findings.map((finding) => (
            <li key={finding.site + finding.what}>
              <State state="missing" />
              {finding.site ? <Go to={`sites/${finding.site}`} className={css['name']}>{finding.slug}</Go> : <b>The platform</b>}
              <span>{finding.what}</span>
              <span className={css['spring']} />
              <RelativeTime at={finding.at} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

const capNames: readonly (readonly [keyof Caps, string])[] = [
  ['run', 'In one run'],
  ['hour', 'In an hour, all runs'],
  ['cell', 'In an hour and cell'],
  ['operator', 'In an hour by one operator'],
];

function CapsPart(): ReactElement {
  const caps = useQuery(ask.caps);
  const [editing, setEditing] = useState(false);
  return (
    <Section title="Caps" hint="How many targets may be touched at most, counted in the transaction that permits each." actions={<Button onClick={() => setEditing(true)}>Change…</Button>}>
      {caps.data && <Facts facts={capNames.map(([key, label]) => [label, many(caps.data[key], 'target')])} />}
      {caps.isError && <ErrorState compact what="see the caps" error={caps.error} />}
      {caps.data && editing && <CapsDialog caps={caps.data} onClose={() => setEditing(false)} />}
    </Section>
  );
}

function CapsDialog({ caps, onClose }: { caps: Caps; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const [now, setNow] = useState(caps);
  const save = useMutation({
    mutationFn: () => platform.put<Caps>('/caps', now),
    meta: { quiet: true },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['console'] });
      onClose();
    },
  });
  return (
    <Dialog
      title="How much may be touched at most"
      onClose={onClose}
      onSubmit={() => save.mutate()}
      footer={
        <>
          <Button variant="subtle" onClick={onClose}>
            Leave as it is
          </Button>
          <Button type="submit" variant="primary" busy={save.isPending}>
            Change the caps
          </Button>
        </>
      }
    >
      <p className={css['wayBack']}>
        <b>The way back:</b> the caps before were {capNames.map(([key]) => caps[key]).join(', ')}.
      </p>
      {capNames.map(([key, label]) => (
        <TextField key={key} label={label} type="number" min={1} required value={String(now[key])} onChange={(e) => setNow({ ...now, [key]: Number(e.currentTarget.value) })} />
      ))}
      {save.error && <ErrorState compact what="change the caps" error={save.error} />}
    </Dialog>
  );
}

function OperatorsPart(): ReactElement {
  const list = useQuery(ask.operators);
  return (
    <Section title="Operators" hint="Added and disabled on the command line of the installation: holdfast operator.">
      {list.isPending ? (
        <SkeletonRows rows={2} />
      ) : list.isError ? (
        <ErrorState compact what="list the operators" error={list.error} />
      ) : list.data.operators.length === 0 ? (
        <EmptyState icon="user" title="No operators" />
      ) : (
        <ul className={css['rows']}>
          {list.data.operators.map((operator) => (
            <li key={operator.name}>
              <b>{operator.name}</b>
              <span className={css['quiet']}>{operator.email}</span>
              {operator.owner && <span className={css['tag']}>owner</span>}
              <span className={css['spring']} />
              <State state={operator.active ? 'active' : 'disabled'} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
