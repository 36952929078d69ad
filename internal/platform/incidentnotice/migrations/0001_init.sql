-- What customers are told when a site of theirs is lost. One incident for each customer; its token opens the page that needs no login.

CREATE TABLE loss_incident (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL,
  token TEXT NOT NULL UNIQUE,
  opened_us BIGINT NOT NULL,
  closed_us BIGINT
);
CREATE INDEX loss_incident_by_org ON loss_incident (org_id, opened_us, id);
CREATE INDEX loss_incident_by_time ON loss_incident (opened_us, id);

CREATE TABLE loss_site (
  incident_id TEXT NOT NULL REFERENCES loss_incident (id),
  site_id TEXT NOT NULL,
  found_us BIGINT NOT NULL,
  back_us BIGINT,
  PRIMARY KEY (incident_id, site_id)
);

CREATE TABLE loss_update (
  id TEXT PRIMARY KEY,
  incident_id TEXT NOT NULL REFERENCES loss_incident (id),
  author TEXT NOT NULL,
  text TEXT NOT NULL,
  at_us BIGINT NOT NULL
);
CREATE INDEX loss_update_by_incident ON loss_update (incident_id, at_us, id);

-- Every mail that is to be handed over: one for each update and contact.
CREATE TABLE loss_mail (
  update_id TEXT NOT NULL REFERENCES loss_update (id),
  contact_id TEXT NOT NULL,
  email TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  due_us BIGINT NOT NULL,
  sent_us BIGINT,
  error TEXT NOT NULL,
  PRIMARY KEY (update_id, contact_id)
);
CREATE INDEX loss_mail_by_due ON loss_mail (sent_us, due_us);
