import { useEffect, useMemo, type ReactElement, type Ref } from 'react';
import type { AdfDoc } from '../../api';
import { isEmptyDoc, RichTextView, resolveCard } from '../../editor';
import { useSignedIn } from '../../shell';
import { MacroContext, macrosByNode, useMacroView } from '../macros/context';
import type { WikiPage } from '../wire';
import { findMediaIn } from './media';
import css from './Page.module.css';

interface ArticleProps {
  ref?: Ref<HTMLDivElement>;
  page: WikiPage;
  /** The body with its links resolved. */
  body: AdfDoc | null;
  annotations?: ReadonlySet<string>;
  active?: string | null;
  onAnnotation?: (marker: string) => void;
  onTask?: ((localId: string, done: boolean) => void) | undefined;
  onPreview?: (id: string) => void;
}

/** The text of a page with its macros, files and inline comments. */
export function Article({ ref, page, body, annotations, active, onAnnotation, onTask, onPreview }: ArticleProps): ReactElement {
  const { account } = useSignedIn();
  const extensionView = useMacroView();
  const media = useMemo(() => findMediaIn(page.media ?? []), [page.media]);
  const macros = useMemo(() => {
    const byNode = macrosByNode(body, page.macros ?? []);
    return { doc: body, page: { id: page.id, spaceKey: page.space.key }, find: (node: Parameters<typeof byNode.get>[0]) => byNode.get(node), media };
  }, [body, page.macros, page.id, page.space.key, media]);
  useHash(body);
  useEffect(() => {
    for (const mark of document.querySelectorAll<HTMLElement>('[data-part="article"] [data-annotation]')) mark.toggleAttribute('data-active', mark.dataset['annotation'] === active);
    const chosen = !active ? null : document.querySelector(`[data-part="article"] [data-annotation="${CSS.escape(active)}"]`);
    chosen?.scrollIntoView({ block: 'nearest' });
  }, [active, body, annotations]);
  return (
    <MacroContext value={macros}>
      <div ref={ref} className={css['article']} data-part="article">
        {isEmptyDoc(body) ? (
          <p className={css['empty']}>This page is empty.</p>
        ) : (
          <RichTextView
            doc={body}
            anchors
            headingOffset={1}
            media={media}
            onOpenMedia={onPreview}
            accountId={account.accountId}
            extensionView={extensionView}
            resolveCard={resolveCard}
            annotations={annotations}
            onAnnotation={onAnnotation}
            onTask={onTask}
          />
        )}
      </div>
    </MacroContext>
  );
}

/** Goes to the heading that the address names, once it is there. */
function useHash(body: AdfDoc | null): void {
  useEffect(() => {
    if (!body || location.hash.length < 2) return;
    document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
  }, [body]);
}
