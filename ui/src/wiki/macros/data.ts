import type { AdfDoc } from '../../api';
import type { Macro } from '../wire';

/** What the server says macros show, by their keys. */
export interface PageRef {
  id: string;
  title: string;
  url: string;
  excerpt?: string;
  updatedAt: string;
  updatedBy?: string;
  children?: PageRef[];
}

export interface PagesData {
  pages: PageRef[] | null;
}

export interface BodyData {
  page: PageRef;
  body: AdfDoc | null;
  macros?: Macro[];
  panel: boolean;
}

export interface ReportData {
  columns: string[];
  rows: { page: PageRef; values: (AdfDoc | null)[] }[];
}

export interface MacroIssue {
  key: string;
  summary: string;
  status: string;
  /** new, indeterminate, done */
  statusCategory: string;
  type: string;
  url: string;
}

export interface IssuesData {
  issues: MacroIssue[] | null;
  total: number;
  jql?: string;
  single: boolean;
}

export interface FilesData {
  files: { id: string; mediaId: string; name: string; mimeType: string; size: number; url: string; thumbnail?: string; createdAt: string; createdBy: string }[] | null;
}

export interface TasksData {
  tasks: { page: PageRef; localId: string; text: string; done: boolean; assignee?: string; dueAt?: string }[] | null;
}

export interface LabelsData {
  labels: string[];
}
