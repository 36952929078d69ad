CREATE VIRTUAL TABLE issue_search USING fts5 (summary, description, environment, fields, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');

-- While search_pause has a row (an import sets it for its transaction) new rows are not indexed one by one: FTS5 writes its index out at every savepoint
-- of the transaction, and every statement with triggers is one.
CREATE TRIGGER issue_search_insert AFTER INSERT ON issue_text WHEN NOT EXISTS (SELECT 1 FROM search_pause) BEGIN
  INSERT INTO issue_search (rowid, summary, description, environment, fields) VALUES (NEW.issue_id, NEW.summary, NEW.description_text, NEW.environment_text, NEW.fields_text);
END;

CREATE TRIGGER issue_search_update AFTER UPDATE ON issue_text BEGIN
  INSERT OR REPLACE INTO issue_search (rowid, summary, description, environment, fields) VALUES (NEW.issue_id, NEW.summary, NEW.description_text, NEW.environment_text, NEW.fields_text);
END;

CREATE TRIGGER issue_search_delete AFTER DELETE ON issue_text BEGIN
  DELETE FROM issue_search WHERE rowid = OLD.issue_id;
END;

CREATE VIRTUAL TABLE comment_search USING fts5 (body, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');

CREATE TRIGGER comment_search_insert AFTER INSERT ON issue_comment WHEN NOT EXISTS (SELECT 1 FROM search_pause) BEGIN
  INSERT INTO comment_search (rowid, body) VALUES (NEW.id, NEW.body_text);
END;

CREATE TRIGGER comment_search_update AFTER UPDATE OF body_text ON issue_comment BEGIN
  INSERT OR REPLACE INTO comment_search (rowid, body) VALUES (NEW.id, NEW.body_text);
END;

CREATE TRIGGER comment_search_delete AFTER DELETE ON issue_comment BEGIN
  DELETE FROM comment_search WHERE rowid = OLD.id;
END;
