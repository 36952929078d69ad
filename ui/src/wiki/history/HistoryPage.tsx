import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo, useState, type ReactElement } from 'react';
import { api } from '../../api';
import { Avatar, Button, Dialog, EmptyState, ErrorState, RelativeTime, Skeleton, SkeletonRows, toast } from '../../kit';
import { Page } from '../../shell';
import { Head } from '../frame/Head';
import { findMediaIn } from '../page/media';
import { PageProblem } from '../page/PageProblem';
import { refused } from '../parts/say';
import { pageTo } from '../paths';
import { pagePath, pageQuery, versionQuery, versionsQuery } from '../queries';
import { keys } from '../stale';
import type { Version } from '../wire';
import { diffDocs } from './diff';
import { DiffView } from './DiffView';
import css from './History.module.css';
import { byDay } from './model';

/** Every version of a page, what one changed against another, and the way back to any. */
export function HistoryPage(): ReactElement {
  const { id = '' } = useParams({ strict: false });
  const { from, to } = useSearch({ strict: false }) as { from?: number; to?: number };
  const navigate = useNavigate();
  const page = useQuery(pageQuery(id));
  const versions = useInfiniteQuery(versionsQuery(id));
  const [asking, setAsking] = useState<Version | null>(null);
  const list = useMemo(() => versions.data?.pages.flatMap((each) => each.versions ?? []) ?? [], [versions.data]);
  const key = page.data?.space.key ?? '';
  if (page.isError && !page.data) {
    return (
      <Page title="History" head={<span />}>
        <PageProblem error={page.error} onRetry={() => void page.refetch()} />
      </Page>
    );
  }
  const newest = list[0]?.number ?? page.data?.version ?? 1;
  const after = to ?? newest;
  const before = from ?? Math.max(1, after - 1);
  const show = (nextFrom: number, nextTo: number) => void navigate({ to: '/wiki/spaces/$key/history/$id', params: { key, id }, search: { from: Math.min(nextFrom, nextTo), to: Math.max(nextFrom, nextTo) }, replace: true });
  return (
    <Page
      title={`History of ${page.data?.title ?? 'a page'}`}
      head={page.data ? <Head space={page.data.space} crumbs={[...(page.data.breadcrumb ?? []), { id, title: page.data.title }]} here="History" heading /> : <span />}
      actions={page.data && <Button onClick={() => void navigate({ ...pageTo({ id, spaceKey: key, title: page.data.title, type: page.data.type }) })}>Back to the page</Button>}
    >
      <div className={css['history']}>
        <aside className={css['versions']} aria-label="Versions">
          {versions.isPending ? (
            <SkeletonRows rows={6} height={52} />
          ) : versions.isError ? (
            <ErrorState compact what="load the history" error={versions.error} onRetry={() => void versions.refetch()} />
          ) : (
            byDay(list).map((day) => (
              <section key={day.label}>
                <h2>{day.label}</h2>
                <ul>
                  {day.versions.map((version) => (
                    <li key={version.number} className={css['version']} data-chosen={version.number === after ? 'to' : version.number === before ? 'from' : undefined}>
                      <button type="button" className={css['pick']} aria-current={version.number === after ? 'true' : undefined} onClick={() => show(Math.max(1, version.number - 1), version.number)}>
                        <Avatar person={version.by} size={22} />
                        <span>
                          <b>Version {version.number}</b>
                          {version.number === newest && <em>now</em>}
                          <small>
                            {version.by?.displayName ?? 'Somebody'} · <RelativeTime at={version.createdAt} />
                            {version.minorEdit && ' · small change'}
                          </small>
                          {version.message && <small className={css['message']}>{version.message}</small>}
                        </span>
                      </button>
                      <label className={css['compare']} title="Compare from this version">
                        <input type="radio" name="from" checked={version.number === before} disabled={version.number === after} aria-label={`Compare from version ${version.number}`} onChange={() => show(version.number, after)} />
                      </label>
                    </li>
                  ))}
                </ul>
              </section>
            ))
          )}
          {versions.hasNextPage && (
            <div className={css['more']}>
              <Button size="s" busy={versions.isFetchingNextPage} onClick={() => void versions.fetchNextPage()}>
                Older versions
              </Button>
            </div>
          )}
        </aside>
        <div className={css['differences']} tabIndex={0} role="group" aria-label="Differences">
          {newest === 1 && list.length > 0 && before === after ? (
            <EmptyState icon="history" title="Only one version yet">
              Every time the page is published, the version before stays here.
            </EmptyState>
          ) : (
            <Compare id={id} from={before} to={after} newest={newest} files={page.data?.media ?? []} onRestore={page.data?.can.edit ? setAsking : undefined} />
          )}
        </div>
      </div>
      {asking && page.data && <RestoreDialog version={asking} pageId={id} spaceKey={key} onClose={() => setAsking(null)} />}
    </Page>
  );
}

interface CompareProps {
  id: string;
  from: number;
  to: number;
  newest: number;
  files: Parameters<typeof findMediaIn>[0];
  onRestore: ((version: Version) => void) | undefined;
}

function Compare({ id, from, to, newest, files, onRestore }: CompareProps): ReactElement {
  const before = useQuery(versionQuery(id, from));
  const after = useQuery(versionQuery(id, to));
  const media = useMemo(() => findMediaIn(files), [files]);
  const diff = useMemo(() => (before.data && after.data ? diffDocs(from === to ? null : before.data.body, after.data.body) : null), [before.data, after.data, from, to]);
  const failed = before.isError ? before : after.isError ? after : null;
  if (failed) return <ErrorState what="load these versions" error={failed.error} onRetry={() => void failed.refetch()} />;
  if (!diff || !before.data || !after.data) {
    return (
      <div className={css['compareBody']} role="status" aria-label="Loading the versions">
        {[50, 90, 80, 95, 60].map((width, i) => (
          <Skeleton key={i} width={`${width}%`} style={{ display: 'block', marginBottom: 14 }} />
        ))}
      </div>
    );
  }
  const old = to < newest ? after.data : before.data.number < newest ? before.data : null;
  return (
    <div className={css['compareBody']}>
      <div className={css['compareHead']}>
        <div>
          <b>
            Version {from} to {to}
          </b>
          <span className={css['count']} data-tone="add">
            +{diff.added.toLocaleString()} words
          </span>
          <span className={css['count']} data-tone="remove">
            −{diff.removed.toLocaleString()} words
          </span>
        </div>
        {onRestore && old && (
          <Button size="s" icon="undo" onClick={() => onRestore(old)}>
            Restore version {old.number}
          </Button>
        )}
      </div>
      <h2 className={css['docTitle']}>
        {before.data.title === after.data.title ? (
          after.data.title
        ) : (
          <>
            <s>{before.data.title}</s> <u>{after.data.title}</u>
          </>
        )}
      </h2>
      <DiffView diff={diff} media={media} />
    </div>
  );
}

function RestoreDialog({ version, pageId, spaceKey, onClose }: { version: Version; pageId: string; spaceKey: string; onClose: () => void }): ReactElement {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const restore = useMutation({
    meta: { quiet: true },
    mutationFn: () => api.post<{ id: string; version: number }>(`${pagePath(pageId)}/versions/${version.number}/restore`, { message: `Restored version ${version.number}` }),
    onSuccess: async (answer) => {
      await Promise.all([keys.page(pageId), keys.trees, keys.lists].map((queryKey) => queries.invalidateQueries({ queryKey })));
      toast({ title: `Version ${version.number} is back`, detail: `It is version ${answer.version} now; nothing of the history is gone.`, tone: 'success' });
      onClose();
      void navigate({ to: '/wiki/spaces/$key/history/$id', params: { key: spaceKey, id: pageId }, search: {} });
    },
    onError: (error) => refused('Restoring', error),
  });
  return (
    <Dialog
      title={`Restore version ${version.number}?`}
      width={440}
      onClose={onClose}
      footer={
        <>
          <Button variant="subtle" onClick={onClose}>
            Cancel
          </Button>
          <Button variant="primary" data-autofocus busy={restore.isPending} onClick={() => restore.mutate()}>
            Restore
          </Button>
        </>
      }
    >
      <p>
        The page says again what it said <RelativeTime at={version.createdAt} />, as a new version. The versions since stay in the history.{' '}
        <Link to="/wiki/spaces/$key/pages/$id" params={{ key: spaceKey, id: pageId }}>
          See the page as it is now
        </Link>
      </p>
    </Dialog>
  );
}
