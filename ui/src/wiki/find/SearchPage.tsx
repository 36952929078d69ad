import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { ApiError } from '../../api';
import { Avatar, Breadcrumb, Button, EmptyState, ErrorState, Icon, Picker, RelativeTime, SearchInput, SelectField, SkeletonRows } from '../../kit';
import { Page, useCommands } from '../../shell';
import { Excerpt, RefLink, refIcon } from '../parts/RefList';
import { labelsQuery, searchPeople, searchQuery, spacesQuery, type SearchFilter } from '../queries';
import css from './Find.module.css';

const types = [
  { value: '', label: 'Everything' },
  { value: 'page', label: 'Pages' },
  { value: 'blogpost', label: 'Blog posts' },
  { value: 'comment', label: 'Comments' },
  { value: 'attachment', label: 'Files' },
];

/** Full search: words and filters, or CQL for who knows it. */
export function SearchPage(): ReactElement {
  const filter = useSearch({ strict: false }) as SearchFilter;
  const navigate = useNavigate();
  const [text, setText] = useState(filter.q ?? '');
  const [cql, setCql] = useState(filter.cql ?? '');
  const expert = filter.cql !== undefined;
  const [asked, setAsked] = useState(filter.q);
  if (filter.q !== asked) {
    setAsked(filter.q);
    setText(filter.q ?? '');
  }
  const input = useRef<HTMLInputElement>(null);
  const empty = Object.values(filter).every((value) => value === undefined);
  const found = useInfiniteQuery({ ...searchQuery(filter), enabled: !empty, placeholderData: keepPreviousData });
  const spaces = useQuery(spacesQuery());
  const set = (next: SearchFilter) => void navigate({ to: '/wiki/search', search: clean(next), replace: true });
  const latest = useRef(set);
  useEffect(() => {
    latest.current = set;
  });
  useEffect(() => {
    if (expert || text === (filter.q ?? '')) return undefined;
    const timer = setTimeout(() => latest.current({ ...filter, q: text }), 250);
    return () => clearTimeout(timer);
  }, [text, filter, expert]);
  useCommands([{ id: 'find', label: 'Search the wiki', keys: 'f', group: 'Wiki', icon: 'search', run: () => input.current?.focus() }]);
  const results = found.data?.pages.flatMap((page) => page.results ?? []) ?? [];
  const total = found.data?.pages[0]?.total ?? 0;
  const more = found.data?.pages[0]?.totalIsMore ?? false;
  const wrong = found.error instanceof ApiError && found.error.status === 400 ? found.error.message : undefined;
  return (
    <Page title="Search the wiki" head={<Breadcrumb>{['Search']}</Breadcrumb>}>
      <div className={css['bar']}>
        {expert ? (
          <form
            className={css['cql']}
            onSubmit={(event) => {
              event.preventDefault();
              set({ cql });
            }}
          >
            <span className={css['cqlName']}>CQL</span>
            <input aria-label="CQL query" aria-invalid={wrong !== undefined || undefined} className={css['cqlInput']} spellCheck={false} value={cql} placeholder='space = ENG and type = page and text ~ "release"' onChange={(event) => setCql(event.currentTarget.value)} />
            <Button type="submit" variant="primary">
              Search
            </Button>
          </form>
        ) : (
          <SearchInput ref={input} label="Search pages, posts, comments and files" value={text} onChange={setText} width="min(520px, 100%)" />
        )}
        <Button
          variant="subtle"
          onClick={() => {
            const next = cqlOf(filter);
            setCql(next);
            set(expert ? (text === '' ? {} : { q: text }) : { cql: next });
          }}
        >
          {expert ? 'Simple search' : 'CQL'}
        </Button>
      </div>
      {!expert && (
        <div className={css['filters']}>
          <SelectField label="Kind" value={filter.type ?? ''} options={types} onChange={(type) => set({ ...filter, type })} />
          <SelectField label="Space" value={filter.space ?? ''} options={[{ value: '', label: 'All spaces' }, ...(spaces.data ?? []).map((space) => ({ value: space.key, label: space.name }))]} onChange={(space) => set({ ...filter, space })} />
          <LabelFilter value={filter.label} onPick={(label) => set({ ...filter, label })} />
          <PersonFilter value={filter.contributor} onPick={(contributor) => set({ ...filter, contributor })} />
          {(filter.type ?? filter.space ?? filter.label ?? filter.contributor) !== undefined && (
            <Button size="s" variant="subtle" icon="close" onClick={() => set({ q: filter.q })}>
              Clear filters
            </Button>
          )}
        </div>
      )}
      <div className={css['scroll']} aria-busy={found.isFetching}>
        {empty ? (
          <EmptyState icon="search" title="Search the wiki">
            Words are found in titles, texts, comments and the names of files.
          </EmptyState>
        ) : wrong !== undefined ? (
          <p className={css['wrong']} role="alert">
            {wrong}
          </p>
        ) : found.isError ? (
          <ErrorState what="search" error={found.error} onRetry={() => void found.refetch()} />
        ) : found.isPending ? (
          <SkeletonRows rows={8} height={64} />
        ) : results.length === 0 ? (
          <EmptyState icon="search" title="Nothing found">
            Try fewer words, another spelling, or take a filter away.
          </EmptyState>
        ) : (
          <>
            <p className={css['total']} role="status">
              {more && 'More than '}
              {total.toLocaleString()} {total === 1 ? 'result' : 'results'}
            </p>
            <ol className={css['results']} aria-label="Results">
              {results.map((item) => (
                <li key={`${item.type}-${item.id}`}>
                  <RefLink item={item} className={css['result']}>
                    <Icon name={refIcon(item.type)} />
                    <span className={css['words']}>
                      <b>{item.title || 'Untitled'}</b>
                      <small>
                        {item.spaceName}
                        {item.updatedBy && ` · ${item.updatedBy.displayName}`} · <RelativeTime at={item.updatedAt} />
                      </small>
                      <Excerpt item={item} />
                    </span>
                  </RefLink>
                </li>
              ))}
            </ol>
            {found.hasNextPage && (
              <div className={css['more']}>
                <Button busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
                  Show more
                </Button>
              </div>
            )}
          </>
        )}
      </div>
    </Page>
  );
}

const clean = (filter: SearchFilter): SearchFilter => Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined && value !== '')) as SearchFilter;

/** The filters in the words of CQL, to go on from. */
export function cqlOf({ q, space, type, label, contributor }: SearchFilter): string {
  const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
  const parts = [q ? `siteSearch ~ ${quoted(q)}` : '', type ? `type = ${type}` : '', space ? `space = ${quoted(space)}` : '', label ? `label = ${quoted(label)}` : '', contributor ? `contributor = ${quoted(contributor)}` : ''];
  return parts.filter(Boolean).join(' and ') || 'type = page order by lastmodified desc';
}

function LabelFilter({ value, onPick }: { value: string | undefined; onPick: (label: string | undefined) => void }): ReactElement {
  const [query, setQuery] = useState('');
  const [opened, setOpened] = useState(false);
  const found = useQuery({ ...labelsQuery(query.trim()), enabled: opened });
  return (
    <Picker
      opened={opened}
      onOpenedChange={setOpened}
      options={(found.data ?? []).map((label) => ({ value: label.name, label: label.name }))}
      selected={value ? [value] : []}
      onQuery={setQuery}
      loading={found.isFetching}
      placeholder="Label"
      onPick={(label) => onPick(label === value ? undefined : label)}
      trigger={({ open }) => (
        <Button icon="tag" onClick={open}>
          {value ?? 'Any label'}
        </Button>
      )}
    />
  );
}

function PersonFilter({ value, onPick }: { value: string | undefined; onPick: (account: string | undefined) => void }): ReactElement {
  const [query, setQuery] = useState('');
  const [opened, setOpened] = useState(false);
  const found = useQuery({ queryKey: ['wiki', 'people', query.trim()], queryFn: () => searchPeople(query.trim()), enabled: opened || value !== undefined, staleTime: 60_000 });
  const people = found.data ?? [];
  const chosen = people.find((person) => person.accountId === value);
  return (
    <Picker
      opened={opened}
      onOpenedChange={setOpened}
      options={people.map((person) => ({ value: person.accountId, label: person.displayName, mark: <Avatar person={person} size={18} /> }))}
      selected={value ? [value] : []}
      onQuery={setQuery}
      loading={found.isFetching}
      placeholder="Who wrote"
      onPick={(account) => onPick(account === value ? undefined : account)}
      trigger={({ open }) => (
        <Button icon="user" onClick={open}>
          {value === undefined ? 'Anybody' : (chosen?.displayName ?? 'One person')}
        </Button>
      )}
    />
  );
}
