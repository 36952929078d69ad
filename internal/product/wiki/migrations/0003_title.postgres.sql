-- Titles have an index of their own: a weight in the index of everything would be looked up row by row.
ALTER TABLE wiki_text ADD COLUMN title_search tsvector GENERATED ALWAYS AS (
  to_tsvector('simple', translate(left(title, 2000), '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', '                                '))) STORED;
CREATE INDEX wiki_text_title_search ON wiki_text USING gin (title_search);
