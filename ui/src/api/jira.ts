import type { StatusCategory } from './platform';

/**
 * Wire types of /rest/api/3, as far as the pages read them. Dates are Jira's
 * "2026-01-31T09:30:00.000+0000"; `custom` fields arrive under "customfield_…".
 */

/** A node of the Atlassian Document Format. */
export interface AdfNode {
  type: string;
  text?: string;
  attrs?: Record<string, unknown>;
  marks?: { type: string; attrs?: Record<string, unknown> }[];
  content?: AdfNode[];
}

export interface AdfDoc {
  version: 1;
  type: 'doc';
  content: AdfNode[];
}

export interface User {
  accountId: string;
  displayName: string;
  emailAddress?: string;
  active?: boolean;
  avatarUrls?: Record<string, string>;
}

export interface IssueType {
  id: string;
  name: string;
  description?: string;
  iconUrl?: string;
  subtask?: boolean;
  hierarchyLevel?: number;
}

export interface Priority {
  id: string;
  name: string;
  iconUrl?: string;
  statusColor?: string;
}

export interface Status {
  id: string;
  name: string;
  statusCategory: { id: number; key: StatusCategory; name: string; colorName?: string };
}

export interface ProjectRef {
  id: string;
  key: string;
  name: string;
}

export interface Project extends ProjectRef {
  description?: string;
  lead?: User;
  projectTypeKey?: string;
  style?: string;
  isPrivate?: boolean;
  issueTypes?: IssueType[];
  components?: Component[];
  versions?: Version[];
  insight?: { totalIssueCount?: number; lastIssueUpdateTime?: string };
  favourite?: boolean;
  deleted?: boolean;
}

export interface Component {
  id: string;
  name: string;
  description?: string;
  lead?: User;
}

export interface Version {
  id: string;
  name: string;
  description?: string;
  released: boolean;
  archived: boolean;
  startDate?: string;
  releaseDate?: string;
  overdue?: boolean;
}

export interface IssueFields {
  summary: string;
  status: Status;
  issuetype: IssueType;
  project?: ProjectRef;
  priority?: Priority | null;
  assignee?: User | null;
  reporter?: User | null;
  labels?: string[];
  created?: string;
  updated?: string;
  duedate?: string | null;
  resolution?: { id: string; name: string } | null;
  resolutiondate?: string | null;
  parent?: { id: string; key: string; fields?: { summary?: string } } | null;
  components?: { id: string; name: string }[];
  fixVersions?: { id: string; name: string }[];
  description?: AdfDoc | null;
  [field: string]: unknown;
}

export interface Issue {
  id: string;
  key: string;
  fields: IssueFields;
}

export interface SearchResult {
  issues: Issue[];
  nextPageToken?: string;
  isLast?: boolean;
}

export interface Page<T> {
  values: T[];
  startAt: number;
  maxResults: number;
  total: number;
  isLast?: boolean;
}

export interface Transition {
  id: string;
  name: string;
  to: Status;
  hasScreen?: boolean;
}

export interface SavedFilter {
  id: string;
  name: string;
  description?: string;
  jql: string;
  favourite?: boolean;
  owner?: User;
}

export interface FieldSchema {
  type: string;
  items?: string;
  system?: string;
  custom?: string;
}

export interface FieldMeta {
  fieldId: string;
  key: string;
  name: string;
  required: boolean;
  schema: FieldSchema;
  hasDefaultValue?: boolean;
  defaultValue?: unknown;
  allowedValues?: { id: string; name?: string; value?: string }[];
  autoCompleteUrl?: string;
}

export interface Field {
  id: string;
  key?: string;
  name: string;
  custom: boolean;
  navigable?: boolean;
  orderable?: boolean;
  schema?: FieldSchema;
}

export interface AutocompleteData {
  visibleFieldNames: {
    value: string;
    displayName: string;
    orderable?: string;
    searchable?: string;
    operators?: string[];
    types?: string[];
    auto?: string;
  }[];
  visibleFunctionNames: { value: string; displayName: string; isList?: string; types?: string[] }[];
  jqlReservedWords: string[];
}

/** Milliseconds of a Jira date, which spells its offset without a colon. */
export function jiraTime(text: string): number {
  return Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
}
