-- Who was told of a site's end, and the queue of the purge. The tombstone's instant is part of every key: a site that was brought back and
-- tombstoned again begins anew.

CREATE TABLE lifecycle_notice (
  site_id TEXT NOT NULL,
  tombstone_us BIGINT NOT NULL,
  stage TEXT NOT NULL,
  contact_id TEXT NOT NULL,
  email TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  tried_us BIGINT NOT NULL,
  sent_us BIGINT,
  error TEXT NOT NULL,
  PRIMARY KEY (site_id, tombstone_us, stage, contact_id)
);

CREATE TABLE purge_request (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL,
  tombstone_us BIGINT NOT NULL,
  kind TEXT NOT NULL,
  reason TEXT NOT NULL,
  requester TEXT NOT NULL,
  requested_us BIGINT NOT NULL,
  state TEXT NOT NULL,
  done_us BIGINT
);
CREATE INDEX purge_request_by_time ON purge_request (requested_us, id);

CREATE TABLE purge_approval (
  request_id TEXT NOT NULL REFERENCES purge_request (id),
  approver TEXT NOT NULL,
  site_id TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  PRIMARY KEY (request_id, approver)
);
