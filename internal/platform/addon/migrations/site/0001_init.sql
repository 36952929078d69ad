-- What the add-ons of a site keep. It stays when an add-on is deactivated.

CREATE TABLE addon_object (
  addon_id TEXT NOT NULL,
  object_key TEXT NOT NULL,
  value TEXT NOT NULL,
  updated_us BIGINT NOT NULL,
  PRIMARY KEY (addon_id, object_key)
);
