-- When a volume must be looked at again, at the latest: a lower bound of its earliest job. Volumes without jobs have no row.

CREATE TABLE wake (
  kind TEXT NOT NULL,
  owner TEXT NOT NULL,
  due_us BIGINT NOT NULL,
  PRIMARY KEY (kind, owner)
);
