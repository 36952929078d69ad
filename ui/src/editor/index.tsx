import { lazy, Suspense, type ReactElement } from 'react';
import css from './Frame.module.css';
import type { RichTextEditorProps } from './types';
import { RichTextView } from './View';

export { isEmptyDoc, plainText, safeHref, type FindMedia, type MediaFile } from './adf';
export type { CardInfo, ExtensionEditing, ExtensionViewProps, FindExtensionView, ResolveCard } from './guests';
export { docHeadings, type DocHeading } from './headings';
export { isPicture } from './MediaView';
export { sizeText } from './size';
export type { Mentionable } from './suggest';
export type { CallerInsertion, Feature, RichTextEditorProps } from './types';
export { RichTextView, type RichTextViewProps } from './View';

const load = () => import('./Editor');
const Editor = lazy(() => load().then((m) => ({ default: m.Editor })));

/** Fetches the editor ahead of time, when somebody is about to write. */
export function preloadEditor(): void {
  void load().catch(() => undefined);
}

/** The rich text editor; its code is fetched when it is first shown. Until then the text stands where it will be written. */
export function RichTextEditor(props: RichTextEditorProps): ReactElement {
  return (
    <Suspense
      fallback={
        <div className={css['waiting']} data-appearance={props.appearance ?? 'full'} aria-busy="true">
          <RichTextView doc={props.value} media={props.media} extensionView={props.extensionView} resolveCard={props.resolveCard} />
        </div>
      }
    >
      <Editor {...props} />
    </Suspense>
  );
}
