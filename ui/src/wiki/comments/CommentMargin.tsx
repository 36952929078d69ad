import { useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactElement, type RefObject } from 'react';
import { Button, IconButton } from '../../kit';
import type { WikiComment, WikiPage } from '../wire';
import { CommentItem } from './CommentItem';
import css from './Comments.module.css';
import { Composer } from './Composer';
import { flat } from './FooterComments';
import { inTextOrder, isResolved, stack } from './model';
import { useCommentActions } from './mutations';
import type { Selected } from './SelectionBar';

interface CommentMarginProps {
  page: WikiPage;
  threads: readonly WikiComment[];
  /** Markers as they stand in the text. */
  order: readonly string[];
  article: RefObject<HTMLElement | null>;
  active: string | null;
  onActive: (marker: string | null) => void;
  /** Words to be commented. */
  selected: Selected | null;
  onDone: () => void;
}

const gap = 12;
const draftKey = 'draft';

/** Inline comments beside the words they are about. */
export function CommentMargin({ page, threads, order, article, active, onActive, selected, onDone }: CommentMarginProps): ReactElement {
  const [resolved, setResolved] = useState(false);
  const actions = useCommentActions(page.id);
  const shown = useMemo(() => inTextOrder(threads.filter((thread) => resolved || !isResolved(thread)), order), [threads, order, resolved]);
  const margin = useRef<HTMLDivElement>(null);
  const keys = useMemo(() => cardKeys(shown, selected, order), [shown, selected, order]);
  const pinned = selected ? draftKey : (shown.find((thread) => thread.marker === active)?.id ?? null);
  usePlaces(margin, article, keys, shown, selected, pinned);
  const done = threads.filter(isResolved).length;
  const pageUrl = page.links.view || `/wiki/spaces/${page.space.key}/pages/${page.id}`;
  const byId = new Map(shown.map((thread) => [thread.id, thread]));
  return (
    <>
      {done > 0 && (
        <Button size="s" variant="subtle" onClick={() => setResolved(!resolved)}>
          {resolved ? 'Hide resolved' : `Show ${done} resolved`}
        </Button>
      )}
      {keys.length === 0 && <p className={css['none']}>Select words in the text to comment on them.</p>}
      <div ref={margin} className={css['margin']}>
        {keys.map((key) => {
          if (key === draftKey && selected) {
            return (
              <div key={key} role="group" data-card={key} className={css['card']} data-active="true" aria-label="New comment">
                <blockquote>{selected.anchorText}</blockquote>
                <Composer
                  open
                  slot={`inline-${page.id}`}
                  invitation="Comment…"
                  label="Comment"
                  submit="Comment"
                  onCancel={onDone}
                  onSend={async (body) => {
                    const { anchorText, matchCount, matchIndex } = selected;
                    const ok = await actions.add({ location: 'inline', body, anchorText, matchCount, matchIndex });
                    if (ok) onDone();
                    return ok;
                  }}
                />
              </div>
            );
          }
          const thread = byId.get(key);
          return thread && <ThreadCard key={key} thread={thread} page={page} pageUrl={pageUrl} active={thread.marker !== undefined && thread.marker === active} onActive={() => onActive(thread.marker ?? null)} />;
        })}
      </div>
    </>
  );
}

/** Cards from the top down; the new one stands where its words do. */
function cardKeys(shown: readonly WikiComment[], selected: Selected | null, order: readonly string[]): string[] {
  const keys = shown.map((thread) => thread.id);
  if (!selected) return keys;
  const before = shown.filter((thread) => order.includes(thread.marker ?? '') && selected.after.includes(thread.marker ?? '')).length;
  return [...keys.slice(0, before), draftKey, ...keys.slice(before)];
}

interface ThreadCardProps {
  thread: WikiComment;
  page: WikiPage;
  pageUrl: string;
  active: boolean;
  onActive: () => void;
}

function ThreadCard({ thread, page, pageUrl, active, onActive }: ThreadCardProps): ReactElement {
  const actions = useCommentActions(page.id);
  const done = isResolved(thread);
  const replies = flat(thread);
  return (
    <div role="group" data-card={thread.id} className={css['card']} data-active={active || undefined} data-resolved={done || undefined} aria-label={`Comment of ${thread.author?.displayName ?? 'somebody'}`} onClick={onActive}>
      <div className={css['cardHead']}>
        <blockquote title={thread.anchorText}>{thread.anchorText}</blockquote>
        {page.can.comment && <IconButton icon={done ? 'undo' : 'check'} size="s" label={done ? 'Reopen' : 'Resolve'} onClick={() => void actions.resolve(thread, !done)} />}
      </div>
      {done && <div className={css['quiet']}>Resolved{thread.resolvedBy ? ` by ${thread.resolvedBy.displayName}` : ''}</div>}
      {thread.resolution === 'dangling' && <div className={css['quiet']}>These words are no longer in the text.</div>}
      <CommentItem comment={thread} actions={actions} pageUrl={pageUrl} small />
      {replies.map((reply) => (
        <CommentItem key={reply.id} comment={reply} actions={actions} pageUrl={pageUrl} small />
      ))}
      {page.can.comment && !done && <Composer slot={`reply-${thread.id}`} invitation="Answer…" label="Answer" submit="Answer" onSend={(body) => actions.add({ location: 'inline', parentId: thread.id, body })} />}
    </div>
  );
}

/** Measures words and cards and puts the cards beside the words. */
function usePlaces(margin: RefObject<HTMLDivElement | null>, article: RefObject<HTMLElement | null>, keys: readonly string[], shown: readonly WikiComment[], selected: Selected | null, pinned: string | null): void {
  const [round, setRound] = useState(0);
  useEffect(() => {
    const again = () => setRound((before) => before + 1);
    const observer = new ResizeObserver(again);
    if (article.current) observer.observe(article.current);
    for (const card of margin.current?.querySelectorAll('[data-card]') ?? []) observer.observe(card);
    return () => observer.disconnect();
  }, [article, margin, keys]);
  useLayoutEffect(() => {
    const box = margin.current;
    if (!box) return;
    const floating = getComputedStyle(box).position !== 'static' && window.matchMedia('(min-width: 1281px)').matches;
    const cards = new Map([...box.querySelectorAll<HTMLElement>('[data-card]')].map((card) => [card.dataset['card'] ?? '', card]));
    if (!floating) {
      for (const card of cards.values()) card.style.transform = '';
      box.style.removeProperty('min-height');
      return;
    }
    const origin = box.getBoundingClientRect().top;
    const wordsTop = (key: string): number => {
      if (key === draftKey) return (selected?.top() ?? origin) - origin;
      const marker = shown.find((thread) => thread.id === key)?.marker;
      const words = marker === undefined ? null : article.current?.querySelector(`[data-annotation="${CSS.escape(marker)}"]`);
      return words ? words.getBoundingClientRect().top - origin : Number.MAX_SAFE_INTEGER;
    };
    const heights = keys.map((key) => cards.get(key)?.offsetHeight ?? 0);
    let lowest = 0;
    const wanted = keys.map((key) => {
      const top = wordsTop(key);
      lowest = top === Number.MAX_SAFE_INTEGER ? lowest : Math.max(lowest, top);
      return top === Number.MAX_SAFE_INTEGER ? lowest : top;
    });
    const tops = stack(wanted, heights, gap, pinned === null ? -1 : keys.indexOf(pinned));
    keys.forEach((key, i) => {
      const card = cards.get(key);
      if (card) card.style.transform = `translateY(${tops[i] ?? 0}px)`;
    });
    box.style.setProperty('min-height', `${(tops.at(-1) ?? 0) + (heights.at(-1) ?? 0)}px`);
  }, [article, margin, keys, shown, selected, pinned, round]);
}
