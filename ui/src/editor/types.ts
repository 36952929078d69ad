import type { AdfDoc } from '../api';
import type { FindMedia, MediaFile } from './adf';
import type { Mentionable } from './suggest';

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
  /** `full` for a description, `compact` for a comment. */
  appearance?: 'full' | 'compact';
}
