-- Loss reports that were made: who made which for which restore. The report itself is among the files of its site, by its hash.
CREATE TABLE loss_report (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL,
  restore_id TEXT NOT NULL,
  actor TEXT NOT NULL,
  created_us BIGINT NOT NULL,
  hash TEXT NOT NULL,
  byte_count BIGINT NOT NULL,
  roots_us BIGINT,
  totals TEXT NOT NULL,
  checked_us BIGINT NOT NULL,
  wrong TEXT NOT NULL
);
CREATE INDEX loss_report_by_time ON loss_report (created_us, id);
CREATE INDEX loss_report_by_site ON loss_report (site_id, created_us, id);

-- Roots that were handed to a customer, and how.
CREATE TABLE loss_roots (
  id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL,
  at_us BIGINT NOT NULL,
  actor TEXT NOT NULL,
  via TEXT NOT NULL,
  commits TEXT NOT NULL,
  roots TEXT NOT NULL
);
CREATE INDEX loss_roots_by_site ON loss_roots (site_id, at_us, id);

-- What is to be handed over: a mail to a contact, or a call of the customer's address.
CREATE TABLE loss_roots_delivery (
  roots_id TEXT NOT NULL REFERENCES loss_roots (id),
  receiver TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  due_us BIGINT NOT NULL,
  sent_us BIGINT,
  error TEXT NOT NULL,
  PRIMARY KEY (roots_id, receiver)
);
CREATE INDEX loss_roots_delivery_by_due ON loss_roots_delivery (sent_us, due_us);

-- When a site's roots are handed over next, and where to besides its contacts.
CREATE TABLE loss_roots_schedule (
  site_id TEXT PRIMARY KEY,
  due_us BIGINT NOT NULL,
  url TEXT NOT NULL,
  secret TEXT NOT NULL
);
CREATE INDEX loss_roots_schedule_by_due ON loss_roots_schedule (due_us, site_id);
