-- The index of words is a table of its own, as on SQLite: its rows are short, and know the space and the kind of every content too, so that a search
-- inside a space costs what the space is large, not what the site is. A letter that no text has keeps phrases from going over from title to body. Long vectors stay out of the row, unpacked.
DROP INDEX wiki_text_search;
DROP INDEX wiki_text_title_search;
ALTER TABLE wiki_text DROP COLUMN search;
ALTER TABLE wiki_text DROP COLUMN title_search;
CREATE TABLE wiki_search (
  content_id BIGINT PRIMARY KEY,
  place tsvector NOT NULL,
  title tsvector NOT NULL,
  search tsvector NOT NULL
) WITH (toast_tuple_target = 256);
ALTER TABLE wiki_search ALTER COLUMN search SET STORAGE EXTERNAL;
INSERT INTO wiki_search (content_id, place, title, search) SELECT t.content_id, array_to_tsvector(ARRAY['s' || c.space_id, 'k' || c.kind]), to_tsvector('simple', translate(left(t.title, 2000), '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', '                                ')), setweight(to_tsvector('simple', translate(left(t.title, 2000), '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', '                                ')), 'A') || '''ʘ'':1'::tsvector || setweight(to_tsvector('simple', translate(left(t.body, 200000), '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', '                                ')), 'B') FROM wiki_text t JOIN wiki_content c ON c.id = t.content_id;
CREATE INDEX wiki_search_words ON wiki_search USING gin (search, place);
CREATE INDEX wiki_search_title ON wiki_search USING gin (title, place);

-- Functions name their schema, as those of the journal do: whoever fires them, from whatever search_path, writes into the same volume.
DO $$ DECLARE s text := quote_ident(current_schema()); BEGIN
EXECUTE 'CREATE FUNCTION ' || s || '.wiki_search_text() RETURNS trigger LANGUAGE plpgsql AS $fn$ BEGIN
IF TG_OP = ''DELETE'' THEN DELETE FROM ' || s || '.wiki_search WHERE content_id = OLD.content_id; RETURN NULL; END IF;
INSERT INTO ' || s || '.wiki_search (content_id, place, title, search) VALUES (NEW.content_id,
coalesce((SELECT array_to_tsvector(ARRAY[''s'' || c.space_id, ''k'' || c.kind]) FROM ' || s || '.wiki_content c WHERE c.id = NEW.content_id), ''''::tsvector), to_tsvector(''simple'', translate(left(NEW.title, 2000), ''!"#$%&''''()*+,-./:;<=>?@[\]^_`{|}~'', ''                                '')), setweight(to_tsvector(''simple'', translate(left(NEW.title, 2000), ''!"#$%&''''()*+,-./:;<=>?@[\]^_`{|}~'', ''                                '')), ''A'') || ''''''ʘ'''':1''::tsvector || setweight(to_tsvector(''simple'', translate(left(NEW.body, 200000), ''!"#$%&''''()*+,-./:;<=>?@[\]^_`{|}~'', ''                                '')), ''B''))
ON CONFLICT (content_id) DO UPDATE SET place = excluded.place, title = excluded.title, search = excluded.search;
RETURN NULL; END $fn$';
EXECUTE 'CREATE FUNCTION ' || s || '.wiki_search_place() RETURNS trigger LANGUAGE plpgsql AS $fn$ BEGIN
UPDATE ' || s || '.wiki_search SET place = array_to_tsvector(ARRAY[''s'' || NEW.space_id, ''k'' || NEW.kind]) WHERE content_id = NEW.id;
RETURN NULL; END $fn$';
END $$;
CREATE TRIGGER wiki_search_text AFTER INSERT OR UPDATE OR DELETE ON wiki_text FOR EACH ROW EXECUTE FUNCTION wiki_search_text();
CREATE TRIGGER wiki_search_moved AFTER UPDATE OF space_id ON wiki_content FOR EACH ROW WHEN (NEW.space_id <> OLD.space_id) EXECUTE FUNCTION wiki_search_place();
CREATE TRIGGER wiki_search_placed AFTER INSERT ON wiki_content FOR EACH ROW EXECUTE FUNCTION wiki_search_place();
