-- Titles have an index of their own: short, and with the beginnings of words, so that what is searched while somebody types costs little.
CREATE VIRTUAL TABLE wiki_title USING fts5 (title, content='', contentless_delete=1, prefix='1 2 3', tokenize='unicode61 remove_diacritics 2');

INSERT INTO wiki_title (rowid, title) SELECT content_id, title FROM wiki_text WHERE title <> '';

CREATE TRIGGER wiki_title_insert AFTER INSERT ON wiki_text WHEN NEW.title <> '' BEGIN
  INSERT INTO wiki_title (rowid, title) VALUES (NEW.content_id, NEW.title);
END;

CREATE TRIGGER wiki_title_update AFTER UPDATE ON wiki_text WHEN NEW.title <> OLD.title BEGIN
  INSERT OR REPLACE INTO wiki_title (rowid, title) VALUES (NEW.content_id, NEW.title);
END;

CREATE TRIGGER wiki_title_delete AFTER DELETE ON wiki_text BEGIN
  DELETE FROM wiki_title WHERE rowid = OLD.content_id;
END;
