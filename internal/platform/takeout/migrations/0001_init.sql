-- Which sites are exported to a folder of their customer, and how far that is.

CREATE TABLE takeout (
  site_id TEXT PRIMARY KEY,
  folder TEXT NOT NULL,
  set_us BIGINT NOT NULL,
  written_us BIGINT,
  state TEXT NOT NULL,
  error TEXT NOT NULL
);
