import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState, type ReactElement, type RefObject } from 'react';
import { api, ApiError, type AdfDoc } from '../../api';
import { RichTextEditor, resolveCard } from '../../editor';
import { Button, Checkbox, Dialog, IconButton, Menu, Notice, TextField, toast } from '../../kit';
import { Page, useCommands, useSignedIn } from '../../shell';
import { useUpload } from '../files/upload';
import { Head } from '../frame/Head';
import { useMacroView } from '../macros/context';
import { useMacroAsk } from '../macros/useMacroAsk';
import { findMediaIn } from '../page/media';
import { refused } from '../parts/say';
import { pageTo, spaceTo } from '../paths';
import { pageFilesQuery, pagePath, pageQuery, searchPeople, spaceQuery } from '../queries';
import { keys } from '../stale';
import type { Draft, WikiPage } from '../wire';
import { ConflictDialog } from './ConflictDialog';
import { publishProblem, saveWords } from './draft';
import css from './Edit.module.css';
import { useDraft } from './useDraft';

interface EditPageProps {
  /** Null for one that was never published. */
  page: WikiPage | null;
  draft: Draft | null;
  spaceKey: string;
}

export interface Publish {
  title: string;
  body: AdfDoc | null;
  base: number;
  force?: boolean;
  message?: string;
  minor?: boolean;
}

/** A page while it is written, where it stands: the title, the text, and whether it is kept. */
export function EditPage({ page, draft, spaceKey }: EditPageProps): ReactElement {
  const id = page?.id ?? draft?.pageId ?? '';
  const type = page?.type ?? (draft?.type === 'blogpost' ? 'blogpost' : 'page');
  const { account } = useSignedIn();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const space = useQuery(spaceQuery(spaceKey)).data ?? page?.space;
  const writing = useDraft(id, account.accountId, page, draft);
  const [asking, setAsking] = useState<'publish' | 'discard' | null>(null);
  const [conflict, setConflict] = useState<{ theirs: WikiPage; looking: boolean } | null>(null);
  const [tried, setTried] = useState(false);
  const editor = useRef<HTMLDivElement>(null);
  const { ask, insertions, dialog } = useMacroAsk(spaceKey);
  const upload = useUpload(id);
  const extensionView = useMacroView();
  const files = useInfiniteQuery({ ...pageFilesQuery(id), enabled: page === null });
  const known = page?.media ?? files.data?.pages.flatMap((each) => each.media ?? []);
  const media = useMemo(() => findMediaIn(known ?? []), [known]);
  const problem = publishProblem(writing.title);
  const isNew = page === null;

  const leave = async (to: 'page' | 'away') => {
    if (to === 'away' || isNew) await navigate(draft?.parentId && isNew ? { to: '/wiki/spaces/$key/pages/$id', params: { key: spaceKey, id: draft.parentId } } : spaceTo(spaceKey));
    else await navigate({ ...pageTo({ id, spaceKey, title: page.title, type }), search: {} });
  };
  const close = async () => {
    await writing.flush();
    void queries.invalidateQueries({ queryKey: keys.page(id) });
    if (isNew) toast({ title: 'Kept as a draft', detail: 'You find it under Drafts of the wiki.', action: { label: 'Continue', run: () => void navigate({ to: '/wiki/spaces/$key/pages/$id', params: { key: spaceKey, id }, search: { edit: true } }) } });
    await leave('page');
  };
  const publish = useMutation({
    meta: { quiet: true },
    mutationFn: async ({ title, body, base, force = false, message = '', minor = false }: Publish) => {
      await writing.hold();
      return api.post<{ id: string; version: number; url: string }>(`${pagePath(id)}/publish`, { baseVersion: base, title: title.trim(), body: body ?? { version: 1, type: 'doc', content: [] }, message, minorEdit: minor, force });
    },
    onSuccess: async (answer, { title }) => {
      await writing.forget(false);
      setConflict(null);
      setAsking(null);
      await Promise.all([keys.page(id), keys.trees, keys.lists, ['wiki', 'space'], keys.drafts].map((queryKey) => queries.invalidateQueries({ queryKey })));
      await queries.fetchQuery({ ...pageQuery(answer.id || id), staleTime: 0 }).catch(() => undefined);
      await navigate({ ...pageTo({ id: answer.id || id, spaceKey, title: title.trim(), type }), search: {} });
      toast({ title: answer.version > 1 ? `Version ${answer.version} published` : `${title.trim()} published`, tone: 'success' });
    },
    onError: async (error, sent) => {
      writing.resume();
      setAsking(null);
      if (error instanceof ApiError && error.status === 409) {
        const theirs = await queries.fetchQuery({ ...pageQuery(id), staleTime: 0 }).catch(() => null);
        if (theirs && theirs.version > sent.base) {
          setConflict({ theirs, looking: false });
          return;
        }
      }
      refused('Publishing', error);
    },
  });
  const send = (more: Partial<Publish> = {}) => {
    setTried(true);
    if (problem || publish.isPending) return;
    publish.mutate({ ...writing.now(), base: writing.base, ...more });
  };
  const discard = useMutation({
    meta: { quiet: true },
    mutationFn: () => writing.forget(true),
    onSuccess: async () => {
      setAsking(null);
      await leave('page');
      void queries.invalidateQueries({ queryKey: keys.page(id) });
      void queries.invalidateQueries({ queryKey: keys.lists });
      toast({ title: isNew ? 'Draft thrown away' : 'Your changes are thrown away' });
    },
    onError: (error) => refused('Discarding', error),
  });
  useCommands([
    { id: 'publish-page', label: 'Publish', group: 'Page', icon: 'send', keys: 'mod+enter', run: () => send() },
    { id: 'close-editor', label: 'Stop writing; the draft is kept', group: 'Page', icon: 'close', run: () => void close() },
  ]);
  useFocusText(editor, !isNew);
  const overtaken = page !== null && page.version > writing.base && !publish.isPending;
  return (
    <Page
      title={writing.title || 'Untitled'}
      head={<Head space={space ?? { key: spaceKey, name: spaceKey }} crumbs={page?.breadcrumb ?? []} here={isNew ? (type === 'blogpost' ? 'New post' : 'New page') : page.title} />}
      actions={
        <>
          <span className={css['state']} role="status" data-state={writing.state}>
            {saveWords[writing.state]}
          </span>
          <Button variant="subtle" onClick={() => void close()}>
            Close
          </Button>
          <Button variant="primary" busy={publish.isPending} onClick={() => send()}>
            {isNew ? 'Publish' : 'Update'}
          </Button>
          <Menu
            trigger={<IconButton icon="more" label="More ways to publish" />}
            items={[
              { label: 'Publish with a note…', icon: 'send', onSelect: () => setAsking('publish') },
              'divider',
              { label: isNew ? 'Throw the draft away…' : 'Throw my changes away…', icon: 'trash', danger: true, onSelect: () => setAsking('discard') },
            ]}
          />
        </>
      }
    >
      <div className={css['scroller']}>
        <div className={css['column']} data-full={page?.fullWidth || undefined}>
          {overtaken && (
            <Notice tone="warning" action={<Button size="s" onClick={() => setConflict({ theirs: page, looking: true })}>See what changed</Button>}>
              {page.editor?.displayName ?? 'Somebody'} published version {page.version} while you were writing. What you write is safe.
            </Notice>
          )}
          {writing.start.from === 'browser' && <Notice tone="info">This is what you wrote last time, from this browser. It had not reached the server.</Notice>}
          {writing.start.from === 'draft' && <Notice tone="info">You go on with your draft.</Notice>}
          <h1 className="visually-hidden">{isNew ? 'Write a page' : `Edit ${page.title}`}</h1>
          <textarea
            className={css['title']}
            rows={1}
            autoFocus={isNew}
            dir="auto"
            aria-label="Title"
            aria-invalid={(tried && problem !== undefined) || undefined}
            placeholder={type === 'blogpost' ? 'Title of the post' : 'Title of the page'}
            value={writing.title}
            maxLength={255}
            onChange={(event) => writing.setTitle(event.currentTarget.value.replace(/\n/g, ' '))}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' && event.key !== 'ArrowDown') return;
              event.preventDefault();
              if (event.ctrlKey || event.metaKey) send();
              else editor.current?.querySelector<HTMLElement>('[contenteditable="true"]')?.focus();
            }}
          />
          {tried && problem && (
            <p className={css['problem']} role="alert">
              {problem}
            </p>
          )}
          <div ref={editor} className={css['editor']}>
            <RichTextEditor
              appearance="page"
              label="Text of the page"
              value={writing.start.body}
              onChange={writing.setBody}
              placeholder="Write, or type / for tables, panels, macros…"
              features={{ layout: true }}
              insertions={insertions}
              mentionSearch={searchPeople}
              onUpload={upload}
              media={media}
              extensionView={extensionView}
              onEditExtension={ask}
              resolveCard={resolveCard}
            />
          </div>
        </div>
      </div>
      {dialog}
      {asking === 'publish' && <PublishDialog busy={publish.isPending} onClose={() => setAsking(null)} onPublish={(message, minor) => send({ message, minor })} />}
      {asking === 'discard' && (
        <Dialog
          title={isNew ? 'Throw this draft away?' : 'Throw your changes away?'}
          width={420}
          onClose={() => setAsking(null)}
          footer={
            <>
              <Button variant="subtle" data-autofocus onClick={() => setAsking(null)}>
                Keep it
              </Button>
              <Button variant="danger" busy={discard.isPending} onClick={() => discard.mutate()}>
                Throw away
              </Button>
            </>
          }
        >
          <p>{isNew ? 'Nobody else has seen it, and nothing of it stays.' : `The page stays as it was published, at version ${page.version}.`}</p>
        </Dialog>
      )}
      {conflict && (
        <ConflictDialog
          pageId={id}
          base={writing.base}
          mine={writing.now()}
          theirs={conflict.theirs}
          looking={conflict.looking}
          busy={publish.isPending}
          media={media}
          onClose={() => setConflict(null)}
          onPublish={(sent) => publish.mutate(sent)}
        />
      )}
    </Page>
  );
}

/** Puts the cursor into the text once the editor is there, without moving the page. */
function useFocusText(frame: RefObject<HTMLElement | null>, wanted: boolean): void {
  useEffect(() => {
    if (!wanted) return undefined;
    const timer = setInterval(() => {
      const text = frame.current?.querySelector<HTMLElement>('[contenteditable="true"]');
      if (!text) return;
      clearInterval(timer);
      if (document.activeElement === document.body || document.activeElement === null) text.focus({ preventScroll: true });
    }, 50);
    return () => clearInterval(timer);
  }, [frame, wanted]);
}

function PublishDialog({ busy, onClose, onPublish }: { busy: boolean; onClose: () => void; onPublish: (message: string, minor: boolean) => void }): ReactElement {
  const [message, setMessage] = useState('');
  const [minor, setMinor] = useState(false);
  return (
    <Dialog
      title="Publish with a note"
      width={460}
      onClose={onClose}
      onSubmit={() => onPublish(message.trim(), minor)}
      footer={
        <>
          <Button variant="subtle" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" variant="primary" busy={busy}>
            Publish
          </Button>
        </>
      }
    >
      <TextField label="What you changed" optional data-autofocus value={message} maxLength={1000} hint="Stands in the history." onChange={(event) => setMessage(event.currentTarget.value)} />
      <Checkbox label="A small change: tell nobody" checked={minor} onChange={(event) => setMinor(event.currentTarget.checked)} />
    </Dialog>
  );
}
