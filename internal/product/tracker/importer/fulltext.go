package importer

import (
	"holdfast.dev/internal/platform/storage"
)

// On SQLite a batch is indexed for search in one go at its end; the triggers that would do it row by row stand aside meanwhile. PostgreSQL's index is a
// column of the row and needs nothing.

const (
	pauseSearch  = `INSERT INTO search_pause (one) VALUES (1) ON CONFLICT DO NOTHING`
	resumeSearch = `DELETE FROM search_pause`
	indexIssues  = `INSERT INTO issue_search (rowid, summary, description, environment, fields)
		SELECT issue_id, summary, description_text, environment_text, fields_text FROM issue_text WHERE issue_id IN (SELECT value FROM json_each($1))`
	indexComments = `INSERT INTO comment_search (rowid, body) SELECT id, body_text FROM issue_comment WHERE id IN (SELECT value FROM json_each($1))`
)

// indexedLater runs fn with the index at rest and then adds what fn noted in fresh.
func (w *writer) indexedLater(fn func() error) error {
	if w.tx.Dialect() != storage.SQLite {
		return fn()
	}
	if _, err := w.tx.ExecText(w.ctx, pauseSearch); err != nil {
		return err
	}
	if err := fn(); err != nil {
		return err
	}
	if _, err := w.tx.ExecText(w.ctx, resumeSearch); err != nil {
		return err
	}
	for text, ids := range map[string][]int64{indexIssues: w.freshIssues, indexComments: w.freshComments} {
		if len(ids) == 0 {
			continue
		}
		if _, err := w.tx.ExecText(w.ctx, text, jsonIDs(ids)); err != nil {
			return err
		}
	}
	return nil
}
