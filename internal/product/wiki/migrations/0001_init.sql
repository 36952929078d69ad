-- The wiki's schema. Instants are microseconds UTC, rich text is ADF JSON, people are account identifiers, truth values are 0 or 1.
-- Identifiers of every noun come from one counter, so that one never names two things.

CREATE TABLE wiki_sequence (
  name TEXT PRIMARY KEY,
  next BIGINT NOT NULL
);

-- type: global, personal, collaboration, knowledge_base; status: current, archived, trashed.
CREATE TABLE wiki_space (
  id BIGINT PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  alias TEXT NOT NULL,
  name TEXT NOT NULL,
  name_fold TEXT NOT NULL,
  description TEXT NOT NULL,
  icon TEXT NOT NULL,
  type TEXT NOT NULL,
  status TEXT NOT NULL,
  owner TEXT,
  homepage_id BIGINT,
  author TEXT,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL
);
CREATE INDEX wiki_space_by_name ON wiki_space (name_fold, id);

-- subject_type: user, group, everyone (the site's members), anonymous; operation and target as in the API, for example read space, create page.
CREATE TABLE wiki_space_permission (
  id BIGINT PRIMARY KEY,
  space_id BIGINT NOT NULL REFERENCES wiki_space (id),
  subject_type TEXT NOT NULL,
  subject TEXT NOT NULL,
  operation TEXT NOT NULL,
  target TEXT NOT NULL,
  UNIQUE (space_id, subject_type, subject, operation, target)
);

-- Pages, blog posts, comments and attachments. owner_id is the page or post that comments and attachments belong to (itself for pages and posts);
-- parent_id is the parent page, the comment answered, or 0. guard_id is the nearest page above or itself that restricts who may read, 0 for none.
-- status: current, draft, trashed, archived. version is the number of the newest published version.
CREATE TABLE wiki_content (
  id BIGINT PRIMARY KEY,
  kind TEXT NOT NULL,
  space_id BIGINT NOT NULL REFERENCES wiki_space (id),
  owner_id BIGINT NOT NULL,
  parent_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  guard_id BIGINT NOT NULL,
  title TEXT NOT NULL,
  title_fold TEXT NOT NULL,
  status TEXT NOT NULL,
  version BIGINT NOT NULL,
  author TEXT,
  editor TEXT,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL,
  trashed_us BIGINT,
  trashed_by TEXT
);
CREATE INDEX wiki_content_tree ON wiki_content (space_id, kind, status, parent_id, position, id);
CREATE INDEX wiki_content_children ON wiki_content (parent_id, kind, status, position, id);
CREATE INDEX wiki_content_owned ON wiki_content (owner_id, kind, status, created_us, id);
CREATE INDEX wiki_content_title ON wiki_content (title_fold, kind, space_id);
CREATE INDEX wiki_content_space_updated ON wiki_content (space_id, kind, status, updated_us, id);
CREATE INDEX wiki_content_space_created ON wiki_content (space_id, kind, status, created_us, id);
CREATE INDEX wiki_content_updated ON wiki_content (kind, status, updated_us, id);
CREATE INDEX wiki_content_created ON wiki_content (kind, status, created_us, id);
CREATE INDEX wiki_content_listed ON wiki_content (kind, status, id);
CREATE INDEX wiki_content_editor ON wiki_content (editor, updated_us, id);
CREATE INDEX wiki_content_author ON wiki_content (author, created_us, id);
CREATE INDEX wiki_content_guard ON wiki_content (guard_id);
CREATE INDEX wiki_content_trash ON wiki_content (space_id, status, trashed_us, id);

-- Every published version, numbered without gaps from 1. Attachments have theirs in wiki_file.
CREATE TABLE wiki_version (
  content_id BIGINT NOT NULL REFERENCES wiki_content (id),
  number BIGINT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  author TEXT,
  created_us BIGINT NOT NULL,
  message TEXT NOT NULL,
  minor BIGINT NOT NULL,
  PRIMARY KEY (content_id, number)
); -- clustered
CREATE INDEX wiki_version_by_author ON wiki_version (author, content_id);

-- What full text finds: folded to lower case without accents.
CREATE TABLE wiki_text (
  content_id BIGINT PRIMARY KEY REFERENCES wiki_content (id),
  title TEXT NOT NULL,
  body TEXT NOT NULL
);

-- While it has a row (an import sets it for its transaction) new texts are not indexed one by one.
CREATE TABLE wiki_search_pause (
  on_us BIGINT PRIMARY KEY
);

-- What somebody has not published yet of a page: at most one a person and page. base is the version it started from, 0 for a page never published.
CREATE TABLE wiki_draft (
  content_id BIGINT NOT NULL REFERENCES wiki_content (id),
  account TEXT NOT NULL,
  base BIGINT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL,
  PRIMARY KEY (content_id, account)
); -- clustered
CREATE INDEX wiki_draft_by_account ON wiki_draft (account, updated_us, content_id);

-- location: footer, inline; resolution: open, resolved, reopened, dangling. marker is the id of the annotation mark in the body.
CREATE TABLE wiki_comment (
  content_id BIGINT PRIMARY KEY REFERENCES wiki_content (id),
  location TEXT NOT NULL,
  marker TEXT NOT NULL,
  anchor_text TEXT NOT NULL,
  match_count BIGINT NOT NULL,
  match_index BIGINT NOT NULL,
  resolution TEXT NOT NULL,
  resolved_by TEXT,
  resolved_us BIGINT
);

CREATE TABLE wiki_file (
  content_id BIGINT NOT NULL REFERENCES wiki_content (id),
  version BIGINT NOT NULL,
  media_id TEXT NOT NULL,
  mime TEXT NOT NULL,
  size BIGINT NOT NULL,
  blob TEXT,
  thumbnail TEXT,
  width BIGINT,
  height BIGINT,
  comment TEXT NOT NULL,
  author TEXT,
  created_us BIGINT NOT NULL,
  minor BIGINT NOT NULL,
  PRIMARY KEY (content_id, version)
); -- clustered
CREATE INDEX wiki_file_by_media ON wiki_file (media_id);

-- prefix: global, my, team. owner is the account of a "my" label, empty for the others.
CREATE TABLE wiki_label (
  id BIGINT PRIMARY KEY,
  prefix TEXT NOT NULL,
  name TEXT NOT NULL,
  owner TEXT NOT NULL,
  UNIQUE (name, prefix, owner)
);

-- target_id is a content or a space.
CREATE TABLE wiki_labelling (
  target_id BIGINT NOT NULL,
  label_id BIGINT NOT NULL REFERENCES wiki_label (id),
  author TEXT,
  created_us BIGINT NOT NULL,
  PRIMARY KEY (target_id, label_id)
); -- clustered
CREATE INDEX wiki_labelling_by_label ON wiki_labelling (label_id, target_id);

-- operation: read, update; subject_type: user, group.
CREATE TABLE wiki_restriction (
  content_id BIGINT NOT NULL REFERENCES wiki_content (id),
  operation TEXT NOT NULL,
  subject_type TEXT NOT NULL,
  subject TEXT NOT NULL,
  PRIMARY KEY (content_id, operation, subject_type, subject)
); -- clustered

-- The pages that restrict who may read, each with the next such page above it, 0 for none.
CREATE TABLE wiki_guard (
  content_id BIGINT PRIMARY KEY REFERENCES wiki_content (id),
  above BIGINT NOT NULL
);

-- kind: content, space, label. target is an identifier or a label's name.
CREATE TABLE wiki_watch (
  account TEXT NOT NULL,
  kind TEXT NOT NULL,
  target TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  PRIMARY KEY (account, kind, target)
); -- clustered
CREATE INDEX wiki_watch_by_target ON wiki_watch (kind, target, account);

CREATE TABLE wiki_favourite (
  account TEXT NOT NULL,
  kind TEXT NOT NULL,
  target_id BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  PRIMARY KEY (account, kind, target_id)
); -- clustered

CREATE TABLE wiki_seen (
  account TEXT NOT NULL,
  content_id BIGINT NOT NULL,
  seen_us BIGINT NOT NULL,
  PRIMARY KEY (account, content_id)
); -- clustered
CREATE INDEX wiki_seen_recent ON wiki_seen (account, seen_us, content_id);

CREATE TABLE wiki_like (
  content_id BIGINT NOT NULL REFERENCES wiki_content (id),
  account TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  PRIMARY KEY (content_id, account)
); -- clustered

-- owner_id is a content or a space; value is JSON.
CREATE TABLE wiki_property (
  id BIGINT PRIMARY KEY,
  owner_id BIGINT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  version BIGINT NOT NULL,
  author TEXT,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL,
  UNIQUE (owner_id, key)
);

-- status: incomplete, complete. local_id is the taskItem's in the body.
CREATE TABLE wiki_task (
  id BIGINT PRIMARY KEY,
  content_id BIGINT NOT NULL REFERENCES wiki_content (id),
  local_id TEXT NOT NULL,
  status TEXT NOT NULL,
  body TEXT NOT NULL,
  creator TEXT,
  assignee TEXT,
  completed_by TEXT,
  due_us BIGINT,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL,
  completed_us BIGINT,
  position BIGINT NOT NULL,
  UNIQUE (content_id, local_id)
);
CREATE INDEX wiki_task_by_assignee ON wiki_task (assignee, status, id);

-- What the current version of a body uses: kind macro (its name), mention (an account), link (the identifier of a content).
CREATE TABLE wiki_use (
  content_id BIGINT NOT NULL REFERENCES wiki_content (id),
  kind TEXT NOT NULL,
  target TEXT NOT NULL,
  PRIMARY KEY (content_id, kind, target)
); -- clustered
CREATE INDEX wiki_use_by_target ON wiki_use (kind, target, content_id);

-- space_id is 0 for templates of the whole site. variables are found in the body; labels is a JSON list.
CREATE TABLE wiki_template (
  id BIGINT PRIMARY KEY,
  space_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  body TEXT NOT NULL,
  labels TEXT NOT NULL,
  author TEXT,
  created_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL
);
CREATE INDEX wiki_template_by_space ON wiki_template (space_id, name, id);
