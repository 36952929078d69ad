/** Shapes of the status product's answers: the manage API v1 (snake_case) and /api/status (camelCase). */

export const componentStatuses = ['operational', 'under_maintenance', 'degraded_performance', 'partial_outage', 'major_outage'] as const;
export type ComponentStatus = (typeof componentStatuses)[number];

export const realtime = ['investigating', 'identified', 'monitoring', 'resolved'] as const;
export const planned = ['scheduled', 'in_progress', 'verifying', 'completed'] as const;
export type IncidentStatus = (typeof realtime)[number] | (typeof planned)[number] | 'postmortem';
export type Impact = 'none' | 'maintenance' | 'minor' | 'major' | 'critical';

export interface PageSettings {
  headline?: string;
  description?: string;
  url?: string;
  supportUrl?: string;
  timeZone?: string;
  hiddenFromSearch?: boolean;
  /** Only members of the site read the page; it has no static copy then. */
  viewersMustBeTeamMembers?: boolean;
  noPageSubscribers?: boolean;
  noIncidentSubscribers?: boolean;
  noEmailSubscribers?: boolean;
  noWebhookSubscribers?: boolean;
  noFeeds?: boolean;
  notificationsFromEmail?: string;
  notificationsEmailFooter?: string;
  partialPercent?: number;
  hideUptime?: boolean;
  /** For how many days notices and their deliveries are kept; absent for 90. */
  keepNoticesDays?: number;
}

export interface StatusPage {
  id: string;
  name: string;
  /** The one at /status/. */
  first: boolean;
  /** Complete, with the site's base path. */
  path: string;
  publicUrl: string;
  domain: string;
  impact: Impact;
  sentence: string;
  openIncidents: number;
  upcomingMaintenance: number;
  updatedAt: string;
  settings: PageSettings;
  published: { at: string; files: number; bytes: number } | null;
}

export interface Day {
  date: string;
  worst: ComponentStatus;
  /** Seconds. */
  observed: number;
  partial: number;
  major: number;
  degraded: number;
  maintenance: number;
}

export interface Component {
  id: string;
  name: string;
  description: string;
  group: boolean;
  status: ComponentStatus;
  position: number;
  showcase: boolean;
  onlyShowIfDegraded: boolean;
  startDate: string;
  uptime?: { percent: string; days: Day[] };
  members?: Component[];
}

export interface Components {
  components: Component[];
  /** How uptime is computed, for people. */
  formula: string;
}

/** What a component was and became by an update. */
export interface Affected {
  code: string;
  name: string;
  old_status: ComponentStatus;
  new_status: ComponentStatus;
}

export interface IncidentUpdate {
  id: string;
  status: IncidentStatus;
  body: string;
  created_at: string;
  updated_at: string;
  display_at: string;
  affected_components: Affected[] | null;
  deliver_notifications: boolean;
}

export interface Incident {
  id: string;
  name: string;
  status: IncidentStatus;
  impact: Impact;
  impact_override: Impact | null;
  shortlink: string;
  created_at: string;
  started_at: string;
  resolved_at: string | null;
  incident_updates: IncidentUpdate[];
  components: { id: string; name: string; status: ComponentStatus }[];
  scheduled_for: string | null;
  scheduled_until: string | null;
  scheduled_remind_prior: boolean;
  scheduled_auto_in_progress: boolean;
  scheduled_auto_completed: boolean;
  auto_transition_to_maintenance_state: boolean;
  auto_transition_to_operational_state: boolean;
  auto_transition_deliver_notifications_at_start: boolean;
  auto_transition_deliver_notifications_at_end: boolean;
  postmortem_published_at: string | null;
  backfilled: boolean;
}

export interface Postmortem {
  body: string | null;
  body_draft: string | null;
  body_draft_updated_at: string | null;
  published_at: string | null;
}

export interface Template {
  id: string;
  name: string;
  title: string;
  body: string;
  update_status: IncidentStatus | null;
  should_send_notifications: boolean;
  components: { id: string; name: string }[];
}

export interface Recipients {
  email: number;
  webhook: number;
  total: number;
}

export interface Preview {
  html: string;
  styles: string[] | null;
  impact: Impact;
  subject: string;
  text: string;
  recipients: Recipients;
}

export type SubscriberState = 'active' | 'unconfirmed' | 'quarantined';
export type SubscriberType = 'email' | 'webhook';

export interface Subscriber {
  id: string;
  type: SubscriberType;
  address: string;
  state: SubscriberState;
  incidentId?: string;
  componentIds: string[];
  failures: number;
  lastError?: string;
  createdAt: string;
  quarantinedAt?: string;
  purgeAt?: string;
}

export interface SubscriberList {
  subscribers: Subscriber[];
  next: string;
  counts: Partial<Record<SubscriberType, Partial<Record<SubscriberState, number>>>>;
}

export interface Metric {
  id: string;
  name: string;
  metrics_provider_id: string;
  display: boolean;
  suffix: string | null;
  tooltip_description: string | null;
  decimal_places: number;
  y_axis_min: number | null;
  y_axis_max: number | null;
  y_axis_hidden: boolean;
  most_recent_data_at: string | null;
}

export interface Series {
  /** Seconds between points. */
  interval: number;
  points: { timestamp: number; value: number }[];
  mean: number | null;
  last: number | null;
}

export interface Design {
  accent?: string;
  logo?: string;
  logoAlt?: string;
  favicon?: string;
  css?: string;
  footer?: string;
  layout?: string;
  description: string;
  headline: string;
  logoUrl: string;
  faviconUrl: string;
}

export interface ManageKey {
  id: string;
  name: string;
  createdBy: string;
  createdAt: string;
  secret?: string;
}

export interface Activity {
  id: string;
  actor: string;
  name: string;
  verb: string;
  subject: string;
  at: string;
}

export interface Told {
  id: string;
  kind: 'incident' | 'reminder' | 'postmortem' | 'component';
  subject: string;
  recipients: number;
  sent: number;
  refused: number;
  failed: number;
  at: string;
}
