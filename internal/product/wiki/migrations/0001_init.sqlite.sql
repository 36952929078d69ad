CREATE VIRTUAL TABLE wiki_search USING fts5 (title, body, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');

CREATE TRIGGER wiki_search_insert AFTER INSERT ON wiki_text WHEN NOT EXISTS (SELECT 1 FROM wiki_search_pause) BEGIN
  INSERT INTO wiki_search (rowid, title, body) VALUES (NEW.content_id, NEW.title, NEW.body);
END;

CREATE TRIGGER wiki_search_update AFTER UPDATE ON wiki_text BEGIN
  INSERT OR REPLACE INTO wiki_search (rowid, title, body) VALUES (NEW.content_id, NEW.title, NEW.body);
END;

CREATE TRIGGER wiki_search_delete AFTER DELETE ON wiki_text BEGIN
  DELETE FROM wiki_search WHERE rowid = OLD.content_id;
END;
