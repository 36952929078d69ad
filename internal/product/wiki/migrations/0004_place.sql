-- Contents of every kind by date: what a search without a type sorts by.
CREATE INDEX wiki_content_all_updated ON wiki_content (status, updated_us, id);
CREATE INDEX wiki_content_all_created ON wiki_content (status, created_us, id);
