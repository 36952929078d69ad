-- Those who run the installation. They are people of the platform, not of any tenant, and live where no tenant operation reaches.

CREATE TABLE operator (
  name TEXT PRIMARY KEY,
  email TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  owner BIGINT NOT NULL,
  created_us BIGINT NOT NULL,
  disabled_us BIGINT
);
