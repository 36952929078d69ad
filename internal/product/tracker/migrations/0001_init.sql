-- The tracker's schema. Instants are microseconds UTC, days are YYYY-MM-DD, rich text is ADF JSON with its plain text beside it,
-- people are account identifiers, truth values are 0 or 1. Identifiers come from tracker_sequence.

CREATE TABLE tracker_sequence (
  name TEXT PRIMARY KEY,
  next BIGINT NOT NULL
);

CREATE TABLE project_category (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL
);

CREATE TABLE project (
  id BIGINT PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL,
  lead TEXT,
  type TEXT NOT NULL,
  template TEXT NOT NULL,
  category_id BIGINT,
  url TEXT NOT NULL,
  assignee_type TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  archived_us BIGINT,
  deleted_us BIGINT,
  deleted_by TEXT
);
CREATE INDEX project_by_name ON project (name_key, id);
CREATE INDEX project_by_category ON project (category_id, id);

CREATE TABLE project_key (
  key TEXT PRIMARY KEY,
  project_id BIGINT NOT NULL REFERENCES project (id)
);
CREATE INDEX project_key_by_project ON project_key (project_id);

CREATE TABLE project_property (
  project_id BIGINT NOT NULL REFERENCES project (id),
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (project_id, key)
); -- clustered

CREATE TABLE issue_type (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL,
  level BIGINT NOT NULL,
  icon TEXT NOT NULL,
  position BIGINT NOT NULL
);

CREATE TABLE project_issue_type (
  project_id BIGINT NOT NULL REFERENCES project (id),
  type_id BIGINT NOT NULL REFERENCES issue_type (id),
  position BIGINT NOT NULL,
  PRIMARY KEY (project_id, type_id)
); -- clustered
CREATE INDEX project_issue_type_by_type ON project_issue_type (type_id);

CREATE TABLE status (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL,
  category TEXT NOT NULL,
  position BIGINT NOT NULL
);

CREATE TABLE workflow (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL,
  is_default BIGINT NOT NULL
);

CREATE TABLE workflow_status (
  workflow_id BIGINT NOT NULL REFERENCES workflow (id),
  status_id BIGINT NOT NULL REFERENCES status (id),
  position BIGINT NOT NULL,
  is_initial BIGINT NOT NULL,
  PRIMARY KEY (workflow_id, status_id)
); -- clustered

CREATE TABLE workflow_transition (
  id BIGINT NOT NULL,
  workflow_id BIGINT NOT NULL REFERENCES workflow (id),
  name TEXT NOT NULL,
  from_status BIGINT,
  to_status BIGINT NOT NULL REFERENCES status (id),
  position BIGINT NOT NULL,
  PRIMARY KEY (workflow_id, id)
); -- clustered

CREATE TABLE project_workflow (
  project_id BIGINT NOT NULL REFERENCES project (id),
  type_id BIGINT NOT NULL,
  workflow_id BIGINT NOT NULL REFERENCES workflow (id),
  PRIMARY KEY (project_id, type_id)
); -- clustered

CREATE TABLE priority (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL,
  color TEXT NOT NULL,
  position BIGINT NOT NULL,
  is_default BIGINT NOT NULL
);

CREATE TABLE resolution (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL,
  position BIGINT NOT NULL,
  is_default BIGINT NOT NULL
);

CREATE TABLE component (
  id BIGINT PRIMARY KEY,
  project_id BIGINT NOT NULL REFERENCES project (id),
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  description TEXT NOT NULL,
  lead TEXT,
  assignee_type TEXT NOT NULL,
  UNIQUE (project_id, name_key)
);

CREATE TABLE version (
  id BIGINT PRIMARY KEY,
  project_id BIGINT NOT NULL REFERENCES project (id),
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  description TEXT NOT NULL,
  released BIGINT NOT NULL,
  archived BIGINT NOT NULL,
  start_day TEXT,
  release_day TEXT,
  position BIGINT NOT NULL,
  UNIQUE (project_id, name_key)
);
CREATE INDEX version_by_position ON version (project_id, position, id);

CREATE TABLE link_type (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  inward TEXT NOT NULL,
  outward TEXT NOT NULL
);

-- type: text, textarea, number, date, datetime, select, multiselect, user, multiuser, labels, url, readonly
CREATE TABLE field (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  description TEXT NOT NULL,
  type TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  deleted_us BIGINT
);
CREATE INDEX field_by_name ON field (name_key, id);

CREATE TABLE field_option (
  id BIGINT PRIMARY KEY,
  field_id BIGINT NOT NULL REFERENCES field (id),
  value TEXT NOT NULL,
  position BIGINT NOT NULL,
  disabled BIGINT NOT NULL
);
CREATE INDEX field_option_by_field ON field_option (field_id, position, id);

-- labels, component_ids and the two lists of versions repeat issue_label, issue_component and issue_version, space-separated, so that an
-- issue is read with one row; the counters say which other tables need not be asked.
CREATE TABLE issue (
  id BIGINT PRIMARY KEY,
  project_id BIGINT NOT NULL REFERENCES project (id),
  number BIGINT NOT NULL,
  type_id BIGINT NOT NULL REFERENCES issue_type (id),
  status_id BIGINT NOT NULL REFERENCES status (id),
  priority_id BIGINT,
  resolution_id BIGINT,
  summary TEXT NOT NULL,
  reporter TEXT,
  creator TEXT,
  assignee TEXT,
  parent_id BIGINT,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL,
  resolved_us BIGINT,
  status_us BIGINT NOT NULL,
  viewed_us BIGINT,
  due_day TEXT,
  rank TEXT NOT NULL,
  labels TEXT NOT NULL,
  component_ids TEXT NOT NULL,
  fix_version_ids TEXT NOT NULL,
  affects_version_ids TEXT NOT NULL,
  security_level TEXT,
  original_estimate BIGINT,
  remaining_estimate BIGINT,
  time_spent BIGINT,
  votes BIGINT NOT NULL,
  watches BIGINT NOT NULL,
  comments BIGINT NOT NULL,
  worklogs BIGINT NOT NULL,
  attachments BIGINT NOT NULL,
  links BIGINT NOT NULL,
  remote_links BIGINT NOT NULL,
  subtasks BIGINT NOT NULL,
  field_values BIGINT NOT NULL,
  UNIQUE (project_id, number)
);
CREATE INDEX issue_by_created ON issue (created_us, id);
CREATE INDEX issue_by_updated ON issue (updated_us, id);
CREATE INDEX issue_by_project_created ON issue (project_id, created_us, id);
CREATE INDEX issue_by_project_updated ON issue (project_id, updated_us, id);
CREATE INDEX issue_by_status ON issue (status_id, updated_us, id);
CREATE INDEX issue_by_assignee ON issue (assignee, updated_us, id);
CREATE INDEX issue_by_reporter ON issue (reporter, updated_us, id);
CREATE INDEX issue_by_priority ON issue (priority_id, updated_us, id);
CREATE INDEX issue_by_type ON issue (type_id, updated_us, id);
CREATE INDEX issue_by_resolution ON issue (resolution_id, updated_us, id);
CREATE INDEX issue_by_resolved ON issue (resolved_us, id);
CREATE INDEX issue_by_due ON issue (due_day, id);
CREATE INDEX issue_by_rank ON issue (rank, id);
CREATE INDEX issue_by_parent ON issue (parent_id, rank, id);

CREATE TABLE issue_key (
  key TEXT PRIMARY KEY,
  issue_id BIGINT NOT NULL
);
CREATE INDEX issue_key_by_issue ON issue_key (issue_id);

-- The texts of an issue: kept apart so that lists never read them, and indexed for search by triggers.
CREATE TABLE issue_text (
  issue_id BIGINT PRIMARY KEY,
  summary TEXT NOT NULL,
  description TEXT,
  description_text TEXT NOT NULL,
  environment TEXT,
  environment_text TEXT NOT NULL,
  fields_text TEXT NOT NULL
);

CREATE TABLE issue_label (
  issue_id BIGINT NOT NULL,
  label TEXT NOT NULL,
  PRIMARY KEY (issue_id, label)
); -- clustered
CREATE INDEX issue_label_by_label ON issue_label (label, issue_id);
CREATE INDEX issue_label_by_fold ON issue_label (lower(label), issue_id);

CREATE TABLE issue_component (
  issue_id BIGINT NOT NULL,
  component_id BIGINT NOT NULL REFERENCES component (id),
  PRIMARY KEY (issue_id, component_id)
); -- clustered
CREATE INDEX issue_component_by_component ON issue_component (component_id, issue_id);

-- role: fix, affects
CREATE TABLE issue_version (
  issue_id BIGINT NOT NULL,
  role TEXT NOT NULL,
  version_id BIGINT NOT NULL REFERENCES version (id),
  PRIMARY KEY (issue_id, role, version_id)
); -- clustered
CREATE INDEX issue_version_by_version ON issue_version (version_id, role, issue_id);

-- Custom field values. value: text as is, ADF for textarea, decimal, day, microseconds, option id, account, label, URL. sort: the value in a form
-- whose byte order is the value's order (numbers as 16 hexadecimal digits of their ordered bits, text lower-cased and cut at 200 bytes).
CREATE TABLE issue_value (
  issue_id BIGINT NOT NULL,
  field_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  value TEXT NOT NULL,
  sort TEXT NOT NULL,
  PRIMARY KEY (issue_id, field_id, position)
); -- clustered
CREATE INDEX issue_value_by_field ON issue_value (field_id, sort, issue_id);

CREATE TABLE issue_comment (
  id BIGINT PRIMARY KEY,
  issue_id BIGINT NOT NULL,
  author TEXT,
  update_author TEXT,
  body TEXT NOT NULL,
  body_text TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL,
  visibility_type TEXT,
  visibility_value TEXT,
  internal BIGINT NOT NULL
);
CREATE INDEX issue_comment_by_issue ON issue_comment (issue_id, created_us, id);
CREATE INDEX issue_comment_by_author ON issue_comment (author, created_us, id);

CREATE TABLE comment_property (
  comment_id BIGINT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (comment_id, key)
); -- clustered

CREATE TABLE issue_worklog (
  id BIGINT PRIMARY KEY,
  issue_id BIGINT NOT NULL,
  author TEXT,
  update_author TEXT,
  comment TEXT,
  comment_text TEXT NOT NULL,
  started_us BIGINT NOT NULL,
  seconds BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL,
  visibility_type TEXT,
  visibility_value TEXT
);
CREATE INDEX issue_worklog_by_issue ON issue_worklog (issue_id, started_us, id);
CREATE INDEX issue_worklog_by_author ON issue_worklog (author, started_us, id);
CREATE INDEX issue_worklog_by_updated ON issue_worklog (updated_us, id);

CREATE TABLE issue_watcher (
  issue_id BIGINT NOT NULL,
  account TEXT NOT NULL,
  PRIMARY KEY (issue_id, account)
); -- clustered
CREATE INDEX issue_watcher_by_account ON issue_watcher (account, issue_id);

CREATE TABLE issue_vote (
  issue_id BIGINT NOT NULL,
  account TEXT NOT NULL,
  PRIMARY KEY (issue_id, account)
); -- clustered
CREATE INDEX issue_vote_by_account ON issue_vote (account, issue_id);

CREATE TABLE issue_link (
  id BIGINT PRIMARY KEY,
  type_id BIGINT NOT NULL REFERENCES link_type (id),
  source_id BIGINT NOT NULL,
  target_id BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  UNIQUE (source_id, target_id, type_id)
);
CREATE INDEX issue_link_by_target ON issue_link (target_id, source_id, type_id);
CREATE INDEX issue_link_by_type ON issue_link (type_id, source_id);

CREATE TABLE issue_remote_link (
  id BIGINT PRIMARY KEY,
  issue_id BIGINT NOT NULL,
  global_id TEXT,
  relationship TEXT,
  application TEXT NOT NULL,
  object TEXT NOT NULL,
  url TEXT NOT NULL,
  UNIQUE (issue_id, global_id)
);
CREATE INDEX issue_remote_link_by_global ON issue_remote_link (global_id, issue_id);

-- blob is the SHA-256 of the content in the blob store; NULL when only the record of an attachment was imported.
CREATE TABLE issue_attachment (
  id BIGINT PRIMARY KEY,
  issue_id BIGINT NOT NULL,
  media_id TEXT NOT NULL UNIQUE,
  author TEXT,
  filename TEXT NOT NULL,
  mime TEXT NOT NULL,
  size BIGINT NOT NULL,
  blob TEXT,
  thumbnail TEXT,
  width BIGINT,
  height BIGINT,
  created_us BIGINT NOT NULL
);
CREATE INDEX issue_attachment_by_issue ON issue_attachment (issue_id, created_us, id);

-- One row a changed field; rows of one edit share history_id. from_value and to_value are identifiers, *_text what people saw.
CREATE TABLE issue_change (
  history_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  issue_id BIGINT NOT NULL,
  author TEXT,
  created_us BIGINT NOT NULL,
  field TEXT NOT NULL,
  field_id TEXT NOT NULL,
  field_type TEXT NOT NULL,
  from_value TEXT,
  from_text TEXT,
  to_value TEXT,
  to_text TEXT,
  PRIMARY KEY (history_id, position)
); -- clustered
CREATE INDEX issue_change_by_issue ON issue_change (issue_id, created_us, history_id, position);
-- Values of texts can be longer than an index takes; those that are searched for are identifiers.
CREATE INDEX issue_change_by_to ON issue_change (field_id, substr(to_value, 1, 100), issue_id);
CREATE INDEX issue_change_by_from ON issue_change (field_id, substr(from_value, 1, 100), issue_id);

CREATE TABLE issue_property (
  issue_id BIGINT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (issue_id, key)
); -- clustered
CREATE INDEX issue_property_by_key ON issue_property (key, issue_id);

CREATE TABLE filter (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  description TEXT NOT NULL,
  owner TEXT NOT NULL,
  jql TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL,
  UNIQUE (owner, name_key)
);
CREATE INDEX filter_by_name ON filter (name_key, id);

CREATE TABLE filter_share (
  id BIGINT PRIMARY KEY,
  filter_id BIGINT NOT NULL REFERENCES filter (id),
  type TEXT NOT NULL,
  target TEXT
);
CREATE INDEX filter_share_by_filter ON filter_share (filter_id);

CREATE TABLE filter_favourite (
  account TEXT NOT NULL,
  filter_id BIGINT NOT NULL REFERENCES filter (id),
  PRIMARY KEY (account, filter_id)
); -- clustered
CREATE INDEX filter_favourite_by_filter ON filter_favourite (filter_id);

-- What an importer has taken from where, so that a second run continues and changes nothing twice.
CREATE TABLE import_run (
  fingerprint TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  place TEXT NOT NULL,
  started_us BIGINT NOT NULL,
  finished_us BIGINT,
  cursor TEXT NOT NULL,
  report TEXT NOT NULL
);

CREATE TABLE import_map (
  kind TEXT NOT NULL,
  foreign_id TEXT NOT NULL,
  local_id TEXT NOT NULL,
  PRIMARY KEY (kind, foreign_id)
); -- clustered

-- See the triggers of the full-text index. Always empty between transactions.
CREATE TABLE search_pause (
  one BIGINT PRIMARY KEY
);
