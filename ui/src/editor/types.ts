import type { AdfDoc, AdfNode } from '../api';
import type { IconName } from '../kit';
import type { FindMedia, MediaFile } from './adf';
import type { FindExtensionView, ResolveCard } from './guests';
import type { Mentionable } from './suggest';

/** Kinds of content that can be offered or not. What a document has already always stays and can be edited. */
export type Feature = 'headings' | 'code' | 'table' | 'quote' | 'panel' | 'expand' | 'layout' | 'decision' | 'task' | 'date' | 'status' | 'rule';

/** A line that the page adds to the list behind "/". */
export interface CallerInsertion {
  /** Unique among the page's own. */
  id: string;
  label: string;
  note?: string;
  /** Further words that find it. */
  words?: string;
  icon: IconName;
  /** The node to put at the cursor, perhaps after asking in a dialog; null puts nothing. */
  make: () => AdfNode | null | Promise<AdfNode | null>;
}

export interface RichTextEditorProps {
  /** What it starts with. Later values are not taken over: what is being written wins. */
  value: AdfDoc | null;
  onChange: (value: AdfDoc | null) => void;
  /** What is written, for readers of the screen. */
  label?: string;
  placeholder?: string;
  mentionSearch?: (query: string) => Promise<Mentionable[]>;
  /** Sends a file and says what the document calls it. Without it no files are taken. */
  onUpload?: (file: File) => Promise<MediaFile>;
  media?: FindMedia;
  autoFocus?: boolean;
  /** Mod-Enter and the main button. */
  onSubmit?: () => void;
  submitLabel?: string;
  /** Escape and the second button. */
  onCancel?: () => void;
  busy?: boolean;
  /** `full` for a description, `compact` for a comment, `page` for a whole page: no frame, tools above, the page scrolls. */
  appearance?: 'full' | 'compact' | 'page';
  /** What "/" offers beyond or below the usual: all but `layout`. */
  features?: Partial<Readonly<Record<Feature, boolean>>>;
  /** More lines behind "/", in their order, after the editor's own. */
  insertions?: readonly CallerInsertion[];
  /** Draws macros. */
  extensionView?: FindExtensionView;
  /** Asks for other attributes of a macro; null keeps them. With it a macro that is chosen offers "Edit". */
  onEditExtension?: (node: AdfNode) => Promise<Record<string, unknown> | null>;
  /** Says what smart links lead to. An address that is pasted alone and is known here becomes one. */
  resolveCard?: ResolveCard;
  /**
   * Keeps what is written while it is written: called when the hand has rested for
   * `rest` ms (800), after `longest` ms (5000) at the latest, and when the editor or the page
   * goes away. Calls never overlap; the latest text wins. Errors are the caller's to show.
   */
  autosave?: { save: (value: AdfDoc | null) => Promise<void> | void; rest?: number; longest?: number };
}
