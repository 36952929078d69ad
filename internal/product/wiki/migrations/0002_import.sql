-- What an importer has taken from where, so that a second run continues and takes nothing twice. scope is a space of an export; a row without
-- signature is an identifier that is set aside for what is not written yet.
CREATE TABLE wiki_import_run (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  place TEXT NOT NULL,
  started_us BIGINT NOT NULL,
  finished_us BIGINT NOT NULL,
  report TEXT NOT NULL
);

CREATE TABLE wiki_import_map (
  scope TEXT NOT NULL,
  kind TEXT NOT NULL,
  foreign_id TEXT NOT NULL,
  local_id BIGINT NOT NULL,
  signature TEXT NOT NULL,
  PRIMARY KEY (scope, kind, foreign_id)
); -- clustered
