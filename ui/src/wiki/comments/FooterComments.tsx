import type { UseQueryResult } from '@tanstack/react-query';
import { useEffect, useState, type ReactElement } from 'react';
import { Avatar, Button, ErrorState, Skeleton, useSlow } from '../../kit';
import { useSignedIn } from '../../shell';
import type { WikiComment, WikiPage } from '../wire';
import { CommentItem } from './CommentItem';
import css from './Comments.module.css';
import { Composer } from './Composer';
import { useCommentActions, type CommentActions } from './mutations';

/** What people say about the page as a whole, with answers below each. */
export function FooterComments({ page, comments }: { page: WikiPage; comments: UseQueryResult<WikiComment[]> }): ReactElement {
  const { account } = useSignedIn();
  const actions = useCommentActions(page.id);
  const threads = (comments.data ?? []).filter((comment) => comment.location === 'footer');
  const waiting = comments.isPending && comments.isFetching;
  const slow = useSlow(waiting);
  const pageUrl = page.links.view || `/wiki/spaces/${page.space.key}/pages/${page.id}`;
  useLinked(!waiting);
  return (
    <section className={css['footer']} aria-label="Comments">
      <h2>{page.comments.footer === 0 ? 'Comments' : `${page.comments.footer} ${page.comments.footer === 1 ? 'comment' : 'comments'}`}</h2>
      {slow && (
        <div role="status" aria-label="Loading the comments" className={css['comment']}>
          <Skeleton width={28} height={28} round />
          <Skeleton width="60%" />
        </div>
      )}
      {comments.isError && <ErrorState compact what="load the comments" error={comments.error} onRetry={() => void comments.refetch()} />}
      <ol className={css['threads']}>
        {threads.map((thread) => (
          <li key={thread.id}>
            <Thread thread={thread} page={page} actions={actions} pageUrl={pageUrl} />
          </li>
        ))}
      </ol>
      {page.can.comment && (
        <div className={css['composer']}>
          <Avatar person={account} size={28} />
          <div className={css['body']}>
            <Composer slot={`page-${page.id}`} part="footer-composer" invitation="Write a comment…" label="Comment" submit="Comment" onSend={(body) => actions.add({ location: 'footer', body })} />
          </div>
        </div>
      )}
    </section>
  );
}

/** Brings the comment that the address names into view. */
function useLinked(loaded: boolean): void {
  useEffect(() => {
    const id = new URLSearchParams(location.search).get('focusedCommentId');
    if (loaded && id) document.getElementById(`comment-${id}`)?.scrollIntoView({ block: 'center' });
  }, [loaded]);
}

function Thread({ thread, page, actions, pageUrl }: { thread: WikiComment; page: WikiPage; actions: CommentActions; pageUrl: string }): ReactElement {
  const [answering, setAnswering] = useState(false);
  const replies = flat(thread);
  return (
    <>
      <CommentItem comment={thread} actions={actions} pageUrl={pageUrl} />
      <div className={css['replies']}>
        {replies.map((reply) => (
          <CommentItem key={reply.id} comment={reply} actions={actions} pageUrl={pageUrl} small />
        ))}
        {page.can.comment &&
          (answering ? (
            <Composer
              open
              slot={`reply-${thread.id}`}
              invitation="Answer…"
              label="Answer"
              submit="Answer"
              onCancel={() => setAnswering(false)}
              onSend={async (body) => {
                const ok = await actions.add({ location: 'footer', parentId: thread.id, body });
                if (ok) setAnswering(false);
                return ok;
              }}
            />
          ) : (
            <Button size="s" variant="subtle" onClick={() => setAnswering(true)}>
              Answer
            </Button>
          ))}
      </div>
    </>
  );
}

/** Answers and answers to answers, by time: depth is of no use to a reader. */
export function flat(thread: WikiComment): WikiComment[] {
  const all = (thread.replies ?? []).flatMap((reply) => [reply, ...flat(reply)]);
  return all.sort((a, b) => a.createdAt.localeCompare(b.createdAt));
}
