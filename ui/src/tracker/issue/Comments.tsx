import { useInfiniteQuery, useMutation, useQueryClient, type InfiniteData, type QueryClient } from '@tanstack/react-query';
import { useEffect, useState, type ReactElement } from 'react';
import { api, readLocal, siteUrl, useLocal, writeLocal, type AdfDoc } from '../../api';
import { isEmptyDoc, plainText, preloadEditor, RichTextEditor, RichTextView, resolveCard } from '../../editor';
import { Avatar, Button, Dialog, ErrorState, IconButton, Menu, RelativeTime, Skeleton, toast, useSlow } from '../../kit';
import { useSignedIn } from '../../shell';
import { useIssue } from './context';
import { refresh, refused } from './edit';
import css from './Activity.module.css';
import { searchPeople } from './people';
import { commentsQuery, issuePath } from './queries';
import type { Comment, CommentPage } from './wire';

type Pages = InfiniteData<CommentPage, number>;

const pendingId = 'pending';

function paint(queries: QueryClient, key: string, change: (comments: Comment[]) => Comment[]): Pages | undefined {
  const { queryKey } = commentsQuery(key);
  const before = queries.getQueryData<Pages>(queryKey);
  queries.setQueryData<Pages>(queryKey, (data) => data && { ...data, pages: data.pages.map((page) => ({ ...page, comments: change(page.comments) })) });
  return before;
}

/** Sends a comment: it stands in the thread at once, and comes back into the editor if it is refused. */
function useAddComment(key: string) {
  const queries = useQueryClient();
  const { account } = useSignedIn();
  return useMutation({
    meta: { quiet: true },
    mutationFn: (body: AdfDoc) => api.post<Comment>(`${issuePath(key)}/comment`, { body }),
    onMutate: async (body) => {
      await queries.cancelQueries({ queryKey: commentsQuery(key).queryKey });
      const now = new Date().toISOString();
      const mine: Comment = { id: pendingId, author: { accountId: account.accountId, displayName: account.displayName }, body, created: now, updated: now };
      let first = true;
      const before = paint(queries, key, (comments) => {
        const next = first ? [mine, ...comments] : comments;
        first = false;
        return next;
      });
      return { before };
    },
    onError: (error, _body, context) => {
      queries.setQueryData(commentsQuery(key).queryKey, context?.before);
      refused('The comment', error);
    },
    onSettled: () => refresh(queries, key),
  });
}

export function Comments(): ReactElement {
  const { issueKey } = useIssue();
  const thread = useInfiniteQuery(commentsQuery(issueKey));
  const slow = useSlow(thread.isPending);
  const [newestFirst, setNewestFirst] = useLocal('comments-newest-first', false);
  const fromNewest = thread.data?.pages.flatMap((page) => page.comments) ?? [];
  const comments = newestFirst ? fromNewest : [...fromNewest].reverse();
  const total = thread.data?.pages[0]?.total ?? 0;
  const hidden = Math.max(0, total - fromNewest.length);
  useShowLinked(comments.length > 0);

  const earlier = hidden > 0 && thread.hasNextPage && (
    <Button size="s" variant="subtle" busy={thread.isFetchingNextPage} onClick={() => void thread.fetchNextPage()}>
      Show {Math.min(40, hidden)} earlier {hidden === 1 ? 'comment' : 'comments'}
      {hidden > 40 && ` of ${hidden.toLocaleString()}`}
    </Button>
  );
  return (
    <div className={css['tab']}>
      {total > 1 && (
        <div className={css['order']}>
          <Button size="s" variant="subtle" icon={newestFirst ? 'arrowDown' : 'arrowUp'} onClick={() => setNewestFirst(!newestFirst)}>
            {newestFirst ? 'Newest first' : 'Oldest first'}
          </Button>
        </div>
      )}
      {newestFirst && <Composer />}
      {!newestFirst && earlier}
      {slow && <ThreadSkeleton />}
      {thread.isError && <ErrorState compact what="load the comments" error={thread.error} onRetry={() => void thread.refetch()} />}
      {comments.length > 0 && (
        <ol className={css['thread']}>
          {comments.map((comment) => (
            <CommentItem key={comment.id} comment={comment} />
          ))}
        </ol>
      )}
      {newestFirst && earlier}
      {!newestFirst && <Composer />}
    </div>
  );
}

/** Brings the comment that the address names into view. */
function useShowLinked(loaded: boolean): void {
  useEffect(() => {
    if (!loaded || !location.hash.startsWith('#comment-')) return;
    document.getElementById(location.hash.slice(1))?.scrollIntoView({ block: 'center' });
  }, [loaded]);
}

function ThreadSkeleton(): ReactElement {
  return (
    <div role="status" aria-label="Loading comments" className={css['thread']}>
      {[0, 1].map((i) => (
        <div key={i} className={css['comment']}>
          <Skeleton width={28} height={28} round />
          <div className={css['commentBody']}>
            <Skeleton width={160} />
            <Skeleton width={i === 0 ? '80%' : '55%'} style={{ display: 'block', marginTop: 12 }} />
          </div>
        </div>
      ))}
    </div>
  );
}

/** An invitation at rest, the editor when somebody writes. What is half written is kept for this issue. */
function Composer(): ReactElement {
  const { issueKey, active, setActive, findMedia, upload } = useIssue();
  const { account } = useSignedIn();
  const slot = `comment.${account.accountId}.${issueKey}`;
  const [kept, setKept] = useLocal<AdfDoc | null | undefined>(slot, null);
  const [round, setRound] = useState(0);
  const add = useAddComment(issueKey);
  const writing = active === 'comment';
  const send = () => {
    const body = readLocal<AdfDoc | null>(slot, null);
    if (isEmptyDoc(body) || !body) return;
    setKept(undefined);
    setRound(round + 1);
    setActive(null);
    add.mutate(body, {
      onError: () => {
        writeLocal(slot, body);
        setActive('comment');
      },
    });
  };
  return (
    <div className={css['composer']}>
      <Avatar person={account} size={28} />
      {writing ? (
        <div className={css['commentBody']}>
          <RichTextEditor
            key={round}
            autoFocus
            label="Comment"
            appearance="compact"
            value={kept ?? null}
            onChange={(doc) => setKept(doc && !isEmptyDoc(doc) ? doc : undefined)}
            placeholder="Write a comment. @ mentions, / inserts."
            mentionSearch={searchPeople}
            resolveCard={resolveCard}
            media={findMedia}
            onUpload={async (file) => {
              const [sent] = await upload([file]);
              if (!sent) throw new Error('The server did not say what became of the file.');
              return sent;
            }}
            onSubmit={send}
            submitLabel="Comment"
            onCancel={() => setActive(null)}
          />
        </div>
      ) : (
        <button type="button" className={css['invitation']} onPointerEnter={preloadEditor} onFocus={preloadEditor} onClick={() => setActive('comment')}>
          {kept ? (
            <>
              <b>Draft</b> {plainText(kept).slice(0, 120)}
            </>
          ) : (
            'Add a comment…'
          )}
        </button>
      )}
    </div>
  );
}

function CommentItem({ comment }: { comment: Comment }): ReactElement {
  const { issueKey, active, setActive, findMedia, preview } = useIssue();
  const { account } = useSignedIn();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const mine = comment.author?.accountId === account.accountId;
  const pending = comment.id === pendingId;
  const edited = comment.updated !== comment.created;
  const place = `comment-${comment.id}`;
  const remove = useMutation({
    meta: { quiet: true },
    mutationFn: () => api.delete(`${issuePath(issueKey)}/comment/${comment.id}`),
    onMutate: () => ({ before: paint(queries, issueKey, (comments) => comments.filter((each) => each.id !== comment.id)) }),
    onError: (error, _nothing, context) => {
      queries.setQueryData(commentsQuery(issueKey).queryKey, context?.before);
      refused('Deleting the comment', error);
    },
    onSuccess: () => {
      const again = () => void api.post(`${issuePath(issueKey)}/comment`, { body: comment.body }).then(() => refresh(queries, issueKey), (error: unknown) => refused('The comment', error));
      toast({ title: 'Comment deleted', ...(mine ? { undo: again } : {}) });
    },
    onSettled: () => refresh(queries, issueKey),
  });
  const copyLink = () =>
    void navigator.clipboard.writeText(`${location.origin}${siteUrl(`/browse/${issueKey}`)}#${place}`).then(() => toast({ title: 'Link to the comment copied' }));
  return (
    <li className={css['comment']} id={place} data-pending={pending || undefined}>
      <Avatar person={comment.author} size={28} />
      <div className={css['commentBody']}>
        <div className={css['byline']}>
          <b>{comment.author?.displayName ?? 'Somebody'}</b>
          <span className={css['quiet']}>
            {pending ? 'sending…' : <RelativeTime at={comment.created} />}
            {edited && !pending && <span title="Edited"> · edited</span>}
          </span>
          {!pending && (
            <span className={css['acts']}>
              <Menu
                width={180}
                trigger={<IconButton icon="more" label={`Actions for the comment of ${comment.author?.displayName ?? 'somebody'}`} size="s" />}
                items={[
                  ...(mine || account.admin ? [{ label: 'Edit', icon: 'edit' as const, onSelect: () => setActive(place) }] : []),
                  { label: 'Copy link', icon: 'link', onSelect: copyLink },
                  ...(mine || account.admin ? (['divider', { label: 'Delete', icon: 'trash', danger: true, onSelect: () => (mine ? remove.mutate() : setAsking(true)) }] as const) : []),
                ]}
              />
            </span>
          )}
        </div>
        {active === place ? <EditComment comment={comment} place={place} /> : <RichTextView resolveCard={resolveCard} doc={comment.body} media={findMedia} onOpenMedia={preview} accountId={account.accountId} />}
      </div>
      {asking && (
        <Dialog
          title="Delete what somebody else wrote?"
          width={440}
          onClose={() => setAsking(false)}
          footer={
            <>
              <Button variant="subtle" onClick={() => setAsking(false)}>
                Keep it
              </Button>
              <Button
                variant="danger"
                onClick={() => {
                  setAsking(false);
                  remove.mutate();
                }}
              >
                Delete comment
              </Button>
            </>
          }
        >
          <p>The comment of {comment.author?.displayName ?? 'somebody'} goes for everybody. The time machine can still bring it back.</p>
        </Dialog>
      )}
    </li>
  );
}

function EditComment({ comment, place }: { comment: Comment; place: string }): ReactElement {
  const { issueKey, setActive, findMedia, upload } = useIssue();
  const { account } = useSignedIn();
  const queries = useQueryClient();
  const slot = `${place}.${account.accountId}`;
  const [start] = useState(() => readLocal<AdfDoc | null>(slot, null) ?? comment.body);
  const [body, setBody] = useState<AdfDoc | null>(start);
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: (next: AdfDoc) => api.put(`${issuePath(issueKey)}/comment/${comment.id}`, { body: next }),
    onMutate: (next) => ({ before: paint(queries, issueKey, (comments) => comments.map((each) => (each.id === comment.id ? { ...each, body: next } : each))) }),
    onSuccess: () => writeLocal(slot, undefined),
    onError: (error, _next, context) => {
      queries.setQueryData(commentsQuery(issueKey).queryKey, context?.before);
      setActive(place);
      refused('The comment', error);
    },
    onSettled: () => refresh(queries, issueKey),
  });
  return (
    <RichTextEditor
      autoFocus
      label="Comment"
      appearance="compact"
      value={start}
      onChange={(next) => {
        setBody(next);
        writeLocal(slot, next ?? undefined);
      }}
      mentionSearch={searchPeople}
      resolveCard={resolveCard}
      media={findMedia}
      onUpload={async (file) => {
        const [sent] = await upload([file]);
        if (!sent) throw new Error('The server did not say what became of the file.');
        return sent;
      }}
      onSubmit={() => {
        if (!body || isEmptyDoc(body)) return;
        setActive(null);
        save.mutate(body);
      }}
      onCancel={() => setActive(null)}
    />
  );
}
