-- When a key of an integration ends that has an end.
CREATE TABLE integration_key_end (
  key_id TEXT PRIMARY KEY,
  ends_us BIGINT NOT NULL
);
