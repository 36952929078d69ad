import { lazy, Suspense, useLayoutEffect, useRef, useState, type ReactElement } from 'react';
import { TypedAhead } from './ahead';
import css from './Frame.module.css';
import type { RichTextEditorProps } from './types';
import { RichTextView } from './View';

export { isEmptyDoc, plainText, safeHref, type FindMedia, type MediaFile } from './adf';
export type { CardInfo, ExtensionEditing, ExtensionViewProps, FindExtensionView, ResolveCard } from './guests';
export { docHeadings, type DocHeading } from './headings';
export { isPicture } from './MediaView';
export { sizeText } from './size';
export { resolveCard } from './smartCard';
export type { Mentionable } from './suggest';
export type { CallerInsertion, Feature, RichTextEditorProps } from './types';
export { RichTextView, type RichTextViewProps } from './View';

const load = () => import('./Editor');
const Editor = lazy(() => load().then((m) => ({ default: m.Editor })));

/** Fetches the editor ahead of time, when somebody is about to write. */
export function preloadEditor(): void {
  void load().catch(() => undefined);
}

/**
 * The rich text editor; its code is fetched when it is first shown. Until then the
 * text stands where it will be written, and what is typed is kept for it: "m" and
 * a quick word must not become commands of the page.
 */
export function RichTextEditor(props: RichTextEditorProps): ReactElement {
  const [ahead] = useState(() => new TypedAhead());
  return (
    <Suspense fallback={<Waiting ahead={ahead} {...props} />}>
      <Editor {...props} ahead={ahead} />
    </Suspense>
  );
}

function Waiting({ ahead, value, media, extensionView, resolveCard, appearance = 'full', autoFocus, label, onCancel }: RichTextEditorProps & { ahead: TypedAhead }): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (autoFocus) place.current?.focus();
  }, [autoFocus]);
  return (
    <div
      ref={place}
      className={css['waiting']}
      role="group"
      aria-label={`${label ?? 'Text'}, loading`}
      aria-busy="true"
      tabIndex={-1}
      data-own-keys
      data-appearance={appearance}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && onCancel) {
          event.stopPropagation();
          onCancel();
        } else ahead.key(event.nativeEvent);
      }}
    >
      <RichTextView doc={value} media={media} extensionView={extensionView} resolveCard={resolveCard} />
    </div>
  );
}
