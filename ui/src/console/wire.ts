/** Wire types of /platform/v1, as its OpenAPI document has them. Times are RFC 3339. */
import type { Proof } from './assurance/wire';

export interface Operator {
  name: string;
  email: string;
  owner: boolean;
}

export interface Me extends Operator {
  csrf_token?: string;
}

export interface Freeze {
  frozen: boolean;
  reason: string;
}

export interface Finding {
  site: string;
  slug: string;
  what: string;
  at: string;
}

export interface Step {
  operation: string;
  step: string;
  done: number;
  total: number;
  unit: string;
}

export interface BrokenSite {
  id: string;
  slug: string;
  name: string;
  customer: string;
  state: string;
  missing: string[];
  wrong: string;
  since: string | null;
  step?: Step;
}

export interface Caps {
  run: number;
  hour: number;
  cell: number;
  operator: number;
}

export interface Overview {
  version: string;
  at: string;
  freeze: Freeze;
  watching: boolean;
  findings: Finding[];
  sites: Record<string, number>;
  customers: number;
  broken: BrokenSite[];
  broken_total: number;
  broken_customers: number;
  restoring: BrokenSite[];
  plans: PlanRow[];
  caps: Caps;
}

export interface VolumeHealth {
  kind: string;
  generation: number;
  present: boolean;
  bytes: number;
  head: number;
  sealed: number;
  last_commit: string | null;
  last_shipped: string | null;
  wrong?: string;
}

export interface SiteRow {
  id: string;
  org: string;
  slug: string;
  name: string;
  state: string;
  state_since: string;
  state_reason?: string;
  created: string;
  customer: string;
  products: string[];
  volumes: VolumeHealth[];
  bytes: number;
  missing: string[];
  findings: string[];
  last_commit: string | null;
  last_shipped: string | null;
  unshipped: number;
  restoring?: Step;
  proof: Proof | null;
}

export interface SitePage {
  sites: SiteRow[];
  total: number;
  next?: string;
}

export interface Addon {
  id: string;
  key: string;
  name: string;
  state: string;
  state_since: string;
}

export interface Contact {
  id: string;
  org: string;
  site?: string;
  name: string;
  email: string;
  role: string;
  created: string;
  customer?: string;
  site_name?: string;
  asked?: string | null;
  verified?: string | null;
}

export interface SiteFull extends SiteRow {
  addons: Addon[];
  contacts: Contact[];
  people: number | null;
  last_proven: { operation: string; at: string | null; asked: string } | null;
}

export interface LedgerEntry {
  id: string;
  kind: string;
  target: string;
  target_name: string;
  customer: string;
  actor: string;
  reason: string;
  state: string;
  detail: string;
  started: string;
  finished?: string;
}

export interface LedgerPage {
  operations: LedgerEntry[];
  next?: string;
}

export interface Run {
  verb: string;
  running: boolean;
  done: number;
  total: number;
  text: string;
  error?: string;
  started: string;
}

export interface Radius {
  targets: number;
  sites: number;
  customers: number;
  active_users: number;
  objects: number;
}

export interface PlanRow {
  id: string;
  hash: string;
  state: string;
  note: string;
  breakglass: boolean;
  name: string;
  reason: string;
  author: string;
  action: string;
  does: string;
  /** What the action asks of a target, how its end is checked, and how it is taken back; empty for plans made before actions said so. */
  promise: { requires: string; checked: string; inverse: string };
  target_kind: string;
  blast_radius: Radius;
  created: string;
  changed: string;
  run?: Run;
}

export interface CustomerReach {
  id: string;
  name: string;
  targets: number;
  sites: number;
  people: number;
  objects: number;
}

export interface Plan extends PlanRow {
  source: string;
  script: string;
  script_hash: string;
  site_answers: boolean;
  waves: { wave: number; targets: number; states: Record<string, number> }[];
  states: Record<string, number>;
  customers: CustomerReach[];
  approvals: { approver: string; hash: string; at: string; expires: string; used?: string }[];
  events: { at: string; actor: string; text: string }[];
}

export interface PlanTarget {
  id: string;
  name: string;
  site: string;
  site_slug: string;
  customer: string;
  active_users: number;
  before: { state: Record<string, string>; counts?: Record<string, number> };
  after: { state: Record<string, string> };
  position: number;
  wave: number;
  progress: string;
  note: string;
}

export interface TargetPage {
  targets: PlanTarget[];
  total: number;
  next?: string;
}

export interface Span {
  from: number;
  to: number;
  from_at: string;
  to_at: string;
}

export interface History {
  volumes: { kind: string; commits: number; spans: Span[] }[];
}

export interface DiffItem {
  type: string;
  op: 'added' | 'changed' | 'removed';
  id: string;
  key?: string;
  title?: string;
  fields?: { field: string; from: unknown; to: unknown }[];
}

/** What differs between two instants of a site. */
export interface SiteDiff {
  volumes: { kind: string; from_commit: number; to_commit: number; commits: number; rows: number }[];
  added: number;
  changed: number;
  removed: number;
  by_type: { type: string; added: number; changed: number; removed: number }[];
  items: DiffItem[];
  total: number;
  more: boolean;
}

/** What a restore would do: what is added comes back, what is removed would be lost. */
export interface Preview extends SiteDiff {
  presence: { kind: string; present: boolean }[];
  lost_commits: number;
  seconds: number;
}

export interface Restore {
  id: string;
  state: string;
  asked: string;
  by: string;
  reason: string;
  started: string;
  finished: string | null;
  error?: string;
  undoable: boolean;
  volumes: { kind: string; target: number; head: number; digest: string }[];
  step?: Step;
}

/** Where a restore goes: exactly one of the three. */
export interface RestoreTarget {
  commit?: number;
  at?: string;
  newest?: boolean;
}
