import { useEffect, useState, type ReactElement, type RefObject } from 'react';
import type { AdfDoc } from '../../api';
import { preloadEditor } from '../../editor';
import { Button } from '../../kit';
import { anchorOf } from '../page/body';
import css from './Comments.module.css';

/** Words that somebody chose to comment on. */
export interface Selected {
  anchorText: string;
  matchCount: number;
  matchIndex: number;
  /** Where they stand on the screen now. */
  top: () => number;
  /** Markers of comments above them. */
  after: readonly string[];
}

const blockSelector = 'p, [data-level], [data-node="task"] > div, [data-node="decision"] > div, figcaption, pre code';

/** The block of words around a node, and where it is among equal ones in the text of the page itself. */
function blockAround(article: HTMLElement, node: Node): { block: HTMLElement; index: number } | null {
  const element = node instanceof HTMLElement ? node : node.parentElement;
  const block = element?.closest<HTMLElement>(blockSelector);
  if (!block || !article.contains(block) || foreign(block, article)) return null;
  const blocks = [...article.querySelectorAll<HTMLElement>(blockSelector)].filter((each) => !foreign(each, article) && each.textContent === block.textContent);
  return { block, index: blocks.indexOf(block) };
}

/** Inside what another page or the server gives: those words are not in this document. */
function foreign(block: HTMLElement, article: HTMLElement): boolean {
  const included = block.closest('[data-foreign]');
  return included !== null && article.contains(included);
}

function read(article: HTMLElement | null, body: AdfDoc | null): { selected: Selected; rect: DOMRect } | null {
  const selection = document.getSelection();
  if (!article || !selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0).cloneRange();
  const around = blockAround(article, range.startContainer);
  if (!around) return null;
  const end = blockAround(article, range.endContainer);
  // A triple click selects up to the beginning of the next block.
  if (end?.block !== around.block) range.setEnd(around.block, around.block.childNodes.length);
  const before = document.createRange();
  before.selectNodeContents(around.block);
  before.setEnd(range.startContainer, range.startOffset);
  const anchor = anchorOf(body, range.toString(), around.block.textContent, before.toString(), around.index);
  if (!anchor) return null;
  const marks = [...article.querySelectorAll<HTMLElement>('[data-annotation]')].filter((mark) => range.comparePoint(mark, 0) < 0);
  return { selected: { ...anchor, top: () => range.getBoundingClientRect().top, after: marks.map((mark) => mark.dataset['annotation'] ?? '') }, rect: range.getBoundingClientRect() };
}

interface SelectionBarProps {
  article: RefObject<HTMLElement | null>;
  body: AdfDoc | null;
  onComment: (selected: Selected) => void;
}

/** A button beside words that are selected. */
export function SelectionBar({ article, body, onComment }: SelectionBarProps): ReactElement | null {
  const [at, setAt] = useState<{ selected: Selected; x: number; y: number } | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const found = read(article.current, body);
        if (!found) return setAt(null);
        const { rect } = found;
        setAt({ selected: found.selected, x: Math.max(70, Math.min(window.innerWidth - 70, rect.left + rect.width / 2)), y: rect.top > 60 ? rect.top - 42 : rect.bottom + 8 });
      }, 120);
    };
    const gone = () => setAt(null);
    document.addEventListener('selectionchange', look);
    window.addEventListener('scroll', gone, true);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('selectionchange', look);
      window.removeEventListener('scroll', gone, true);
    };
  }, [article, body]);
  if (!at) return null;
  return (
    <div className={css['selection']} role="toolbar" aria-label="Selected words" style={{ left: at.x, top: at.y }} onMouseDown={(event) => event.preventDefault()}>
      <Button
        size="s"
        variant="subtle"
        icon="comment"
        onPointerEnter={preloadEditor}
        onClick={() => {
          onComment(at.selected);
          setAt(null);
          document.getSelection()?.removeAllRanges();
        }}
      >
        Comment
      </Button>
    </div>
  );
}
