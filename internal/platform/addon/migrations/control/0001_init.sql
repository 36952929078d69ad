-- Add-ons of sites: what a marketplace installs into a customer's suite. Each is an object with an identifier of its own kind.

CREATE TABLE addon (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES site (id),
  key TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  state_us BIGINT NOT NULL,
  created_us BIGINT NOT NULL
);
CREATE UNIQUE INDEX addon_by_site ON addon (site_id, key);
CREATE INDEX addon_by_key ON addon (key, id);
