-- Who was erased, without what was: an account's identifier, and hashes by which what comes back with a restore is recognised.

CREATE TABLE erasure (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  hashes TEXT NOT NULL,
  reason TEXT NOT NULL,
  actor TEXT NOT NULL,
  at_us BIGINT NOT NULL
);
CREATE INDEX erasure_by_org ON erasure (org_id, at_us, id);

-- What was changed, by place: volume, table, column and how many rows. A replay adds to it.
CREATE TABLE erasure_place (
  erasure_org TEXT NOT NULL,
  volume TEXT NOT NULL,
  place TEXT NOT NULL,
  changed BIGINT NOT NULL,
  last_us BIGINT NOT NULL,
  PRIMARY KEY (erasure_org, volume, place)
);
