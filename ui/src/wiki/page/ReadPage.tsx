import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useMemo, useRef, useState, type ReactElement } from 'react';
import { siteUrl } from '../../api';
import { docHeadings, preloadEditor } from '../../editor';
import { Avatar, Button, Icon, IconButton, Menu, Notice, RelativeTime, type MenuItem } from '../../kit';
import { Page, useCommands } from '../../shell';
import { CommentMargin } from '../comments/CommentMargin';
import { FooterComments } from '../comments/FooterComments';
import { SelectionBar, type Selected } from '../comments/SelectionBar';
import { CopyPageDialog } from '../dialogs/CopyPageDialog';
import { MovePageDialog } from '../dialogs/MovePageDialog';
import { TrashPageDialog } from '../dialogs/TrashPageDialog';
import { FilePreview } from '../files/FilePreview';
import { Head } from '../frame/Head';
import { copyText } from '../parts/say';
import { commentsQuery } from '../queries';
import type { WikiPage } from '../wire';
import { usePageActions } from './actions';
import { Article } from './Article';
import { markersOf, readingMinutes, resolvedBody } from './body';
import { Labels } from './Labels';
import { Outline } from './Outline';
import css from './Page.module.css';
import { useArchive } from './useArchive';

const RestrictionsDialog = lazy(() => import('../dialogs/RestrictionsDialog').then((m) => ({ default: m.RestrictionsDialog })));
const InfoDialog = lazy(() => import('../dialogs/InfoDialog').then((m) => ({ default: m.InfoDialog })));
const FilesDialog = lazy(() => import('../files/FilesDialog').then((m) => ({ default: m.FilesDialog })));

type Asked = 'move' | 'copy' | 'trash' | 'restrict' | 'info' | 'files' | null;

/** A page at rest: its text, what is said about it, and what can be done with it. */
export function ReadPage({ page }: { page: WikiPage }): ReactElement {
  const navigate = useNavigate();
  const act = usePageActions(page);
  const scroller = useRef<HTMLDivElement>(null);
  const article = useRef<HTMLDivElement>(null);
  const [asked, setAsked] = useState<Asked>(null);
  const [preview, setPreview] = useState<string | null>(null);
  const [labelling, setLabelling] = useState(false);
  const [side, setSide] = useState<'outline' | 'comments'>('outline');
  const [active, setActive] = useState<string | null>(null);
  const [selected, setSelected] = useState<Selected | null>(null);
  const inlineCount = page.comments.inlineOpen;
  const comments = useQuery({ ...commentsQuery(page.id), enabled: inlineCount + page.comments.footer + page.comments.inlineResolved > 0 });
  const threads = useMemo(() => (comments.data ?? []).filter((comment) => comment.location === 'inline'), [comments.data]);
  const open = useMemo(() => threads.filter((thread) => thread.resolution !== 'resolved'), [threads]);
  const body = useMemo(() => resolvedBody(page.body, page.references), [page.body, page.references]);
  const headings = useMemo(() => docHeadings(body), [body]);
  const order = useMemo(() => markersOf(body), [body]);
  const shownMarkers = useMemo(() => new Set(open.flatMap((thread) => (thread.marker ? [thread.marker] : []))), [open]);
  const spaceKey = page.space.key;
  const archiving = useArchive();
  const archived = page.status === 'archived';
  const archivable = page.type === 'page' && page.can.delete && page.space.homepageId !== page.id;
  const archive = (on: boolean) => archiving.mutate({ id: page.id, title: page.title, on });
  const edit = useCallback(() => {
    preloadEditor();
    void navigate({ to: '/wiki/spaces/$key/pages/$id', params: { key: spaceKey, id: page.id }, search: { edit: true } });
  }, [navigate, page.id, spaceKey]);
  const goHistory = () => void navigate({ to: '/wiki/spaces/$key/history/$id', params: { key: spaceKey, id: page.id }, search: {} });
  const openThread = useCallback((marker: string) => {
    setSide('comments');
    setActive(marker);
  }, []);
  const link = location.origin + siteUrl(page.links.view || `/wiki/spaces/${spaceKey}/pages/${page.id}`);
  const restricted = page.restrictions.read.length > 0 || page.restrictions.inherited.length > 0;
  useCommands([
    { id: 'edit-page', label: 'Edit this page', keys: 'e', group: 'Page', icon: 'edit', run: edit, disabled: !page.can.edit || archived },
    { id: 'page-comment', label: 'Write a comment', keys: 'm', group: 'Page', icon: 'comment', run: () => document.querySelector<HTMLElement>('[data-part="footer-composer"]')?.click(), disabled: !page.can.comment },
    { id: 'page-labels', label: 'Label this page', keys: 'l', group: 'Page', icon: 'tag', run: () => setLabelling(true), disabled: !page.can.edit },
    { id: 'page-watch', label: page.watch.page ? 'Stop watching this page' : 'Watch this page', keys: 'w', group: 'Page', icon: 'eye', run: () => act.watch(!page.watch.page) },
    { id: 'page-star', label: page.favourite ? 'Unstar this page' : 'Star this page', keys: 's', group: 'Page', icon: 'star', run: () => act.star(!page.favourite) },
    { id: 'page-history', label: 'History of this page', keys: 'h', group: 'Page', icon: 'history', run: goHistory },
    { id: 'page-files', label: 'Files of this page', keys: 't', group: 'Page', icon: 'attach', run: () => setAsked('files') },
    { id: 'page-restrict', label: 'Who may see this page', group: 'Page', icon: 'lock', run: () => setAsked('restrict') },
    { id: 'page-move', label: 'Move this page', group: 'Page', icon: 'move', run: () => setAsked('move'), disabled: !page.can.edit },
    { id: 'page-copy', label: 'Copy this page', group: 'Page', icon: 'copy', run: () => setAsked('copy') },
    { id: 'page-archive', label: archived ? 'Bring this page back from the archive' : 'Archive this page', group: 'Page', icon: 'archive', run: () => archive(!archived), disabled: !archivable },
    { id: 'page-link', label: 'Copy the link of this page', group: 'Page', icon: 'link', run: () => copyText(link, 'Link') },
    { id: 'page-like', label: page.likes.mine ? 'Take your like back' : 'Like this page', group: 'Page', icon: 'thumb', run: () => act.like(!page.likes.mine) },
  ]);
  const menu: MenuItem[] = [
    { label: 'Copy link', icon: 'link', onSelect: () => copyText(link, 'Link') },
    { label: 'History', icon: 'history', keys: 'h', onSelect: goHistory },
    { label: 'Information', icon: 'info', onSelect: () => setAsked('info') },
    { label: 'Files', icon: 'attach', keys: 't', onSelect: () => setAsked('files') },
    { label: 'Restrictions', icon: 'lock', onSelect: () => setAsked('restrict') },
    { label: 'Full width', icon: 'columns', checked: page.fullWidth, disabled: !page.can.edit, onSelect: () => act.layout({ emoji: page.emoji ?? '', fullWidth: !page.fullWidth }) },
    'divider',
    ...(page.can.edit && page.type === 'page' ? [{ label: 'Move…', icon: 'move' as const, onSelect: () => setAsked('move') }] : []),
    { label: 'Copy…', icon: 'copy', onSelect: () => setAsked('copy') },
    ...(archivable ? [{ label: archived ? 'Bring back' : 'Archive', icon: 'archive' as const, onSelect: () => archive(!archived) }] : []),
    ...(page.can.delete ? (['divider', { label: 'Move to trash…', icon: 'trash', danger: true, onSelect: () => setAsked('trash') }] as const) : []),
  ];
  const showSide = headings.length > 1 || inlineCount > 0 || page.comments.inlineResolved > 0 || selected !== null;
  const close = () => setAsked(null);
  const commenting = side === 'comments' || selected !== null;
  const closeComments = () => {
    setSide('outline');
    setActive(null);
    setSelected(null);
  };
  const dialogPage = { id: page.id, title: page.title, spaceKey, children: page.children, parentId: page.parentId };
  return (
    <Page
      title={page.title}
      head={<Head space={page.space} crumbs={page.breadcrumb ?? []} here={page.title} />}
      actions={
        <>
          <span className={css['wideOnly']}>
            <IconButton icon="star" label={page.favourite ? 'Unstar' : 'Star'} keys="s" pressed={page.favourite} className={page.favourite ? (css['starred'] ?? '') : ''} onClick={() => act.star(!page.favourite)} />
            <IconButton icon="eye" label={page.watch.page ? 'Stop watching' : 'Watch'} keys="w" pressed={page.watch.page} className={page.watch.page ? (css['on'] ?? '') : ''} onClick={() => act.watch(!page.watch.page)} />
          </span>
          {page.can.edit && !archived && (
            <Button icon="edit" onPointerEnter={preloadEditor} onClick={edit}>
              Edit
            </Button>
          )}
          <Menu width={220} trigger={<IconButton icon="more" label="More" />} items={menu} />
        </>
      }
    >
      <div ref={scroller} className={css['scroller']} data-commenting={commenting || undefined}>
        <div className={css['record']} data-full={page.fullWidth || undefined} data-side={showSide || undefined}>
          <div className={css['column']}>
            {archived && (
              <Notice tone="warning">
                This page is archived: it is out of the tree and the search, and read by its address.{' '}
                {archivable && (
                  <Button size="s" icon="undo" busy={archiving.isPending} onClick={() => archive(false)}>
                    Bring back
                  </Button>
                )}
              </Notice>
            )}
            <header className={css['title']}>
              <h1 dir="auto">
                {page.emoji && <span className={css['emoji']}>{page.emoji}</span>}
                {page.title}
              </h1>
              <div className={css['byline']}>
                <Avatar person={page.editor ?? page.author} size={24} />
                <span>
                  {(page.editor ?? page.author)?.displayName ?? 'Somebody'} · <RelativeTime at={page.updatedAt} />
                </span>
                <span>{readingMinutes(body)} min to read</span>
                <button type="button" className={css['byButton']} onClick={goHistory}>
                  Version {page.version}
                </button>
                {restricted && (
                  <button type="button" className={css['byButton']} onClick={() => setAsked('restrict')}>
                    <Icon name="lock" size={12} /> Restricted
                  </button>
                )}
                {inlineCount > 0 && (
                  <button type="button" className={css['byButton']} onClick={() => setSide('comments')}>
                    <Icon name="comment" size={12} /> {inlineCount} inline {inlineCount === 1 ? 'comment' : 'comments'}
                  </button>
                )}
                {page.draft && (
                  <button type="button" className={css['draft']} onClick={edit}>
                    <Icon name="edit" size={12} /> You have a draft
                  </button>
                )}
              </div>
            </header>
            <Article ref={article} page={page} body={body} annotations={shownMarkers} active={active} onAnnotation={openThread} onTask={page.can.edit ? act.task : undefined} onPreview={setPreview} />
            <Labels labels={page.labels ?? []} editable={page.can.edit} adding={labelling} onAdding={setLabelling} onChange={act.labels} spaceKey={spaceKey} />
            <div className={css['reactions']}>
              <Button size="s" icon="thumb" aria-pressed={page.likes.mine} className={page.likes.mine ? (css['liked'] ?? '') : ''} onClick={() => act.like(!page.likes.mine)}>
                {page.likes.count === 0 ? 'Like' : `${page.likes.count} ${page.likes.count === 1 ? 'like' : 'likes'}`}
              </Button>
              {page.attachments > 0 && (
                <Button size="s" variant="subtle" icon="attach" onClick={() => setAsked('files')}>
                  {page.attachments} {page.attachments === 1 ? 'file' : 'files'}
                </Button>
              )}
            </div>
            <FooterComments page={page} comments={comments} />
          </div>
          {showSide && (
            <aside className={css['side']} data-mode={commenting ? 'comments' : 'outline'} aria-label={commenting ? 'Inline comments' : 'Outline'}>
              {(inlineCount > 0 || page.comments.inlineResolved > 0 || commenting) && (
                <div className={css['sideTabs']}>
                  <Button size="s" variant="subtle" aria-pressed={!commenting} onClick={closeComments}>
                    {headings.length > 1 ? <span className={css['wideWord']}>Outline</span> : <span className={css['wideWord']}>Hide</span>}
                    <span className={css['narrowWord']}>Close</span>
                  </Button>
                  <Button size="s" variant="subtle" aria-pressed={commenting} onClick={() => setSide('comments')}>
                    Comments {inlineCount > 0 && inlineCount}
                  </Button>
                </div>
              )}
              {commenting ? (
                <CommentMargin page={page} threads={threads} order={order} article={article} active={active} onActive={setActive} selected={selected} onDone={() => setSelected(null)} />
              ) : (
                <Outline headings={headings} scroller={scroller} />
              )}
            </aside>
          )}
        </div>
        {page.can.comment && (
          <SelectionBar
            article={article}
            body={body}
            onComment={(made) => {
              setSide('comments');
              setActive(null);
              setSelected(made);
            }}
          />
        )}
      </div>
      {asked === 'move' && <MovePageDialog page={dialogPage} onClose={close} />}
      {asked === 'copy' && <CopyPageDialog page={dialogPage} onClose={close} />}
      {asked === 'trash' && <TrashPageDialog page={dialogPage} open onClose={close} />}
      <Suspense>
        {asked === 'restrict' && <RestrictionsDialog page={page} onClose={close} />}
        {asked === 'info' && <InfoDialog page={page} onClose={close} />}
        {asked === 'files' && <FilesDialog page={page} onClose={close} />}
      </Suspense>
      {preview && <FilePreview files={page.media ?? []} id={preview} onClose={() => setPreview(null)} onShow={setPreview} />}
    </Page>
  );
}
