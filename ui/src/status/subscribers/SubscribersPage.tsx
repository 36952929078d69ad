import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useDeferredValue, useMemo, useRef, useState, type ReactElement } from 'react';
import { api, siteUrl } from '../../api';
import { Button, Checkbox, EmptyState, ErrorState, Icon, IconButton, Menu, RelativeTime, SearchInput, SkeletonRows, Tabs, toast, VirtualList, type MenuItem } from '../../kit';
import { useCommands, useSignedIn } from '../../shell';
import { flat } from '../incidents/model';
import { ConfirmDialog } from '../parts/ConfirmDialog';
import { StatusFrame } from '../parts/Frame';
import { Segments } from '../parts/Segments';
import { componentsQuery, manage, own, subscribersQuery } from '../queries';
import { count, refused } from '../say';
import { keys } from '../stale';
import type { StatusPage, Subscriber, SubscriberState, SubscriberType } from '../wire';
import { AddDialog } from './AddDialog';
import { ImportDialog } from './ImportDialog';
import { countOf, states, stateWords } from './model';
import css from './Subscribers.module.css';

/** Who is told. */
export function SubscribersPage(): ReactElement {
  const [dialog, setDialog] = useState<'add' | 'import' | null>(null);
  const { account } = useSignedIn();
  useCommands([
    { id: 'status-subscriber', label: 'Add a subscriber', icon: 'mail', group: 'Status page', run: () => setDialog('add') },
    ...(account.admin ? [{ id: 'status-import', label: 'Import subscribers from a CSV', icon: 'attach' as const, group: 'Status page', run: () => setDialog('import') }] : []),
  ]);
  return (
    <StatusFrame
      title="Subscribers"
      crumbs={['Subscribers']}
      actions={(page) => (
        <>
          <Button variant="primary" icon="plus" onClick={() => setDialog('add')}>
            Add subscriber
          </Button>
          <Menu
            trigger={<IconButton icon="more" label="Import and export" />}
            items={[
              ...(account.admin ? [{ label: 'Import a CSV…', icon: 'attach', onSelect: () => setDialog('import') } satisfies MenuItem] : []),
              { label: 'Export all as CSV', icon: 'download', onSelect: () => location.assign(siteUrl(`${own(page.id)}/subscribers.csv`)) },
            ]}
          />
        </>
      )}
    >
      {(page) => (
        <>
          <Body page={page} onAdd={() => setDialog('add')} />
          {dialog === 'add' && <AddDialog page={page} onClose={() => setDialog(null)} />}
          {dialog === 'import' && <ImportDialog page={page} onClose={() => setDialog(null)} />}
        </>
      )}
    </StatusFrame>
  );
}

function Body({ page, onAdd }: { page: StatusPage; onAdd: () => void }): ReactElement {
  const queries = useQueryClient();
  const [state, setState] = useState<SubscriberState>('active');
  const [type, setType] = useState<SubscriberType | ''>('');
  const [query, setQuery] = useState('');
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [removing, setRemoving] = useState<readonly Subscriber[] | null>(null);
  const search = useRef<HTMLInputElement>(null);
  const q = useDeferredValue(query.trim());
  const list = useInfiniteQuery(subscribersQuery(page.id, { state, type, q }));
  const components = useQuery(componentsQuery(page.id));
  const names = useMemo(() => Object.fromEntries(flat(components.data?.components ?? []).map((one) => [one.id, one.name])), [components.data]);
  const rows = useMemo(() => list.data?.pages.flatMap((each) => each.subscribers) ?? [], [list.data]);
  const counts = list.data?.pages.at(-1)?.counts ?? {};
  const chosen = rows.filter((one) => picked.has(one.id));
  useCommands([{ id: 'find', label: 'Find a subscriber', keys: 'f', icon: 'search', group: 'Status page', run: () => search.current?.focus() }]);
  const settled = () => Promise.all([keys.subscribers, keys.preview].map((queryKey) => queries.invalidateQueries({ queryKey })));
  const address = `${manage(page.id)}/subscribers`;
  const act = useMutation({
    meta: { quiet: true },
    mutationFn: ({ what, of }: { what: 'resend_confirmation' | 'reactivate'; of: readonly Subscriber[] }) => api.post(`${address}/${what}`, { subscribers: of.map((one) => one.id) }),
    onSuccess: async (_answer, { what, of }) => {
      setPicked(new Set());
      await settled();
      toast({ title: what === 'reactivate' ? `${count(of.length, 'subscriber')} active again` : `${count(of.length, 'subscriber')} asked again to confirm`, tone: 'success' });
    },
    onError: (error) => refused('The subscribers', error),
  });
  const remove = useMutation({
    meta: { quiet: true },
    mutationFn: (of: readonly Subscriber[]) => (of.length === 1 ? api.delete(`${address}/${of[0]?.id ?? ''}`) : api.post(`${address}/unsubscribe`, { subscribers: of.map((one) => one.id), state: 'all' })),
    onSuccess: async (_answer, of) => {
      setRemoving(null);
      setPicked(new Set());
      await settled();
      toast({ title: `${count(of.length, 'subscriber')} removed` });
    },
  });
  const show = (next: SubscriberState) => {
    setState(next);
    setPicked(new Set());
  };
  const end = () => {
    if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage();
  };
  const toggle = (id: string) => setPicked(picked.has(id) ? new Set([...picked].filter((each) => each !== id)) : new Set([...picked, id]));
  const allPicked = rows.length > 0 && chosen.length === rows.length;
  return (
    <div className={css['page']}>
      <div className={css['tools']}>
        <Tabs<SubscriberState> label="State" value={state} onChange={show} tabs={states.map((value) => ({ value, label: stateWords[value], ...(list.data ? { count: countOf(counts, value, type) } : {}) }))} />
      </div>
      <div className={css['filters']}>
        <SearchInput ref={search} label="Find an address" value={query} onChange={setQuery} width={260} />
        <Segments quiet label="Kind" value={type} onChange={setType} options={[{ value: '', label: 'All' }, { value: 'email', label: 'Mail' }, { value: 'webhook', label: 'Webhook' }]} />
      </div>
      {list.isPending ? (
        <SkeletonRows rows={8} />
      ) : list.isError ? (
        <ErrorState what="load the subscribers" error={list.error} onRetry={() => void list.refetch()} />
      ) : rows.length === 0 ? (
        q !== '' || type !== '' ? (
          <EmptyState icon="search" title="No address matches">
            Nobody who is {stateWords[state].toLowerCase()} fits.
          </EmptyState>
        ) : state === 'active' ? (
          <EmptyState
            icon="mail"
            title="Nobody subscribed yet"
            action={
              <Button icon="plus" onClick={onAdd}>
                Add subscriber
              </Button>
            }
          >
            Readers subscribe on the public page and confirm by mail. You can add them here, too, or import a list.
          </EmptyState>
        ) : (
          <EmptyState icon="check" title={state === 'unconfirmed' ? 'Nobody has yet to confirm' : 'Nobody is in quarantine'}>
            {state === 'unconfirmed' ? 'Whoever subscribed and did not yet follow the link in the mail stands here; nothing is sent to them.' : 'Addresses that cannot be reached are put here, and removed when they stay so.'}
          </EmptyState>
        )
      ) : (
        <VirtualList
          label={`${stateWords[state]} subscribers`}
          count={rows.length}
          rowHeight={40}
          keyOf={(index) => rows[index]?.id ?? String(index)}
          onEnd={end}
          head={
            <div role="row" className={css['head']}>
              <div role="columnheader">
                <Checkbox quiet label="Select all that are loaded" checked={allPicked} onChange={() => setPicked(allPicked ? new Set() : new Set(rows.map((one) => one.id)))} />
              </div>
              <div role="columnheader">Address</div>
              <div role="columnheader" className={css['wide']}>
                Told about
              </div>
              <div role="columnheader" className={css['wide']}>
                {state === 'active' ? 'Since' : state === 'unconfirmed' ? 'Asked' : 'In quarantine since'}
              </div>
              <div role="columnheader">
                <span className="visually-hidden">Actions</span>
              </div>
            </div>
          }
          renderRow={(index) => {
            const one = rows[index];
            if (!one) return <div role="row" />;
            return <SubscriberRow one={one} names={names} picked={picked.has(one.id)} onPick={() => toggle(one.id)} onResend={() => act.mutate({ what: 'resend_confirmation', of: [one] })} onReactivate={() => act.mutate({ what: 'reactivate', of: [one] })} onRemove={() => setRemoving([one])} />;
          }}
        />
      )}
      {chosen.length > 0 && (
        <div className={css['bulk']} role="toolbar" aria-label="Selected subscribers">
          <strong>{chosen.length.toLocaleString()} selected</strong>
          {state === 'unconfirmed' && (
            <Button size="s" icon="send" busy={act.isPending} onClick={() => act.mutate({ what: 'resend_confirmation', of: chosen })}>
              Ask again
            </Button>
          )}
          {state === 'quarantined' && (
            <Button size="s" icon="refresh" busy={act.isPending} onClick={() => act.mutate({ what: 'reactivate', of: chosen })}>
              Make active
            </Button>
          )}
          <Button size="s" icon="trash" onClick={() => setRemoving(chosen)}>
            Remove…
          </Button>
          <IconButton icon="close" size="s" label="Clear the selection" onClick={() => setPicked(new Set())} />
        </div>
      )}
      {removing && (
        <ConfirmDialog
          danger
          title={removing.length === 1 ? `Remove ${removing[0]?.address ?? ''}?` : `Remove ${count(removing.length, 'subscriber')}?`}
          act={removing.length === 1 ? 'Remove subscriber' : `Remove ${removing.length.toLocaleString()}`}
          what="remove them"
          busy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(removing)}
          onClose={() => setRemoving(null)}
        >
          <p>Nothing more is sent there, and nobody is told of it. Whoever wants to hear again can subscribe on the public page.</p>
          {removing.length > 1 && <p className={css['names']}>{removing.slice(0, 5).map((one) => one.address).join(', ')}{removing.length > 5 && ` and ${(removing.length - 5).toLocaleString()} more`}</p>}
        </ConfirmDialog>
      )}
    </div>
  );
}

interface SubscriberRowProps {
  one: Subscriber;
  names: Readonly<Record<string, string>>;
  picked: boolean;
  onPick: () => void;
  onResend: () => void;
  onReactivate: () => void;
  onRemove: () => void;
}

function SubscriberRow({ one, names, picked, onPick, onResend, onReactivate, onRemove }: SubscriberRowProps): ReactElement {
  const items: MenuItem[] = [
    ...(one.state === 'unconfirmed' ? [{ label: 'Ask again to confirm', icon: 'send', onSelect: onResend } satisfies MenuItem] : []),
    ...(one.state === 'quarantined' ? [{ label: 'Make active again', icon: 'refresh', onSelect: onReactivate } satisfies MenuItem] : []),
    { label: 'Remove…', icon: 'trash', danger: true, onSelect: onRemove },
  ];
  return (
    <div role="row" className={css['row']} aria-selected={picked}>
      <div role="gridcell">
        <Checkbox quiet label={`Select ${one.address}`} checked={picked} onChange={onPick} />
      </div>
      <div role="gridcell" className={css['address']}>
        <Icon name={one.type === 'email' ? 'mail' : 'plug'} />
        <span title={one.address}>{one.address}</span>
        {one.lastError && (
          <span className={css['trouble']} title={one.lastError}>
            <Icon name="warning" size={12} /> {count(one.failures, 'failure')}
          </span>
        )}
      </div>
      <div role="gridcell" className={css['wide']}>
        {one.incidentId ? 'one incident' : one.componentIds.length === 0 ? 'everything' : one.componentIds.map((id) => names[id] ?? 'a component that is gone').join(', ')}
      </div>
      <div role="gridcell" className={css['wide']}>
        <RelativeTime at={one.quarantinedAt ?? one.createdAt} />
        {one.purgeAt && (
          <span className={css['quiet']}>
            {' '}
            · removed <RelativeTime at={one.purgeAt} />
          </span>
        )}
      </div>
      <div role="gridcell">
        <Menu trigger={<IconButton icon="more" size="s" label={`Actions for ${one.address}`} />} items={items} />
      </div>
    </div>
  );
}
