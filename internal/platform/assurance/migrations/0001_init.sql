-- How the backup of each site, organization and of the control database stands: one row each.
CREATE TABLE assurance_proof (
  owner TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  enrolled_us BIGINT NOT NULL,
  due_us BIGINT NOT NULL,
  since_us BIGINT NOT NULL,
  tested_us BIGINT,
  proven_us BIGINT,
  failures BIGINT NOT NULL,
  error TEXT NOT NULL,
  row_count BIGINT NOT NULL,
  byte_count BIGINT NOT NULL,
  took_us BIGINT NOT NULL,
  alarmed_us BIGINT
);
CREATE INDEX assurance_proof_by_due ON assurance_proof (due_us, owner);
CREATE INDEX assurance_proof_by_since ON assurance_proof (since_us, owner);
CREATE INDEX assurance_proof_by_failures ON assurance_proof (failures, owner);

-- The tests of late, one row each.
CREATE TABLE assurance_test (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  started_us BIGINT NOT NULL,
  took_us BIGINT NOT NULL,
  proven BIGINT NOT NULL,
  row_count BIGINT NOT NULL,
  byte_count BIGINT NOT NULL,
  attachments BIGINT NOT NULL,
  volumes TEXT NOT NULL,
  error TEXT NOT NULL,
  actor TEXT NOT NULL
);
CREATE INDEX assurance_test_by_owner ON assurance_test (owner, started_us, id);

CREATE TABLE assurance_setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

-- What was practised.
CREATE TABLE drill_run (
  id TEXT PRIMARY KEY,
  scenario TEXT NOT NULL,
  engine TEXT NOT NULL,
  sites BIGINT NOT NULL,
  proven BIGINT NOT NULL,
  at_us BIGINT NOT NULL,
  actor TEXT NOT NULL,
  result TEXT NOT NULL
);
CREATE INDEX drill_run_by_time ON drill_run (at_us, id);
CREATE INDEX drill_run_by_scenario ON drill_run (scenario, at_us, id);

-- Whether a contact can be reached: asked by a mail with a link, answered by following it.
CREATE TABLE assurance_contact (
  contact_id TEXT PRIMARY KEY,
  email TEXT NOT NULL,
  token TEXT NOT NULL UNIQUE,
  asked_us BIGINT NOT NULL,
  verified_us BIGINT
);
