-- Plans, what they resolve to, who approved them, and every target that was permitted: rows are added and moved on, never removed.

CREATE TABLE maintenance_plan (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  author TEXT NOT NULL,
  reason TEXT NOT NULL,
  source TEXT NOT NULL,
  script TEXT NOT NULL,
  body TEXT NOT NULL,
  hash TEXT NOT NULL,
  state TEXT NOT NULL,
  note TEXT NOT NULL,
  breakglass BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  changed_us BIGINT NOT NULL
);
CREATE INDEX maintenance_plan_by_age ON maintenance_plan (created_us, id);

CREATE TABLE maintenance_target (
  plan_id TEXT NOT NULL REFERENCES maintenance_plan (id),
  position BIGINT NOT NULL,
  target TEXT NOT NULL,
  wave BIGINT NOT NULL,
  state TEXT NOT NULL,
  note TEXT NOT NULL,
  changed_us BIGINT NOT NULL,
  PRIMARY KEY (plan_id, position)
);

CREATE TABLE maintenance_approval (
  plan_id TEXT NOT NULL REFERENCES maintenance_plan (id),
  approver TEXT NOT NULL,
  hash TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  expires_us BIGINT NOT NULL,
  used_us BIGINT,
  PRIMARY KEY (plan_id, approver)
);

-- One row for every target that a run was permitted to touch: what the caps count.
CREATE TABLE maintenance_permit (
  id TEXT PRIMARY KEY,
  plan_id TEXT NOT NULL,
  target TEXT NOT NULL,
  operator TEXT NOT NULL,
  cell TEXT NOT NULL,
  at_us BIGINT NOT NULL
);
CREATE INDEX maintenance_permit_by_time ON maintenance_permit (at_us, id);
CREATE INDEX maintenance_permit_by_plan ON maintenance_permit (plan_id, target);

CREATE TABLE maintenance_event (
  plan_id TEXT NOT NULL,
  n BIGINT NOT NULL,
  at_us BIGINT NOT NULL,
  actor TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (plan_id, n)
);

CREATE TABLE maintenance_breakglass (
  plan_id TEXT PRIMARY KEY,
  operator TEXT NOT NULL,
  reason TEXT NOT NULL,
  record TEXT NOT NULL,
  signature TEXT NOT NULL,
  at_us BIGINT NOT NULL
);

-- Settings of the machinery itself: the caps, and the freeze.
CREATE TABLE maintenance_setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  actor TEXT NOT NULL,
  at_us BIGINT NOT NULL
);
