import type { AdfDoc, FieldMeta, Issue, IssueType, Priority, Status, Transition, User } from '../../api';

/** What the issue view reads beyond the fields that every page knows. */
export interface FullIssue extends Issue {
  editmeta?: { fields: Record<string, FieldMeta> };
  transitions?: Transition[];
  names?: Record<string, string>;
}

export interface IssueRef {
  id: string;
  key: string;
  fields: { summary: string; status: Status; issuetype: IssueType; priority?: Priority | null; assignee?: User | null };
}

export interface LinkType {
  id: string;
  name: string;
  inward: string;
  outward: string;
}

export interface IssueLink {
  id: string;
  type: LinkType;
  inwardIssue?: IssueRef;
  outwardIssue?: IssueRef;
}

export interface Attachment {
  id: string;
  /** What documents call it, where the server says so. */
  mediaId?: string;
  filename: string;
  author?: User;
  created: string;
  size: number;
  mimeType: string;
  thumbnail?: string;
}

export interface Comment {
  id: string;
  author?: User;
  updateAuthor?: User;
  body: AdfDoc | null;
  created: string;
  updated: string;
}

export interface CommentPage {
  comments: Comment[];
  startAt: number;
  maxResults: number;
  total: number;
}

export interface Worklog {
  id: string;
  author?: User;
  comment?: AdfDoc | null;
  started: string;
  timeSpent: string;
  timeSpentSeconds: number;
}

export interface WorklogPage {
  worklogs: Worklog[];
  startAt: number;
  maxResults: number;
  total: number;
}

export interface Change {
  field: string;
  fieldId?: string;
  from: string | null;
  fromString: string | null;
  to: string | null;
  toString: string | null;
}

export interface HistoryEntry {
  id: string;
  author?: User;
  created: string;
  items: Change[];
}

export interface TimeTracking {
  originalEstimate?: string;
  remainingEstimate?: string;
  timeSpent?: string;
  originalEstimateSeconds?: number;
  remainingEstimateSeconds?: number;
  timeSpentSeconds?: number;
}

export interface RemoteLink {
  id: number;
  relationship?: string;
  application?: { type?: string; name?: string };
  object: { url: string; title: string; summary?: string };
}
