-- Punctuation becomes space before words are cut, so that both engines find the same words.
ALTER TABLE wiki_text ADD COLUMN search tsvector GENERATED ALWAYS AS (
  setweight(to_tsvector('simple', translate(left(title, 2000), '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', '                                ')), 'A') ||
  setweight(to_tsvector('simple', translate(left(body, 200000), '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', '                                ')), 'B')) STORED;
CREATE INDEX wiki_text_search ON wiki_text USING gin (search);
