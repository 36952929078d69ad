import { createContext, useContext } from 'react';
import type { AdfDoc, FieldMeta } from '../../api';
import type { FindMedia, MediaFile } from '../../editor';
import type { useEdit } from './edit';
import type { Attachment, FullIssue } from './wire';

/** What the parts of an issue page share. */
export interface IssueContext {
  issue: FullIssue;
  issueKey: string;
  project: string;
  mode: 'page' | 'panel' | 'peek';
  edit: ReturnType<typeof useEdit>;
  /** Nothing where the reader may not change the field. */
  meta: (field: string) => FieldMeta | undefined;
  /** The part of the page that is open for editing: a field id, or a place such as "comment". */
  active: string | null;
  setActive: (part: string | null) => void;
  attachments: readonly Attachment[];
  findMedia: FindMedia;
  upload: (files: readonly File[]) => Promise<MediaFile[]>;
  preview: (attachmentId: string) => void;
}

export const IssueContextValue = createContext<IssueContext | null>(null);

export function useIssue(): IssueContext {
  const value = useContext(IssueContextValue);
  if (!value) throw new Error('a part of the issue stands outside of the issue');
  return value;
}

export type RichValue = AdfDoc | null;
