package importer

import "holdfast.dev/internal/platform/storage"

// The rows that an import writes, many a statement (storage.Tx.Gather).
var (
	qContent = storage.Register("wiki/import.content", `INSERT INTO wiki_content (id, kind, space_id, owner_id, parent_id, position, guard_id, title, title_fold, status, version, author, editor, created_us, updated_us, trashed_us, trashed_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`)
	qVersion = storage.Register("wiki/import.version", `INSERT INTO wiki_version (content_id, number, title, body, author, created_us, message, minor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	qText    = storage.Register("wiki/import.text", `INSERT INTO wiki_text (content_id, title, body) VALUES ($1, $2, $3)`)
	qUse     = storage.Register("wiki/import.use", `INSERT INTO wiki_use (content_id, kind, target) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`)
	qDraft   = storage.Register("wiki/import.draft", `INSERT INTO wiki_draft (content_id, account, base, title, body, created_us, updated_us) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	qComment = storage.Register("wiki/import.comment", `INSERT INTO wiki_comment (content_id, location, marker, anchor_text, match_count, match_index, resolution, resolved_by, resolved_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)
	qFile    = storage.Register("wiki/import.file", `INSERT INTO wiki_file (content_id, version, media_id, mime, size, blob, thumbnail, width, height, comment, author, created_us, minor)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`)
	qLabel     = storage.Register("wiki/import.label", `INSERT INTO wiki_label (id, prefix, name, owner) VALUES ($1, $2, $3, $4)`)
	qLabelling = storage.Register("wiki/import.labelling", `INSERT INTO wiki_labelling (target_id, label_id, author, created_us) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`)
	qRestrict  = storage.Register("wiki/import.restriction", `INSERT INTO wiki_restriction (content_id, operation, subject_type, subject) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`)
	qGuard     = storage.Register("wiki/import.guard", `INSERT INTO wiki_guard (content_id, above) VALUES ($1, $2) ON CONFLICT DO NOTHING`)
	qWatch     = storage.Register("wiki/import.watch", `INSERT INTO wiki_watch (account, kind, target, created_us) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`)
	qLike      = storage.Register("wiki/import.like", `INSERT INTO wiki_like (content_id, account, created_us) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`)
	qFavourite = storage.Register("wiki/import.favourite", `INSERT INTO wiki_favourite (account, kind, target_id, created_us) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`)
	qProperty  = storage.Register("wiki/import.property", `INSERT INTO wiki_property (id, owner_id, key, value, version, author, created_us, updated_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`)
	qTask      = storage.Register("wiki/import.task", `INSERT INTO wiki_task (id, content_id, local_id, status, body, creator, assignee, completed_by, due_us, completed_us, created_us, updated_us, position)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`)
	qTemplate  = storage.Register("wiki/import.template", `INSERT INTO wiki_template (id, space_id, name, description, body, labels, author, created_us, updated_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)
	qGrant     = storage.Register("wiki/import.permission", `INSERT INTO wiki_space_permission (id, space_id, subject_type, subject, operation, target) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`)
	qHome      = storage.Register("wiki/import.homepage", `UPDATE wiki_space SET homepage_id = $2 WHERE id = $1 AND homepage_id IS NULL`)
	qAllLabels = storage.Register("wiki/import.labels", `SELECT id, prefix, name, owner FROM wiki_label`)
	qRun       = storage.Register("wiki/import_run.set", `INSERT INTO wiki_import_run (id, kind, place, started_us, finished_us, report) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING`)
	qMediaOf   = idsIn("wiki/import.media", `SELECT content_id, media_id FROM wiki_file WHERE content_id `)
)

// On SQLite a batch is indexed for search in one go at its end; the triggers that would do it row by row stand aside meanwhile. PostgreSQL's index is a
// column of the row and needs nothing.
const (
	pauseSearch  = `INSERT INTO wiki_search_pause (on_us) VALUES (1) ON CONFLICT DO NOTHING`
	resumeSearch = `DELETE FROM wiki_search_pause`
	indexTexts   = `INSERT INTO wiki_search (rowid, title, body, place) SELECT t.content_id, t.title, t.body, 'ʘs' || c.space_id || ' ʘk' || c.kind FROM wiki_text t JOIN wiki_content c ON c.id = t.content_id
		WHERE t.content_id IN (SELECT value FROM json_each($1))`
)
