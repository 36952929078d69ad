/** Wire types of /api: the platform's own endpoints. Times are RFC 3339 strings. */

export interface Site {
  id: string;
  slug: string;
  name: string;
  /** As the fleet has it; a read-only site shows the instant shownAt. */
  state?: 'active' | 'read-only' | 'restoring';
  shownAt?: string;
}

export interface SiteLink {
  slug: string;
  name: string;
  url: string;
}

export interface SessionAccount {
  accountId: string;
  displayName: string;
  emailAddress: string;
  admin: boolean;
}

export interface Session {
  state: 'setup' | 'anonymous' | 'signed-in';
  csrfToken: string;
  site: Site | null;
  sites: SiteLink[];
  account: SessionAccount | null;
  products: string[];
  /** The server's time when it told this. */
  now: string;
}

export interface SetupRequest {
  organization: string;
  site: string;
  slug: string;
  name: string;
  email: string;
  password: string;
}

export interface ApiToken {
  id: string;
  label: string;
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
}

/** Only the answer to creation carries the secret, and only once. */
export interface NewApiToken extends ApiToken {
  token: string;
}

export interface Member {
  accountId: string;
  displayName: string;
  emailAddress: string;
  active: boolean;
  role: 'admin' | 'member' | 'none';
}

export interface Suggestions {
  issues: { id: string; key: string; summary: string; type: { name: string; iconUrl?: string }; project: string }[];
  projects: { id: string; key: string; name: string }[];
  people: { accountId: string; displayName: string }[];
}

export interface Person {
  accountId: string;
  displayName: string;
}

export type StatusCategory = 'new' | 'indeterminate' | 'done';

export interface BoardCard {
  id: string;
  key: string;
  summary: string;
  type: { id: string; name: string; iconUrl?: string };
  priority: { id: string; name: string } | null;
  assignee: Person | null;
  labels: string[];
  statusId: string;
  rank: string;
  parent: { key: string; summary: string } | null;
  updated: string;
}

export interface BoardColumn {
  id: string;
  name: string;
  category: StatusCategory;
  /** Status ids. */
  statuses: string[];
  total: number;
  issues: BoardCard[];
}

export interface Board {
  project: { key: string; name: string };
  columns: BoardColumn[];
  truncated: boolean;
}

/** A kind of volume of a site: the tracker and the wiki share `work`. */
export type VolumeKind = 'work' | 'oncall' | 'status';

export interface Commit {
  volume: VolumeKind;
  /** Counted in each volume by itself. */
  seq: number;
  at: string;
  actor: Person;
  source: string;
  reason: string;
  changes: number;
  summary: { type: string; op: 'create' | 'update' | 'delete'; count: number; example: string }[];
}

export interface CommitPage {
  commits: Commit[];
  /** Opaque: given back as `before`. */
  next: string | null;
}

export interface PreviewItem {
  type: string;
  op: 'add' | 'change' | 'remove';
  id: string;
  key: string;
  title: string;
  fields: { field: string; from: unknown; to: unknown }[];
}

/** What a restore would do to the present state of all volumes; commit and head are those of the work volume. */
export interface RestorePreview {
  commit: number;
  at: string;
  head: number;
  added: number;
  changed: number;
  removed: number;
  /** Commits of all volumes since then. */
  later: number;
  byType: { type: string; added: number; changed: number; removed: number }[];
  items: PreviewItem[];
  truncated: boolean;
}

export type RestoreState = 'building' | 'verifying' | 'switching' | 'done' | 'failed' | 'undone';

export interface Restore {
  id: string;
  state: RestoreState;
  /** Where it went: "to commit 17", "to" an instant, "undo of" another restore. */
  to: string;
  error: string | null;
  startedAt: string;
  finishedAt: string | null;
  toCommit: number;
  headBefore: number;
  by: Person;
  reason: string;
  undoable: boolean;
  progress: { done: number; total: number; unit: string } | null;
  digest: string | null;
}

/** A product of the site, for its administrators. */
export interface SiteProduct {
  name: string;
  on: boolean;
  /** Whether its volume exists. */
  made: boolean;
  volume: VolumeKind;
  /** Other products that live in the same volume. */
  shares: string[];
  /** What the volume takes, with all that lives in it. */
  bytes: number;
  counts: { type: string; count: number }[];
}

/** What an address of the site leads to. */
export interface SmartLink {
  url: string;
  title: string;
  kind: 'issue' | 'project' | 'page' | 'blogpost' | 'space' | 'comment' | 'attachment' | 'alert' | 'schedule' | 'team' | 'incident' | 'maintenance' | 'statuspage';
  product: string;
  /** By the name in kit/icons.tsx. */
  icon: string;
  key?: string;
  summary?: string;
  status: { text: string; colour: 'neutral' | 'blue' | 'green' | 'yellow' | 'red' } | null;
}
