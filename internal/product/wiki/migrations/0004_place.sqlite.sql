-- The index of words knows the space and the kind of every content too, as words of a column of their own ("ʘs65537 ʘkpage": nobody searches for
-- that letter), so that a search inside a space costs what the space is large, not what the site is.
DROP TRIGGER wiki_search_insert;
DROP TRIGGER wiki_search_update;
DROP TABLE wiki_search;
CREATE VIRTUAL TABLE wiki_search USING fts5 (title, body, place, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');
INSERT INTO wiki_search (rowid, title, body, place) SELECT t.content_id, t.title, t.body, 'ʘs' || c.space_id || ' ʘk' || c.kind FROM wiki_text t JOIN wiki_content c ON c.id = t.content_id;

CREATE TRIGGER wiki_search_insert AFTER INSERT ON wiki_text WHEN NOT EXISTS (SELECT 1 FROM wiki_search_pause) BEGIN
  INSERT INTO wiki_search (rowid, title, body, place) VALUES (NEW.content_id, NEW.title, NEW.body, (SELECT 'ʘs' || c.space_id || ' ʘk' || c.kind FROM wiki_content c WHERE c.id = NEW.content_id));
END;

CREATE TRIGGER wiki_search_update AFTER UPDATE ON wiki_text BEGIN
  INSERT OR REPLACE INTO wiki_search (rowid, title, body, place) VALUES (NEW.content_id, NEW.title, NEW.body, (SELECT 'ʘs' || c.space_id || ' ʘk' || c.kind FROM wiki_content c WHERE c.id = NEW.content_id));
END;

DROP TRIGGER wiki_title_insert;
DROP TRIGGER wiki_title_update;
DROP TABLE wiki_title;
CREATE VIRTUAL TABLE wiki_title USING fts5 (title, place, content='', contentless_delete=1, prefix='1 2 3', tokenize='unicode61 remove_diacritics 2');
INSERT INTO wiki_title (rowid, title, place) SELECT t.content_id, t.title, 'ʘs' || c.space_id || ' ʘk' || c.kind FROM wiki_text t JOIN wiki_content c ON c.id = t.content_id WHERE t.title <> '';

CREATE TRIGGER wiki_title_insert AFTER INSERT ON wiki_text WHEN NEW.title <> '' BEGIN
  INSERT INTO wiki_title (rowid, title, place) VALUES (NEW.content_id, NEW.title, (SELECT 'ʘs' || c.space_id || ' ʘk' || c.kind FROM wiki_content c WHERE c.id = NEW.content_id));
END;

CREATE TRIGGER wiki_title_update AFTER UPDATE ON wiki_text WHEN NEW.title <> OLD.title BEGIN
  INSERT OR REPLACE INTO wiki_title (rowid, title, place) VALUES (NEW.content_id, NEW.title, (SELECT 'ʘs' || c.space_id || ' ʘk' || c.kind FROM wiki_content c WHERE c.id = NEW.content_id));
END;

-- A content that moves to another space takes its words along; so does one whose row arrives after its words, as in a restore.
CREATE TRIGGER wiki_search_moved AFTER UPDATE OF space_id ON wiki_content WHEN NEW.space_id <> OLD.space_id BEGIN
  INSERT OR REPLACE INTO wiki_search (rowid, title, body, place) SELECT t.content_id, t.title, t.body, 'ʘs' || NEW.space_id || ' ʘk' || NEW.kind FROM wiki_text t WHERE t.content_id = NEW.id;
  INSERT OR REPLACE INTO wiki_title (rowid, title, place) SELECT t.content_id, t.title, 'ʘs' || NEW.space_id || ' ʘk' || NEW.kind FROM wiki_text t WHERE t.content_id = NEW.id AND t.title <> '';
END;

CREATE TRIGGER wiki_search_placed AFTER INSERT ON wiki_content WHEN EXISTS (SELECT 1 FROM wiki_text t WHERE t.content_id = NEW.id) BEGIN
  INSERT OR REPLACE INTO wiki_search (rowid, title, body, place) SELECT t.content_id, t.title, t.body, 'ʘs' || NEW.space_id || ' ʘk' || NEW.kind FROM wiki_text t WHERE t.content_id = NEW.id;
  INSERT OR REPLACE INTO wiki_title (rowid, title, place) SELECT t.content_id, t.title, 'ʘs' || NEW.space_id || ' ʘk' || NEW.kind FROM wiki_text t WHERE t.content_id = NEW.id AND t.title <> '';
END;
