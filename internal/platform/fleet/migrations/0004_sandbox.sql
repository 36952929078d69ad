-- Sites that are copies of others as they were at an instant, made to look at and to take from. They send nothing, and they alone can be removed again.

CREATE TABLE sandbox (
  site_id TEXT PRIMARY KEY REFERENCES site (id),
  of_site TEXT NOT NULL REFERENCES site (id),
  at_us BIGINT NOT NULL,
  created_us BIGINT NOT NULL
);
