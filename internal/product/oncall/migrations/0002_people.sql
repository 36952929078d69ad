-- People who may have to be reached and how, and what decides who is: teams, schedules, escalations, rules. Instants are microseconds UTC, 0 is never;
-- truth values are 0 or 1; body columns are JSON in the form of the API.

CREATE TABLE person (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL,
  username TEXT NOT NULL,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  role TEXT NOT NULL,
  zone TEXT NOT NULL,
  locale TEXT NOT NULL,
  active BIGINT NOT NULL,
  admin BIGINT NOT NULL,
  muted_until_us BIGINT NOT NULL,
  body TEXT NOT NULL,
  created_us BIGINT NOT NULL
);
CREATE INDEX person_by_username ON person (username);

CREATE TABLE contact (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL,
  method TEXT NOT NULL,
  address TEXT NOT NULL,
  enabled BIGINT NOT NULL,
  verified BIGINT NOT NULL,
  code_hash TEXT NOT NULL,
  code_until_us BIGINT NOT NULL,
  code_tries BIGINT NOT NULL,
  secret TEXT NOT NULL,
  created_us BIGINT NOT NULL
);
CREATE INDEX contact_by_person ON contact (person_id, created_us, id);

CREATE TABLE notification_rule (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL,
  name TEXT NOT NULL,
  action_type TEXT NOT NULL,
  ord BIGINT NOT NULL,
  enabled BIGINT NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX notification_rule_by_person ON notification_rule (person_id, ord, id);

CREATE TABLE forwarding_rule (
  id TEXT PRIMARY KEY,
  alias TEXT NOT NULL,
  from_person TEXT NOT NULL,
  to_person TEXT NOT NULL,
  from_us BIGINT NOT NULL,
  to_us BIGINT NOT NULL
);

CREATE TABLE team (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL,
  created_us BIGINT NOT NULL
);

CREATE TABLE team_member (
  team_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  role TEXT NOT NULL,
  PRIMARY KEY (team_id, person_id)
); -- clustered

CREATE TABLE team_role (
  id TEXT PRIMARY KEY,
  team_id TEXT NOT NULL,
  name TEXT NOT NULL,
  rights TEXT NOT NULL
);

CREATE TABLE team_log (
  team_id TEXT NOT NULL,
  n BIGINT NOT NULL,
  at_us BIGINT NOT NULL,
  owner TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (team_id, n)
); -- clustered

CREATE TABLE routing_rule (
  id TEXT PRIMARY KEY,
  team_id TEXT NOT NULL,
  name TEXT NOT NULL,
  ord BIGINT NOT NULL,
  is_default BIGINT NOT NULL,
  body TEXT NOT NULL
);

CREATE TABLE escalation (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL,
  team_id TEXT NOT NULL,
  body TEXT NOT NULL
);

CREATE TABLE schedule (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL,
  zone TEXT NOT NULL,
  enabled BIGINT NOT NULL,
  team_id TEXT NOT NULL
);

CREATE TABLE rotation (
  id TEXT PRIMARY KEY,
  schedule_id TEXT NOT NULL,
  name TEXT NOT NULL,
  ord BIGINT NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX rotation_by_schedule ON rotation (schedule_id, ord, id);

CREATE TABLE schedule_override (
  schedule_id TEXT NOT NULL,
  alias TEXT NOT NULL,
  person_id TEXT NOT NULL,
  from_us BIGINT NOT NULL,
  to_us BIGINT NOT NULL,
  rotations TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  PRIMARY KEY (schedule_id, alias)
); -- clustered

-- How far the telling about an alert has come. Timers carry the run they belong to: those of an older run do nothing.
CREATE TABLE paging (
  alert_id TEXT PRIMARY KEY,
  run BIGINT NOT NULL,
  active BIGINT NOT NULL,
  started_us BIGINT NOT NULL
); -- clustered

-- One message to one contact. It may tell of several alerts: each is a delivery.
CREATE TABLE message (
  id TEXT PRIMARY KEY,
  contact_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  method TEXT NOT NULL,
  address TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  provider_status TEXT NOT NULL,
  tries BIGINT NOT NULL,
  due_us BIGINT NOT NULL,
  done_us BIGINT NOT NULL,
  created_us BIGINT NOT NULL
);
CREATE INDEX message_by_contact ON message (contact_id, due_us);
CREATE INDEX message_by_created ON message (created_us, id);

CREATE TABLE delivery (
  message_id TEXT NOT NULL,
  n BIGINT NOT NULL,
  alert_id TEXT NOT NULL,
  action TEXT NOT NULL,
  why TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (message_id, n)
); -- clustered
CREATE INDEX delivery_by_alert ON delivery (alert_id, message_id);

CREATE TABLE oncall_setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
); -- clustered
