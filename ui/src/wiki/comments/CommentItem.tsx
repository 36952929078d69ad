import { useState, type ReactElement } from 'react';
import { siteUrl } from '../../api';
import { RichTextView, resolveCard } from '../../editor';
import { Avatar, Button, Dialog, Icon, IconButton, Menu, RelativeTime } from '../../kit';
import { useSignedIn } from '../../shell';
import { copyText } from '../parts/say';
import type { WikiComment } from '../wire';
import css from './Comments.module.css';
import { Composer } from './Composer';
import type { CommentActions } from './mutations';

interface CommentItemProps {
  comment: WikiComment;
  actions: CommentActions;
  pageUrl: string;
  small?: boolean;
}

/** One comment: who, when, what, and what can be done with it. */
export function CommentItem({ comment, actions, pageUrl, small = false }: CommentItemProps): ReactElement {
  const { account } = useSignedIn();
  const [editing, setEditing] = useState(false);
  const [asking, setAsking] = useState(false);
  const name = comment.author?.displayName ?? 'Somebody';
  return (
    <div className={css['comment']} id={`comment-${comment.id}`} data-small={small || undefined}>
      <Avatar person={comment.author} size={small ? 22 : 28} />
      <div className={css['body']}>
        <div className={css['byline']}>
          <b>{name}</b>
          <span className={css['quiet']}>
            <RelativeTime at={comment.createdAt} />
            {comment.version > 1 && ' · edited'}
          </span>
          <span className={css['acts']}>
            <button type="button" className={css['like']} aria-pressed={comment.likes.mine} aria-label={comment.likes.mine ? `Take back the like of ${name}'s comment` : `Like ${name}'s comment`} onClick={() => void actions.like(comment)}>
              <Icon name="thumb" size={14} />
              {comment.likes.count > 0 && comment.likes.count}
            </button>
            <Menu
              width={180}
              trigger={<IconButton icon="more" size="s" label={`Actions for the comment of ${name}`} />}
              items={[
                ...(comment.canEdit ? [{ label: 'Edit', icon: 'edit' as const, onSelect: () => setEditing(true) }] : []),
                { label: 'Copy link', icon: 'link', onSelect: () => copyText(`${location.origin}${siteUrl(pageUrl)}?focusedCommentId=${comment.id}`, 'Link to the comment') },
                ...(comment.canDelete ? (['divider', { label: 'Delete', icon: 'trash', danger: true, onSelect: () => setAsking(true) }] as const) : []),
              ]}
            />
          </span>
        </div>
        {editing ? (
          <Composer
            open
            slot={`edit-${comment.id}`}
            start={comment.body}
            label="Comment"
            invitation="Edit"
            submit="Save"
            onCancel={() => setEditing(false)}
            onSend={async (body) => {
              const ok = await actions.edit(comment, body);
              if (ok) setEditing(false);
              return ok;
            }}
          />
        ) : (
          <RichTextView doc={comment.body} accountId={account.accountId} resolveCard={resolveCard} />
        )}
      </div>
      {asking && (
        <Dialog
          title="Delete this comment?"
          width={420}
          onClose={() => setAsking(false)}
          footer={
            <>
              <Button variant="subtle" data-autofocus onClick={() => setAsking(false)}>
                Keep it
              </Button>
              <Button
                variant="danger"
                onClick={() => {
                  setAsking(false);
                  void actions.remove(comment);
                }}
              >
                Delete comment
              </Button>
            </>
          }
        >
          <p>The comment of {name} goes for everybody, with the answers to it.</p>
        </Dialog>
      )}
    </div>
  );
}
