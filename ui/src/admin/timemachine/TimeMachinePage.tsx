import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo, useState, type ReactElement } from 'react';
import type { Commit, Person, RestorePreview } from '../../api';
import { Avatar, Breadcrumb, Button, EmptyState, ErrorState, Picker, SkeletonRows, Tabs } from '../../kit';
import { Page, useCommands, useSignedIn } from '../../shell';
import { Commits } from './Commits';
import { commitAt, commitKey, targetOf, type Target } from './model';
import { Preview } from './Preview';
import { commitsQuery, restoresQuery, type CommitFilter } from './queries';
import { RestoreDialog } from './RestoreDialog';
import { Restores, RunningRestore, runningOf } from './Restores';
import { Strip } from './Strip';
import { productNames, productOf, type ProductName } from './things';
import css from './TimeMachine.module.css';

const noFilter: CommitFilter = { actor: '', volume: '', from: '', to: '' };

export function TimeMachinePage(): ReactElement {
  const [tab, setTab] = useState<'history' | 'restores'>('history');
  const [confirming, setConfirming] = useState<RestorePreview | null>(null);
  const [target, setTarget] = useState<Target | null>(null);
  const restores = useQuery(restoresQuery);
  const running = runningOf(restores.data?.restores);

  return (
    <Page
      title="Time machine"
      head={<Breadcrumb>{['Time machine']}</Breadcrumb>}
      actions={
        <Tabs
          label="Part of the time machine"
          value={tab}
          onChange={setTab}
          tabs={[
            { value: 'history', label: 'History' },
            { value: 'restores', label: 'Restores', ...(restores.data ? { count: restores.data.restores.length } : {}) },
          ]}
        />
      }
    >
      {running && <RunningRestore restore={running} />}
      {tab === 'history' ? (
        <History target={target} onTarget={setTarget} onRestore={setConfirming} busy={running !== undefined} />
      ) : restores.isPending ? (
        <SkeletonRows rows={4} height={72} />
      ) : restores.isError ? (
        <ErrorState what="load the restores" error={restores.error} onRetry={() => void restores.refetch()} />
      ) : (
        <div className={css['scroll']}>
          <Restores restores={restores.data.restores} />
        </div>
      )}
      {confirming && target && (
        <RestoreDialog
          target={target}
          preview={confirming}
          onClose={() => setConfirming(null)}
          onStarted={() => {
            setConfirming(null);
            setTarget(null);
          }}
        />
      )}
    </Page>
  );
}

interface HistoryProps {
  target: Target | null;
  onTarget: (target: Target | null) => void;
  onRestore: (preview: RestorePreview) => void;
  busy: boolean;
}

function History({ target, onTarget, onRestore, busy }: HistoryProps): ReactElement {
  const [filter, setFilter] = useState(noFilter);
  const [product, setProduct] = useState<ProductName | null>(null);
  const commits = useInfiniteQuery(commitsQuery({ ...filter, volume: product === null ? '' : product === 'oncall' || product === 'status' ? product : 'work' }));
  const loaded = useMemo(() => commits.data?.pages.flatMap((page) => page.commits) ?? [], [commits.data]);
  const all = useMemo(() => loaded.filter((commit) => product === null || touches(commit, product)), [loaded, product]);
  const filtered = filter !== noFilter || product !== null;
  const selected = commitAt(all, target);
  const select = (commit: Commit) => {
    onTarget(targetOf(commit));
    requestAnimationFrame(() => document.getElementById(`commit-${commitKey(commit)}`)?.scrollIntoView({ block: 'nearest' }));
  };
  const step = (by: number) => {
    const next = all[selected ? all.indexOf(selected) + by : 0];
    if (next) select(next);
  };
  useCommands([
    { id: 'next', label: 'Earlier commit', keys: 'j', group: 'Time machine', quiet: true, run: () => step(1) },
    { id: 'previous', label: 'Later commit', keys: 'k', group: 'Time machine', quiet: true, run: () => step(-1) },
    { id: 'close', label: 'Close the preview', keys: 'escape', group: 'Time machine', quiet: true, disabled: target === null, run: () => onTarget(null) },
  ]);

  return (
    <div className={css['history']}>
      <div className={css['left']}>
        <Filters filter={filter} onChange={setFilter} product={product} onProduct={setProduct} onGoTo={(at) => onTarget({ at })} people={peopleOf(loaded)} />
        <Strip commits={all} selected={selected} onSelect={select} />
        <div className={css['scroll']}>
          {commits.isPending ? (
            <SkeletonRows rows={10} height={44} />
          ) : commits.isError ? (
            <ErrorState what="load the history" error={commits.error} onRetry={() => void commits.refetch()} />
          ) : all.length === 0 ? (
            <EmptyState icon="history" title={filtered ? 'No commit matches' : 'Nothing has happened yet'}>
              {filtered
                ? commits.hasNextPage
                  ? 'None of the commits looked at so far; earlier ones may.'
                  : 'Widen the time or choose another person or product.'
                : 'Every change on this site is kept here, and the site can go back to any moment.'}
            </EmptyState>
          ) : (
            <Commits commits={all} selected={selected} onSelect={select} />
          )}
          {commits.hasNextPage && (
            <div className={css['more']}>
              <Button busy={commits.isFetchingNextPage} onClick={() => void commits.fetchNextPage()}>
                Show earlier commits
              </Button>
            </div>
          )}
        </div>
      </div>
      {target && (
        <Preview key={JSON.stringify(target)} target={target} onClose={() => onTarget(null)} onRestore={onRestore} busy={busy} />
      )}
    </div>
  );
}

/** The tracker and the wiki share a volume: whose a commit is, the things tell that it touched. */
const touches = (commit: Commit, product: ProductName) => commit.summary.some(({ type }) => productOf(type) === product);

function peopleOf(commits: readonly { actor: Person }[]): Person[] {
  return [...new Map(commits.map((commit) => [commit.actor.accountId, commit.actor])).values()];
}

/** The instant of a datetime-local input, as RFC 3339; empty stays empty. */
function instant(local: string): string {
  const at = new Date(local);
  return local === '' || Number.isNaN(at.getTime()) ? '' : at.toISOString();
}

const dayStart = (day: string) => (day === '' ? '' : `${day}T00:00:00`);
const dayEnd = (day: string) => (day === '' ? '' : `${day}T23:59:59.999`);

interface FiltersProps {
  filter: CommitFilter;
  onChange: (filter: CommitFilter) => void;
  product: ProductName | null;
  onProduct: (product: ProductName | null) => void;
  onGoTo: (at: string) => void;
  people: readonly Person[];
}

function Filters({ filter, onChange, product, onProduct, onGoTo, people }: FiltersProps): ReactElement {
  const { products: on } = useSignedIn();
  const [known, setKnown] = useState<Person[]>([]);
  const [goTo, setGoTo] = useState('');
  const missing = people.filter((person) => !known.some((other) => other.accountId === person.accountId));
  if (missing.length > 0) setKnown([...known, ...missing]);
  const actor = known.find((person) => person.accountId === filter.actor);
  return (
    <div className={css['filters']}>
      <Picker
        placeholder="Anybody"
        options={known.map((person) => ({ value: person.accountId, label: person.displayName, mark: <Avatar person={person} /> }))}
        selected={actor ? [actor.accountId] : []}
        onPick={(id) => onChange({ ...filter, actor: id === filter.actor ? '' : id })}
        trigger={({ open, opened }) => (
          <Button size="s" iconEnd="chevronDown" aria-expanded={opened} onClick={open}>
            {actor ? `By ${actor.displayName}` : 'By anybody'}
          </Button>
        )}
      />
      <Picker
        placeholder="All products"
        options={on.flatMap((name) => (name in productNames ? [{ value: name, label: productNames[name as ProductName] }] : []))}
        selected={product ? [product] : []}
        onPick={(name) => onProduct(name === product ? null : (name as ProductName))}
        trigger={({ open, opened }) => (
          <Button size="s" iconEnd="chevronDown" aria-expanded={opened} onClick={open}>
            {product ? `In ${productNames[product]}` : 'In all products'}
          </Button>
        )}
      />
      <label className={css['date']}>
        from
        <input type="date" onChange={(event) => onChange({ ...filter, from: instant(dayStart(event.currentTarget.value)) })} />
      </label>
      <label className={css['date']}>
        to
        <input type="date" onChange={(event) => onChange({ ...filter, to: instant(dayEnd(event.currentTarget.value)) })} />
      </label>
      <form
        className={css['goTo']}
        onSubmit={(event) => {
          event.preventDefault();
          if (instant(goTo) !== '') onGoTo(instant(goTo));
        }}
      >
        <label className={css['date']}>
          exactly at
          <input type="datetime-local" step={1} value={goTo} onChange={(event) => setGoTo(event.currentTarget.value)} />
        </label>
        <Button size="s" type="submit" disabled={instant(goTo) === ''}>
          Show
        </Button>
      </form>
    </div>
  );
}
