/** Wire types of restore tests, drills, kept reports, roots, restores of many sites, endings and incidents, as the OpenAPI document of /platform/v1 has them. */
import type { DiffItem, Step } from '../wire';

export type ProofState = 'proven' | 'failed' | 'overdue' | 'waiting';

export interface Proof {
  owner: string;
  kind: 'site' | 'organization' | 'control';
  name: string;
  slug?: string;
  customer: string;
  state: ProofState;
  testing: boolean;
  enrolled: string;
  due: string;
  tested: string | null;
  proven: string | null;
  failures: number;
  error?: string;
  rows: number;
  bytes: number;
  seconds: number;
}

export interface ProofPage {
  proofs: Proof[];
  total: number;
  states: Partial<Record<ProofState, number>>;
  overdue_days: number;
  looked: string | null;
  next?: string;
}

export interface ProofTest {
  id: string;
  started: string;
  seconds: number;
  proven: boolean;
  rows: number;
  bytes: number;
  attachments: number;
  volumes: { kind: string; commit: number; rows: number; bytes: number; replayed: number; digest: string }[];
  error?: string;
  by: string;
}

export interface AssuranceSettings {
  overdue_days: number;
  heartbeat_url: string;
  heartbeat_authorization?: string;
  heartbeat_authorized?: boolean;
  alarm_url: string;
  roots_days: number;
}

export interface DrillRun {
  id: string;
  scenario: string;
  engine: string;
  sites: number;
  proven: boolean;
  at: string;
  by: string;
  result: Record<string, unknown>;
}

export interface KeptReport {
  id: string;
  site: string;
  site_name: string;
  customer: string;
  restore: string;
  by: string;
  created: string;
  bytes: number;
  roots_at: string | null;
  totals: { commits_kept: number; commits_gone: number; rows_back: number; rows_gone: number; items_gone: Record<string, number> | null };
  checked: string;
  true: boolean;
  wrong?: string;
}

export interface RootsInfo {
  handed: { id: string; at: string; by: string; via: string; commits: string; delivered: { receiver: string; attempts: number; sent: string | null; error?: string }[] }[];
  due: string | null;
  url: string;
  link: string;
}

export interface ManyRow {
  id: string;
  state: string;
  asked: string;
  by: string;
  reason: string;
  started: string;
  finished: string | null;
  running: boolean;
  total: number;
  done: number;
  failed: number;
  rows: number;
  bytes: number;
}

export interface ManySite {
  id: string;
  name: string;
  customer: string;
  state: string;
  step?: Step;
  restore?: string;
  error?: string;
  undoable: boolean;
}

export interface Many extends ManyRow {
  sites: ManySite[];
}

export interface ManyPreview {
  sites: { id: string; name: string; customer: string; state: string; missing: string[]; back: number; changed: number; lost: number; lost_commits: number; seconds: number; error?: string }[];
  by_type: { type: string; added: number; changed: number; removed: number }[];
  items: (DiffItem & { site: string })[];
  back: number;
  changed: number;
  lost: number;
  lost_commits: number;
  seconds: number;
  refused: number;
}

export interface Purge {
  id: string;
  site: string;
  site_name: string;
  customer: string;
  kind: string;
  reason: string;
  requester: string;
  requested: string;
  state: string;
  done: string | null;
  approvals: { approver: string; at: string }[];
  missing: string[];
}

export interface Ending {
  id: string;
  slug: string;
  name: string;
  customer: string;
  since: string;
  reason: string;
  not_before: string;
  stages: { name: string; due: string; notices: { email: string; attempts: number; tried: string; sent?: string; error?: string }[] }[];
  contacts: number;
  requests: Purge[];
}

export interface Incident {
  id: string;
  org: string;
  customer: string;
  opened: string;
  closed: string | null;
  link: string;
  sites: { id: string; name: string; state: string; estimate: string; done: number; total: number; found: string; back: string | null }[];
  updates: { id: string; author: string; text: string; at: string }[];
  contacts: number;
  mail: { sent: number; waiting: number; error?: string };
}
