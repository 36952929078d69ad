-- Alerts, what raises them and who may speak to the API. Instants are microseconds UTC, 0 is never; truth values are 0 or 1; lists and maps are JSON.
-- An alert keeps the name and type of its integration, so that it is told the same after the integration is gone.

CREATE TABLE alert (
  id TEXT PRIMARY KEY,
  tiny BIGINT NOT NULL UNIQUE,
  alias TEXT NOT NULL,
  message TEXT NOT NULL,
  description TEXT NOT NULL,
  entity TEXT NOT NULL,
  source TEXT NOT NULL,
  priority TEXT NOT NULL,
  status TEXT NOT NULL,
  acknowledged BIGINT NOT NULL,
  seen BIGINT NOT NULL,
  snoozed_until_us BIGINT NOT NULL,
  count BIGINT NOT NULL,
  owner TEXT NOT NULL,
  owner_id TEXT NOT NULL,
  tags TEXT NOT NULL,
  actions TEXT NOT NULL,
  details TEXT NOT NULL,
  responders TEXT NOT NULL,
  visible_to TEXT NOT NULL,
  integration_id TEXT NOT NULL,
  integration_name TEXT NOT NULL,
  integration_type TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL,
  last_occurred_us BIGINT NOT NULL,
  acked_us BIGINT NOT NULL,
  acked_by TEXT NOT NULL,
  closed_us BIGINT NOT NULL,
  closed_by TEXT NOT NULL
);
CREATE UNIQUE INDEX alert_open_alias ON alert (alias) WHERE status = 'open';
CREATE INDEX alert_by_alias ON alert (alias, created_us);
CREATE INDEX alert_by_created ON alert (created_us, id);
CREATE INDEX alert_by_status ON alert (status, created_us, id);

CREATE TABLE alert_log (
  alert_id TEXT NOT NULL,
  n BIGINT NOT NULL,
  at_us BIGINT NOT NULL,
  kind TEXT NOT NULL,
  owner TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (alert_id, n)
); -- clustered

CREATE TABLE alert_note (
  alert_id TEXT NOT NULL,
  n BIGINT NOT NULL,
  at_us BIGINT NOT NULL,
  owner TEXT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (alert_id, n)
); -- clustered

CREATE TABLE alert_payload (
  alert_id TEXT PRIMARY KEY,
  body TEXT NOT NULL
); -- clustered

CREATE TABLE alert_attachment (
  id BIGINT PRIMARY KEY,
  alert_id TEXT NOT NULL,
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  size BIGINT NOT NULL,
  uploaded_by TEXT NOT NULL,
  at_us BIGINT NOT NULL
);
CREATE INDEX alert_attachment_by_alert ON alert_attachment (alert_id, id);

-- What became of requests that the API answered before it told their outcome, and the last requests of every integration.
CREATE TABLE oncall_request (
  id TEXT PRIMARY KEY,
  action TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  integration_id TEXT NOT NULL,
  success BIGINT NOT NULL,
  status TEXT NOT NULL,
  alert_id TEXT NOT NULL,
  alias TEXT NOT NULL,
  body TEXT NOT NULL
); -- clustered
CREATE INDEX oncall_request_by_integration ON oncall_request (integration_id, id);

CREATE TABLE saved_search (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL,
  query TEXT NOT NULL,
  owner TEXT NOT NULL,
  teams TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL
);

CREATE TABLE integration (
  id TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  name TEXT NOT NULL UNIQUE,
  enabled BIGINT NOT NULL,
  team_id TEXT NOT NULL,
  may_read BIGINT NOT NULL,
  may_write BIGINT NOT NULL,
  may_delete BIGINT NOT NULL,
  may_configure BIGINT NOT NULL,
  ignore_responders BIGINT NOT NULL,
  suppress BIGINT NOT NULL,
  mailbox TEXT NOT NULL,
  responders TEXT NOT NULL,
  actions TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL
);

CREATE TABLE integration_key (
  id TEXT PRIMARY KEY,
  integration_id TEXT NOT NULL,
  name TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  hint TEXT NOT NULL,
  created_us BIGINT NOT NULL
);
CREATE INDEX integration_key_by_integration ON integration_key (integration_id, id);

CREATE TABLE heartbeat (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL,
  interval_count BIGINT NOT NULL,
  interval_unit TEXT NOT NULL,
  enabled BIGINT NOT NULL,
  expired BIGINT NOT NULL,
  team_id TEXT NOT NULL,
  alert_message TEXT NOT NULL,
  alert_tags TEXT NOT NULL,
  alert_priority TEXT NOT NULL,
  last_ping_us BIGINT NOT NULL,
  created_us BIGINT NOT NULL
);
