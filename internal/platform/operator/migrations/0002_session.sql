-- Browsers of operators that are signed in. The secret is known to the browser alone; a row that is over is removed at the next sign-in.

CREATE TABLE operator_session (
  secret_hash TEXT PRIMARY KEY,
  operator TEXT NOT NULL REFERENCES operator (name),
  created_us BIGINT NOT NULL,
  expires_us BIGINT NOT NULL
);
CREATE INDEX operator_session_by_end ON operator_session (expires_us, secret_hash);
