-- Punctuation becomes space before words are cut, so that both engines find the same words in "com.example.Foo" or "a/b-c".
ALTER TABLE issue_text ADD COLUMN search tsvector GENERATED ALWAYS AS (
  setweight(to_tsvector('simple', translate(left(summary, 2000), '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', '                                ')), 'A') ||
  setweight(to_tsvector('simple', translate(left(description_text, 200000), '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', '                                ')), 'B') ||
  setweight(to_tsvector('simple', translate(left(environment_text, 50000), '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', '                                ')), 'C') ||
  setweight(to_tsvector('simple', translate(left(fields_text, 50000), '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', '                                ')), 'D')) STORED;
CREATE INDEX issue_text_search ON issue_text USING gin (search);
ALTER TABLE issue_comment ADD COLUMN search tsvector GENERATED ALWAYS AS (
  to_tsvector('simple', translate(left(body_text, 200000), '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', '                                '))) STORED;
CREATE INDEX issue_comment_search ON issue_comment USING gin (search);
