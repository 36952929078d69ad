package tracker

import (
	"context"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/richtext/adf"
)

// The words that search finds are derived from documents. Here they are compared with them, and derived again.

var (
	qDocuments = storage.Register("tracker/issue_text.from", `SELECT t.issue_id, i.summary, t.summary, coalesce(t.description, ''), t.description_text, coalesce(t.environment, ''), t.environment_text
		FROM issue_text t JOIN issue i ON i.id = t.issue_id WHERE t.issue_id > $1 ORDER BY t.issue_id LIMIT $2`)
	qSetWords    = storage.Register("tracker/issue_text.words", `UPDATE issue_text SET summary = $2, description_text = $3, environment_text = $4 WHERE issue_id = $1`)
	qComments    = storage.Register("tracker/issue_comment.from", `SELECT id, body, body_text FROM issue_comment WHERE id > $1 ORDER BY id LIMIT $2`)
	qCommentText = storage.Register("tracker/issue_comment.words", `UPDATE issue_comment SET body_text = $2 WHERE id = $1`)
)

// reindexBatch is how many records are read, or changed in one commit, at a time.
const reindexBatch = 500

// The full-text indexes of SQLite are tables beside those of the records; PostgreSQL's are columns of them and cannot differ. A row of …_docsize
// stands for an entry.
const lostEntries = `SELECT (SELECT count(*) FROM issue_text t WHERE NOT EXISTS (SELECT 1 FROM issue_search_docsize d WHERE d.id = t.issue_id)) +
	(SELECT count(*) FROM issue_search_docsize d WHERE NOT EXISTS (SELECT 1 FROM issue_text t WHERE t.issue_id = d.id)) +
	(SELECT count(*) FROM issue_comment c WHERE NOT EXISTS (SELECT 1 FROM comment_search_docsize d WHERE d.id = c.id)) +
	(SELECT count(*) FROM comment_search_docsize d WHERE NOT EXISTS (SELECT 1 FROM issue_comment c WHERE c.id = d.id))`

var refillEntries = []string{
	`INSERT INTO issue_search (issue_search) VALUES ('delete-all')`,
	`INSERT INTO issue_search (rowid, summary, description, environment, fields) SELECT issue_id, summary, description_text, environment_text, fields_text FROM issue_text`,
	`INSERT INTO comment_search (comment_search) VALUES ('delete-all')`,
	`INSERT INTO comment_search (rowid, body) SELECT id, body_text FROM issue_comment`,
}

// SearchState counts the issues and comments of a site, and the entries of search that are not as they say.
func (p *Product) SearchState(ctx context.Context, v *volume.Volume) (entries, stale int64, err error) {
	err = v.Read(ctx, func(tx *volume.Tx) error {
		if tx.Dialect() == storage.SQLite {
			if err := tx.GetText(ctx, lostEntries, nil, &stale); err != nil {
				return err
			}
		}
		for _, step := range []deriver{deriveIssues, deriveComments} {
			for after := int64(0); ; {
				n, differ, last, err := step(ctx, tx, after, false)
				if err != nil {
					return err
				}
				if n == 0 {
					break
				}
				entries, stale, after = entries+n, stale+differ, last
			}
		}
		return nil
	})
	return entries, stale, err
}

// Reindex derives everything that search finds from issues and comments again. Only words that differ are written; documents never are.
func (p *Product) Reindex(ctx context.Context, v *volume.Volume) error {
	for _, step := range []deriver{deriveIssues, deriveComments} {
		for after, more := int64(0), true; more; {
			err := v.Write(ctx, func(tx *volume.Tx) error {
				n, _, last, err := step(ctx, tx, after, true)
				after, more = last, n > 0
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return v.Write(ctx, func(tx *volume.Tx) error {
		if tx.Dialect() != storage.SQLite {
			return nil
		}
		for _, text := range refillEntries {
			if _, err := tx.ExecText(ctx, text); err != nil {
				return err
			}
		}
		return nil
	})
}

// deriver goes through the records after one of a kind: how many there were, how many of them have other words than their document says, and the
// last. Where put is true it writes those words.
type deriver func(ctx context.Context, tx *volume.Tx, after int64, put bool) (n, differ, last int64, err error)

func deriveIssues(ctx context.Context, tx *volume.Tx, after int64, put bool) (n, differ, last int64, err error) {
	type row struct {
		id                                                                         int64
		summary, known, description, descriptionText, environment, environmentText string
	}
	part, err := storage.All(ctx, tx.Tx, qDocuments, func(r *storage.Rows) (t row, err error) {
		return t, r.Scan(&t.id, &t.summary, &t.known, &t.description, &t.descriptionText, &t.environment, &t.environmentText)
	}, after, reindexBatch)
	if err != nil {
		return 0, 0, 0, err
	}
	for _, t := range part {
		n, last = n+1, t.id
		description, environment := words(t.description, t.descriptionText), words(t.environment, t.environmentText)
		if t.known == t.summary && t.descriptionText == description && t.environmentText == environment {
			continue
		}
		if differ++; put {
			if _, err := tx.Exec(ctx, qSetWords, t.id, t.summary, description, environment); err != nil {
				return n, differ, last, err
			}
		}
	}
	return n, differ, last, nil
}

func deriveComments(ctx context.Context, tx *volume.Tx, after int64, put bool) (n, differ, last int64, err error) {
	type row struct {
		id         int64
		body, text string
	}
	part, err := storage.All(ctx, tx.Tx, qComments, func(r *storage.Rows) (t row, err error) { return t, r.Scan(&t.id, &t.body, &t.text) }, after, reindexBatch)
	if err != nil {
		return 0, 0, 0, err
	}
	for _, t := range part {
		n, last = n+1, t.id
		text := words(t.body, t.text)
		if text == t.text {
			continue
		}
		if differ++; put {
			if _, err := tx.Exec(ctx, qCommentText, t.id, text); err != nil {
				return n, differ, last, err
			}
		}
	}
	return n, differ, last, nil
}

// words gives the text of a document as search keeps it. One that is none keeps what is known of it.
func words(document, known string) string {
	if document == "" {
		return ""
	}
	doc, err := adf.Parse([]byte(document))
	if err != nil {
		return known
	}
	return doc.PlainText()
}
