-- Who is told what a plan did to sites of theirs, and what was taken back. A letter tells how things stand when it is handed over; it is due again when more was done.
CREATE TABLE maintenance_letter (
  plan_id TEXT NOT NULL REFERENCES maintenance_plan (id),
  about TEXT NOT NULL,
  contact_id TEXT NOT NULL,
  org_id TEXT NOT NULL,
  email TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  due_us BIGINT NOT NULL,
  sent_us BIGINT,
  error TEXT NOT NULL,
  PRIMARY KEY (plan_id, about, contact_id)
);
CREATE INDEX maintenance_letter_by_due ON maintenance_letter (sent_us, due_us);
