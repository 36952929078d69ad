-- Contents of every kind by date, of the site and of a space: what a search without a type sorts by.
CREATE INDEX wiki_content_all_updated ON wiki_content (status, updated_us, id);
CREATE INDEX wiki_content_all_created ON wiki_content (status, created_us, id);
CREATE INDEX wiki_content_space_all_updated ON wiki_content (space_id, status, updated_us, id);
CREATE INDEX wiki_content_space_all_created ON wiki_content (space_id, status, created_us, id);
