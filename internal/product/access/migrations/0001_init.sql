-- The people of an organization and how they prove who they are.

CREATE TABLE account (
  id TEXT PRIMARY KEY,
  email TEXT,
  email_key TEXT UNIQUE,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  active BIGINT NOT NULL,
  placeholder BIGINT NOT NULL,
  time_zone TEXT NOT NULL,
  locale TEXT NOT NULL,
  created_us BIGINT NOT NULL
);
CREATE INDEX account_by_name ON account (name_key, id);

-- The start of every word of a name and of the address, for search as one types.
CREATE TABLE account_word (
  word TEXT NOT NULL,
  account TEXT NOT NULL REFERENCES account (id),
  PRIMARY KEY (word, account)
); -- clustered
CREATE INDEX account_word_by_account ON account_word (account);

-- People named by exports of other systems, by the export's key.
CREATE TABLE account_foreign (
  foreign_key TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES account (id)
);

CREATE TABLE password (
  account TEXT PRIMARY KEY REFERENCES account (id),
  hash TEXT NOT NULL,
  changed_us BIGINT NOT NULL
);

CREATE TABLE session (
  hash TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES account (id),
  csrf TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  expires_us BIGINT NOT NULL
);
CREATE INDEX session_by_account ON session (account, created_us);
CREATE INDEX session_by_expiry ON session (expires_us);

CREATE TABLE api_token (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL REFERENCES account (id),
  label TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  expires_us BIGINT,
  revoked_us BIGINT
);
CREATE INDEX api_token_by_account ON api_token (account, created_us, id);

CREATE TABLE api_token_use (
  token TEXT PRIMARY KEY,
  used_us BIGINT NOT NULL
);

CREATE TABLE grp (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  created_us BIGINT NOT NULL
);

CREATE TABLE grp_member (
  grp TEXT NOT NULL REFERENCES grp (id),
  account TEXT NOT NULL REFERENCES account (id),
  PRIMARY KEY (grp, account)
); -- clustered
CREATE INDEX grp_member_by_account ON grp_member (account, grp);

-- subject: an account or a group; role: admin, member
CREATE TABLE site_role (
  site TEXT NOT NULL,
  subject TEXT NOT NULL,
  role TEXT NOT NULL,
  PRIMARY KEY (site, subject)
); -- clustered
