ALTER TABLE issue_text ADD COLUMN search tsvector GENERATED ALWAYS AS (
  setweight(to_tsvector('simple', left(summary, 2000)), 'A') || setweight(to_tsvector('simple', left(description_text, 200000)), 'B') ||
  setweight(to_tsvector('simple', left(environment_text, 50000)), 'C') || setweight(to_tsvector('simple', left(fields_text, 50000)), 'D')) STORED;
CREATE INDEX issue_text_search ON issue_text USING gin (search);
ALTER TABLE issue_comment ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('simple', left(body_text, 200000))) STORED;
CREATE INDEX issue_comment_search ON issue_comment USING gin (search);
