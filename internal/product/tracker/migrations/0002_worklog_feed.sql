-- What was deleted, so that those who follow the work logs of a site learn of it.
CREATE TABLE worklog_deleted (
  id BIGINT PRIMARY KEY,
  issue_id BIGINT NOT NULL,
  deleted_us BIGINT NOT NULL
);
CREATE INDEX worklog_deleted_by_time ON worklog_deleted (deleted_us, id);

CREATE TABLE worklog_property (
  worklog_id BIGINT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (worklog_id, key)
); -- clustered
