import type { AdfDoc } from '../api';

/** Wire types of /api/wiki. Identifiers are strings, instants RFC 3339, rich text is an ADF document. */

export interface Person {
  accountId: string;
  displayName: string;
  active: boolean;
}

/** What the reader may do in a space or with a page. */
export interface Rights {
  createPage: boolean;
  createBlogPost: boolean;
  comment: boolean;
  attach: boolean;
  edit: boolean;
  delete: boolean;
  restrict: boolean;
  administer: boolean;
}

export interface Space {
  id: string;
  key: string;
  name: string;
  type: string;
  status: string;
  description: string;
  icon: string;
  homepageId?: string;
  owner?: Person;
  favourite: boolean;
  watching: boolean;
  can: Rights;
  createdAt: string;
}

export interface TreeNode {
  id: string;
  title: string;
  parentId?: string;
  position: number;
  /** How many the reader sees. */
  children: number;
  restricted: boolean;
  status: string;
  emoji?: string;
}

export interface TreeLevel {
  nodes: TreeNode[];
  /** Cursor of what follows; empty at the end. */
  next?: string;
}

export interface Crumb {
  id: string;
  title: string;
}

/** A piece of an excerpt; hits are what was searched. */
export interface Span {
  text: string;
  hit?: boolean;
}

export interface Ref {
  id: string;
  type: 'page' | 'blogpost' | 'comment' | 'attachment';
  title: string;
  spaceKey: string;
  spaceName: string;
  /** Path below the site. */
  url: string;
  updatedAt: string;
  updatedBy?: Person;
  excerpt?: Span[];
}

export interface Macro {
  /** Indexes of content from the document down. */
  path: number[];
  key: string;
  /** A sentence, when it cannot be shown. */
  error?: string;
  data?: unknown;
}

export interface Label {
  id: string;
  prefix: string;
  name: string;
}

export interface Subject {
  type: 'user' | 'group';
  name: string;
  person?: Person;
}

export interface Restrictions {
  read: Subject[];
  update: Subject[];
  inherited: { id: string; title: string; read: Subject[] }[];
}

export interface Media {
  /** What media nodes name. */
  id: string;
  attachmentId: string;
  name: string;
  mimeType: string;
  size: number;
  width?: number;
  height?: number;
  url: string;
  thumbnail?: string;
  /** A sandboxed page that shows a PDF. */
  preview?: string;
  version: number;
  comment: string;
  createdAt: string;
  createdBy: Person | null;
}

export interface Draft {
  pageId: string;
  spaceId: string;
  parentId?: string;
  type: string;
  /** 0 for a page never published. */
  baseVersion: number;
  currentVersion: number;
  title: string;
  body: AdfDoc | null;
  updatedAt: string;
  new: boolean;
}

export interface Likes {
  count: number;
  mine: boolean;
}

export interface WikiPage {
  id: string;
  type: 'page' | 'blogpost';
  status: string;
  title: string;
  space: Space;
  parentId?: string;
  breadcrumb: Crumb[];
  version: number;
  versionMessage?: string;
  author: Person | null;
  editor: Person | null;
  createdAt: string;
  updatedAt: string;
  body: AdfDoc | null;
  macros: Macro[] | null;
  labels: Label[] | null;
  restrictions: Restrictions;
  comments: { footer: number; inlineOpen: number; inlineResolved: number };
  attachments: number;
  media: Media[] | null;
  children: number;
  likes: Likes;
  watch: { page: boolean; space: boolean };
  favourite: boolean;
  can: Rights;
  draft?: Draft;
  emoji?: string;
  fullWidth: boolean;
  links: { view: string; tiny: string };
  references: { href: string; url: string; title: string }[] | null;
}

/** As the v2 API lists it. */
export interface Archived {
  id: string;
  title: string;
  version: { createdAt: string };
}

export interface Version {
  number: number;
  title: string;
  by: Person | null;
  createdAt: string;
  message: string;
  minorEdit: boolean;
  body?: AdfDoc | null;
}

export interface WikiComment {
  id: string;
  location: 'footer' | 'inline';
  parentId?: string;
  author: Person | null;
  createdAt: string;
  updatedAt: string;
  version: number;
  body: AdfDoc | null;
  marker?: string;
  anchorText?: string;
  resolution?: string;
  resolvedBy?: Person;
  likes: Likes;
  canEdit: boolean;
  canDelete: boolean;
  replies: WikiComment[] | null;
}

export interface CommentInput {
  location?: 'footer' | 'inline';
  parentId?: string;
  body?: AdfDoc;
  anchorText?: string;
  matchCount?: number;
  matchIndex?: number;
  resolved?: boolean;
  version?: number;
}

export interface Template {
  id: string;
  spaceId?: string;
  name: string;
  description: string;
  body?: AdfDoc | null;
  variables: string[] | null;
  labels: string[] | null;
  updatedAt: string;
}

export interface Trashed {
  id: string;
  type: string;
  title: string;
  trashedBy: Person | null;
  trashedAt: string;
}

export interface SpacePermission {
  id: string;
  subjectType: 'user' | 'group' | 'everyone';
  subject: string;
  person?: Person;
  operation: string;
  target: string;
}

export interface WikiTask {
  id: string;
  localId: string;
  pageId: string;
  pageTitle: string;
  spaceKey: string;
  text: string;
  done: boolean;
  assignee?: Person;
  dueAt?: string;
  createdAt: string;
}

export interface WikiHome {
  recent: Ref[] | null;
  favourites: Ref[] | null;
  spaces: Space[] | null;
  drafts: Draft[] | null;
  updated: Ref[] | null;
}

export interface SpaceHome {
  space: Space;
  page: WikiPage | null;
  recent: Ref[] | null;
  blogposts: Ref[] | null;
}
