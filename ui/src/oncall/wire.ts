/** Wire types of on-call. Times are RFC 3339 strings in UTC. */

export const priorities = ['P1', 'P2', 'P3', 'P4', 'P5'] as const;
export type Priority = (typeof priorities)[number];

/** Somebody or something that alerts go to. Users have a username, everything else a name. */
export interface Target {
  type: string;
  id?: string;
  name?: string;
  username?: string;
}

export interface Alert {
  id: string;
  tinyId: string;
  alias: string;
  message: string;
  status: 'open' | 'closed';
  acknowledged: boolean;
  seen: boolean;
  snoozed: boolean;
  snoozedUntil?: string;
  tags: string[];
  count: number;
  createdAt: string;
  updatedAt: string;
  lastOccurredAt: string;
  source: string;
  /** A username; empty for nobody. */
  owner: string;
  priority: Priority;
  responders: { type: string; id: string }[];
  integration?: { id: string; name: string; type: string };
  report?: { ackTime?: number; closeTime?: number; acknowledgedBy?: string; closedBy?: string };
}

export interface WholeAlert extends Alert {
  actions: string[];
  entity: string;
  description: string;
  details: Record<string, string>;
}

export interface Counts {
  open: number;
  unacknowledged: number;
  acknowledged: number;
  snoozed: number;
  byPriority: Partial<Record<Priority, number>>;
}

export interface SavedSearch {
  id: string;
  name: string;
  query: string;
  description: string;
}

export interface AlertPage {
  alerts: Alert[];
  total: number;
  offset: number;
  limit: number;
  counts: Counts;
  savedSearches: SavedSearch[];
}

export interface LogEntry {
  log?: string;
  note?: string;
  type?: string;
  owner: string;
  createdAt: string;
  offset: string;
}

export interface Recipient {
  user: { id: string; username?: string };
  state: string;
  method: string;
  createdAt: string;
  updatedAt: string;
}

export interface AlertView {
  alert: WholeAlert;
  responders: { type: string; id: string; name: string }[];
  recipients: Recipient[];
  log: LogEntry[];
  notes: LogEntry[];
  attachments: { id: number; name: string; size: number; uploadedBy: string; createdAt: string }[];
  payload: unknown;
}

export interface Delivery {
  id: string;
  kind: string;
  user: { id: string; username?: string };
  name: string;
  method: string;
  to: string;
  state: string;
  reason?: string;
  providerStatus?: string;
  tries: number;
  createdAt: string;
  dueAt: string;
  doneAt?: string;
  alerts?: string[];
  action?: string;
  why?: string;
}

export interface User {
  id: string;
  username: string;
  fullName: string;
  role: { name: string };
  timeZone: string;
  blocked: boolean;
}

export interface Named {
  id: string;
  name: string;
}

export interface Participant {
  id?: string;
  name?: string;
  type: string;
  onCallParticipants?: Participant[];
}

export interface Watch {
  schedule: { id: string; name: string; enabled: boolean };
  now: Participant[];
  until?: string;
  next: Participant[];
  nextAt?: string;
}

export interface WatchCard {
  team: Named | null;
  watches: Watch[];
}

export interface ClockWindow {
  startHour: number;
  startMin: number;
  endHour: number;
  endMin: number;
}

export interface WeekWindow extends ClockWindow {
  startDay: string;
  endDay: string;
}

export interface Restriction {
  type: 'time-of-day' | 'weekday-and-time-of-day';
  restriction?: ClockWindow;
  restrictions?: WeekWindow[];
}

export interface Rotation {
  id: string;
  name: string;
  startDate: string;
  endDate?: string;
  type: 'hourly' | 'daily' | 'weekly';
  length: number;
  participants: Target[];
  timeRestriction?: Restriction;
}

export interface Schedule {
  id: string;
  name: string;
  description: string;
  timezone: string;
  enabled: boolean;
  ownerTeam?: Named;
  rotations: Rotation[];
}

export interface Period {
  startDate: string;
  endDate: string;
  type: string;
  fromUser?: Participant;
  recipient: Participant;
}

export interface TimelineRow {
  id?: string;
  name: string;
  periods: Period[];
}

export interface Timeline {
  startDate: string;
  endDate: string;
  finalTimeline: { rotations: TimelineRow[] };
  baseTimeline?: { rotations: TimelineRow[] };
}

export interface Override {
  alias: string;
  user: Target;
  startDate: string;
  endDate: string;
  rotations?: Named[];
}

export interface ScheduleView {
  schedule: Schedule;
  timeline: Timeline;
  gaps: { from: string; to: string }[];
  overrides: Override[];
  calendarUrl?: string;
  mayEdit: boolean;
}

export interface Condition {
  field: string;
  key?: string;
  not: boolean;
  operation: string;
  expectedValue?: string;
}

export interface Criteria {
  type: 'match-all' | 'match-any-condition' | 'match-all-conditions';
  conditions?: Condition[];
}

export interface RoutingRule {
  id: string;
  name: string;
  isDefault: boolean;
  order: number;
  criteria: Criteria;
  timezone: string;
  timeRestriction?: Restriction;
  notify: Target;
}

export interface EscalationStep {
  condition: 'if-not-acked' | 'if-not-closed';
  notifyType: string;
  delay: { timeAmount: number; timeUnit?: string };
  recipient: Target;
}

export interface Repeat {
  waitInterval: number;
  count: number;
  resetRecipientStates: boolean;
  closeAlertAfterAll: boolean;
}

export interface Escalation {
  id: string;
  name: string;
  description: string;
  ownerTeam?: Named;
  rules: EscalationStep[];
  repeat?: Repeat;
}

export interface Team {
  id: string;
  name: string;
  description: string;
  members?: { user: { id: string; username: string }; role: string }[];
}

export interface TeamView {
  team: Team;
  roles: Named[];
  routingRules: RoutingRule[];
  escalations: Escalation[];
  schedules: Schedule[];
  watches: Watch[];
  warnings: string[];
  mayEdit: boolean;
}

export interface RoutingTest {
  rule: RoutingRule | null;
  why: string[];
  notify: Target | null;
  steps: { afterMinutes: number; text: string; people: string[] }[];
}

export interface IntegrationRow {
  id: string;
  name: string;
  enabled: boolean;
  type: string;
  teamId?: string;
  lastRequestAt?: string;
  lastStatus?: string;
}

export interface Integration extends IntegrationRow {
  ownerTeam?: Named;
  responders: Target[];
  allowReadAccess: boolean;
  allowWriteAccess: boolean;
  allowDeleteAccess: boolean;
  allowConfigurationAccess: boolean;
  ignoreRespondersFromPayload?: boolean;
  suppressNotifications?: boolean;
  emailUsername?: string;
}

/** One rule of an integration; what is not named here is kept as it came. */
export interface IntegrationAction {
  type: string;
  name: string;
  order: number;
  filter: { conditionMatchType: string; conditions?: { field: string; key?: string; not?: boolean; operation: string; expectedValue?: string }[]; expression?: string };
  alias?: string;
  message?: string;
  description?: string;
  entity?: string;
  source?: string;
  customPriority?: string;
  priority?: string;
  note?: string;
  user?: string;
  tags?: string[];
  [more: string]: unknown;
}

export interface IntegrationView {
  integration: Integration;
  keys: { id: string; name: string; hint: string; createdAt: string }[];
  url: string;
  mailAddress?: string;
  configuration: string;
  actions: IntegrationAction[];
  requests: { id: string; action: string; at: string; success: boolean; status: string; alertId?: string; alias?: string; body: unknown }[];
}

export interface MappingResult {
  text: string;
  type: string;
  action: string;
  alias: string;
  alert?: { message: string; alias: string; description: string; entity: string; source: string; priority: string; tags: string[]; details: Record<string, string> | null };
}

export interface Heartbeat {
  name: string;
  description: string;
  interval: number;
  intervalUnit: 'minutes' | 'hours' | 'days';
  enabled: boolean;
  expired: boolean;
  lastPingTime?: string;
  ownerTeam?: Target;
  alertMessage?: string;
  alertTags: string[];
  alertPriority: Priority | '';
}

export type Method = 'email' | 'sms' | 'voice' | 'mobile' | 'webhook';

export interface Contact {
  id: string;
  method: Method;
  to: string;
  status: { enabled: boolean; disabledReason?: string };
  verified: boolean;
  secret?: string;
}

export interface NotificationStep {
  id?: string;
  sendAfter: { timeAmount: number; timeUnit?: string };
  contact: { method: string; to: string };
  enabled: boolean;
}

export interface NotificationRule {
  id: string;
  name: string;
  actionType: string;
  order: number;
  enabled: boolean;
  notificationTime?: string[];
  steps: NotificationStep[];
  repeat?: { loopAfter: number; enabled: boolean };
}

export interface Quiet {
  enabled: boolean;
  hours: Restriction | null;
  except: string[];
}

export interface Forwarding {
  id: string;
  alias: string;
  fromUser: { id?: string; username?: string };
  toUser: { id?: string; username?: string };
  startDate: string;
  endDate: string;
}

export interface Me {
  user: User & { mutedUntil?: string };
  admin: boolean;
  teams: Named[];
  contacts: Contact[];
  rules: NotificationRule[];
  quiet: Quiet | null;
  forwardings: Forwarding[];
  calendarUrl: string;
  pushKey: string;
  onCall: boolean;
}

export interface Shift {
  schedule: { id: string; name: string };
  rotation: string;
  from: string;
  to: string;
}
