import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useDeferredValue, useState, type ReactElement } from 'react';
import { ApiError } from '../../api';
import { Breadcrumb, Button, Dialog, EmptyState, ErrorState, FormDialog, Notice, RelativeTime, SearchInput, SkeletonRows, TextField } from '../../kit';
import { Page } from '../../shell';
import css from '../Console.module.css';
import { Go } from '../parts';
import { platform } from '../platform';
import { bytesText, many } from '../words';
import { about } from './ask';
import { ProofState, secondsText } from './Proof';
import type { AssuranceSettings, Proof, ProofPage } from './wire';

/** Every backup, with when it was last restored and proven. */
export function ProofsPage(): ReactElement {
  const [text, setText] = useState('');
  const [state, setState] = useState('');
  const [sort, setSort] = useState('worst');
  const [settings, setSettings] = useState(false);
  const list = useInfiniteQuery(about.proofs(useDeferredValue(text), state, sort));
  const proofs = list.data?.pages.flatMap((page) => page.proofs) ?? [];
  const first = list.data?.pages[0];
  return (
    <Page title="Restore tests" shape="wide" head={<Breadcrumb>{['Restore tests']}</Breadcrumb>} actions={<Button icon="settings" onClick={() => setSettings(true)}>Alarms</Button>}>
      {first && <Verdict page={first} />}
      <div className={css['bar']}>
        <SearchInput label="Site, customer or identifier" value={text} onChange={setText} width={260} />
        <select aria-label="State" className={css['select']} value={state} onChange={(event) => setState(event.currentTarget.value)}>
          <option value="">Any state</option>
          <option value="bad">Failed or overdue</option>
          <option value="failed">Failed</option>
          <option value="overdue">Overdue</option>
          <option value="waiting">Not tested yet</option>
          <option value="proven">Proven</option>
        </select>
        <select aria-label="Order" className={css['select']} value={sort} onChange={(event) => setSort(event.currentTarget.value)}>
          <option value="worst">Worst first</option>
          <option value="oldest">Oldest proof first</option>
          <option value="newest">Newest proof first</option>
          <option value="largest">Largest first</option>
          <option value="slowest">Slowest first</option>
          <option value="name">By name</option>
        </select>
      </div>
      {list.isPending ? (
        <SkeletonRows />
      ) : list.isError ? (
        <ErrorState what="list the restore tests" error={list.error} onRetry={() => void list.refetch()} />
      ) : proofs.length === 0 ? (
        <EmptyState icon="shield" title={text + state === '' ? 'Nothing is enrolled yet' : 'No backup fits'}>
          {text + state === '' ? 'Within an hour of its creation the backup of every site is enrolled here, and restored into scratch at least once a week.' : 'Take a filter away to see more.'}
        </EmptyState>
      ) : (
        <Table proofs={proofs} />
      )}
      {list.hasNextPage && (
        <div className={css['more']}>
          <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
      {settings && <Settings onClose={() => setSettings(false)} />}
    </Page>
  );
}

function Verdict({ page }: { page: ProofPage }): ReactElement {
  const failed = page.states.failed ?? 0;
  const overdue = page.states.overdue ?? 0;
  const waiting = page.states.waiting ?? 0;
  const proven = page.states.proven ?? 0;
  return (
    <Notice tone={failed + overdue > 0 ? 'error' : waiting > 0 || proven === 0 ? 'info' : 'success'}>
      <b>
        {failed + overdue > 0
          ? [failed > 0 && many(failed, 'backup could not be restored', 'backups could not be restored'), overdue > 0 && many(overdue, 'backup is overdue', 'backups are overdue')].filter(Boolean).join(', ')
          : waiting > 0
            ? `${many(waiting, 'backup waits', 'backups wait')} for the first test`
            : proven === 0
              ? 'Nothing is enrolled yet'
              : `All ${proven.toLocaleString()} backups are proven`}
        .
      </b>{' '}
      Each is restored into scratch at least weekly, followed link by link and compared row by row, then removed. An alarm goes out after {many(page.overdue_days, 'day')} without a proof.{' '}
      {page.looked ? (
        <>
          The tester&rsquo;s last sign of life: <RelativeTime at={page.looked} />.
        </>
      ) : (
        'The tester has not looked yet.'
      )}
    </Notice>
  );
}

function Table({ proofs }: { proofs: Proof[] }): ReactElement {
  return (
    <div className={css['scroll']} tabIndex={0} role="region" aria-label="Restore tests">
      <table className={css['table']}>
        <thead>
          <tr>
            <th>What</th>
            <th>Result</th>
            <th>Last proven</th>
            <th>Rows</th>
            <th>Size</th>
            <th>Took</th>
            <th>Next</th>
          </tr>
        </thead>
        <tbody>
          {proofs.map((proof) => (
            <tr key={proof.owner}>
              <th scope="row">
                {proof.kind === 'site' ? (
                  <Go to={`sites/${proof.owner}`} className={css['name']}>
                    {proof.name}
                  </Go>
                ) : (
                  proof.name
                )}
                <span className={css['under']}>{proof.kind === 'site' ? proof.customer : proof.kind === 'organization' ? 'people and how they sign in' : 'customers, sites, contacts, plans and the ledger'}</span>
              </th>
              <td className={css['wrap']}>
                <ProofState proof={proof} />
                {proof.error && <span className={css['wrong']}>{proof.error}</span>}
              </td>
              <td>{proof.proven ? <RelativeTime at={proof.proven} /> : 'never'}</td>
              <td className={css['number']}>{proof.proven ? proof.rows.toLocaleString() : ''}</td>
              <td className={css['number']}>{proof.proven ? bytesText(proof.bytes) : ''}</td>
              <td className={css['number']}>{proof.tested ? secondsText(proof.seconds) : ''}</td>
              <td>
                <RelativeTime at={proof.due} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Settings({ onClose }: { onClose: () => void }): ReactElement {
  const now = useQuery(about.settings);
  return now.data ? (
    <SettingsForm settings={now.data} onClose={onClose} />
  ) : (
    <Dialog title="When an alarm is raised, and where it goes" onClose={onClose}>
      {now.isError ? <ErrorState compact what="read the settings" error={now.error} onRetry={() => void now.refetch()} /> : <SkeletonRows rows={4} />}
    </Dialog>
  );
}

function SettingsForm({ settings, onClose }: { settings: AssuranceSettings; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const [form, setForm] = useState({ overdue_days: settings.overdue_days, alarm_url: settings.alarm_url, heartbeat_url: settings.heartbeat_url, heartbeat_authorization: '', roots_days: settings.roots_days });
  const save = useMutation({
    mutationFn: () => platform.put('/assurance', form),
    meta: { quiet: true },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['console'] });
      onClose();
    },
  });
  const wrong = save.error instanceof ApiError ? save.error.fields : {};
  return (
    <FormDialog
      title="When an alarm is raised, and where it goes"
      onClose={onClose}
      onSubmit={() => save.mutate()}
      submit="Save"
      busy={save.isPending}
      what="save the settings"
      error={Object.keys(wrong).length === 0 ? save.error : null}
    >
      <TextField label="Days without a proven restore" type="number" min={1} max={90} required data-autofocus value={form.overdue_days} error={wrong['overdue_days']} hint="After these an alarm goes out to the owners of the installation. A test that fails raises it at once." onChange={(e) => setForm({ ...form, overdue_days: Number(e.currentTarget.value) })} />
      <TextField label="Address to call with alarms" optional placeholder="https://…" value={form.alarm_url} error={wrong['alarm_url']} hint="Beside the mails. On-call can take it as a webhook." onChange={(e) => setForm({ ...form, alarm_url: e.currentTarget.value })} />
      <TextField label="Heartbeat" optional placeholder="https://…/v2/heartbeats/backups/ping" value={form.heartbeat_url} error={wrong['heartbeat_url']} hint="Called while everything is proven. Whoever watches it notices silence, even of this whole installation." onChange={(e) => setForm({ ...form, heartbeat_url: e.currentTarget.value })} />
      <TextField label="Authorization of the heartbeat" optional placeholder={settings.heartbeat_authorized ? 'set; type to replace it' : 'GenieKey …'} value={form.heartbeat_authorization} error={wrong['heartbeat_authorization']} onChange={(e) => setForm({ ...form, heartbeat_authorization: e.currentTarget.value })} />
      <TextField label="Days between two mails with roots" type="number" min={0} max={90} required value={form.roots_days} error={wrong['roots_days']} hint="To the contacts of each site in which something was written. 0: only when asked." onChange={(e) => setForm({ ...form, roots_days: Number(e.currentTarget.value) })} />
    </FormDialog>
  );
}
