-- The highest number that an alert had which is gone: numbers are not given twice.
CREATE TABLE alert_number (
  name TEXT PRIMARY KEY,
  highest BIGINT NOT NULL
); -- clustered

-- What changes alerts when they come (type alert), and what holds, repeats or ends the telling (type notification). team_id is empty for the whole site.
CREATE TABLE policy (
  id TEXT PRIMARY KEY,
  team_id TEXT NOT NULL,
  type TEXT NOT NULL,
  name TEXT NOT NULL,
  ord BIGINT NOT NULL,
  enabled BIGINT NOT NULL,
  body TEXT NOT NULL
);

-- Teams that are not told of an alert before it has come often enough.
CREATE TABLE alert_hold (
  alert_id TEXT NOT NULL,
  team_id TEXT NOT NULL,
  policy_id TEXT NOT NULL,
  since_us BIGINT NOT NULL,
  PRIMARY KEY (alert_id, team_id)
); -- clustered

-- A time in which integrations and policies are switched on or off. rules is JSON in the form of the API; end_us 0 is open.
CREATE TABLE maintenance (
  id TEXT PRIMARY KEY,
  description TEXT NOT NULL,
  type TEXT NOT NULL,
  start_us BIGINT NOT NULL,
  end_us BIGINT NOT NULL,
  cancelled_us BIGINT NOT NULL,
  rules TEXT NOT NULL,
  created_us BIGINT NOT NULL
);
CREATE INDEX maintenance_by_start ON maintenance (start_us, id);

-- What the buttons of alerts call.
CREATE TABLE custom_action (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  url TEXT NOT NULL,
  secret TEXT NOT NULL,
  enabled BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL
);
