-- Work that a volume has to do later: timers and deliveries. A job is written in the transaction of the state that causes it.

CREATE TABLE job (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  job_key TEXT NOT NULL,
  payload TEXT NOT NULL,
  state TEXT NOT NULL,
  due_us BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  last_error TEXT NOT NULL,
  created_us BIGINT NOT NULL
);
CREATE UNIQUE INDEX job_by_key ON job (kind, job_key);
CREATE INDEX job_by_due ON job (state, due_us, id);
