-- The control database: who the customers are, where their volumes live, and what was done to them. No tenant operation reaches it.

CREATE TABLE org (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  created_us BIGINT NOT NULL
);
CREATE INDEX org_by_name ON org (name, id);

CREATE TABLE site (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES org (id),
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  state_us BIGINT NOT NULL,
  state_reason TEXT NOT NULL,
  created_us BIGINT NOT NULL
);
CREATE INDEX site_by_org ON site (org_id, id);

CREATE TABLE contact (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES org (id),
  site_id TEXT,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  role TEXT NOT NULL,
  created_us BIGINT NOT NULL
);
CREATE INDEX contact_by_org ON contact (org_id, id);
CREATE INDEX contact_by_site ON contact (site_id, id);

CREATE TABLE placement (
  kind TEXT NOT NULL,
  owner TEXT NOT NULL,
  cell TEXT NOT NULL,
  generation BIGINT NOT NULL,
  PRIMARY KEY (kind, owner)
);

-- The ledger of operations: rows are added and finished, never removed.
CREATE TABLE operation (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  target TEXT NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  detail TEXT NOT NULL,
  started_us BIGINT NOT NULL,
  finished_us BIGINT
);
CREATE INDEX operation_by_start ON operation (started_us, id);
CREATE INDEX operation_by_target ON operation (target, started_us, id);
