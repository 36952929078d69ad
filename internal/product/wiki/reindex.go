package wiki

import (
	"context"
	"fmt"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/attachment"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/page"
)

// What search finds and what pages link to is derived from bodies. Here it is compared with them, and derived again.

var qFrom = storage.Register("wiki/content.from", `SELECT `+content.Columns+` FROM wiki_content c WHERE c.id > $1 ORDER BY c.id LIMIT $2`)

// reindexBatch is how many contents are read, or changed in one commit, at a time.
const reindexBatch = 200

// The full-text indexes are tables beside wiki_text, kept by triggers. On SQLite a row of …_docsize stands for an entry.
var lostEntries = storage.Register("wiki/search.lost", `SELECT (SELECT count(*) FROM wiki_text t WHERE NOT EXISTS (SELECT 1 FROM wiki_search_docsize d WHERE d.id = t.content_id)) +
		(SELECT count(*) FROM wiki_search_docsize d WHERE NOT EXISTS (SELECT 1 FROM wiki_text t WHERE t.content_id = d.id)) +
		(SELECT count(*) FROM wiki_text t WHERE t.title <> '' AND NOT EXISTS (SELECT 1 FROM wiki_title_docsize d WHERE d.id = t.content_id)) +
		(SELECT count(*) FROM wiki_title_docsize d WHERE NOT EXISTS (SELECT 1 FROM wiki_text t WHERE t.content_id = d.id))`,
	storage.On(storage.Postgres, `SELECT (SELECT count(*) FROM wiki_text t WHERE NOT EXISTS (SELECT 1 FROM wiki_search x WHERE x.content_id = t.content_id)) +
		(SELECT count(*) FROM wiki_search x WHERE NOT EXISTS (SELECT 1 FROM wiki_text t WHERE t.content_id = x.content_id)) +
		(SELECT count(*) FROM wiki_search x JOIN wiki_content c ON c.id = x.content_id WHERE x.place <> array_to_tsvector(ARRAY['s' || c.space_id, 'k' || c.kind]))`))

// refill empties the indexes and fills them from wiki_text, as the triggers of the newest migration do.
var refill = map[storage.Dialect][]string{
	storage.SQLite: {
		`INSERT INTO wiki_search (wiki_search) VALUES ('delete-all')`,
		`INSERT INTO wiki_search (rowid, title, body, place) SELECT t.content_id, t.title, t.body, 'ʘs' || c.space_id || ' ʘk' || c.kind FROM wiki_text t JOIN wiki_content c ON c.id = t.content_id`,
		`INSERT INTO wiki_title (wiki_title) VALUES ('delete-all')`,
		`INSERT INTO wiki_title (rowid, title, place) SELECT t.content_id, t.title, 'ʘs' || c.space_id || ' ʘk' || c.kind FROM wiki_text t JOIN wiki_content c ON c.id = t.content_id WHERE t.title <> ''`,
	},
	storage.Postgres: {
		`DELETE FROM wiki_search`,
		`INSERT INTO wiki_search (content_id, place, title, search) SELECT t.content_id, array_to_tsvector(ARRAY['s' || c.space_id, 'k' || c.kind]), ` + vector("t.title", 2000) + `,
			setweight(` + vector("t.title", 2000) + `, 'A') || '''ʘ'':1'::tsvector || setweight(` + vector("t.body", 200_000) + `, 'B') FROM wiki_text t JOIN wiki_content c ON c.id = t.content_id`,
	},
}

// vector gives the words of a column on PostgreSQL. Punctuation becomes space before words are cut, so that both engines find the same words.
func vector(column string, most int) string {
	return fmt.Sprintf(`to_tsvector('simple', translate(left(%s, %d), '!"#$%%&''()*+,-./:;<=>?@[\]^_`+"`"+`{|}~', '                                '))`, column, most)
}

// SearchState counts the contents of a site, and the entries of search and of links that are not as their bodies say.
func (p *Product) SearchState(ctx context.Context, v *volume.Volume) (entries, stale int64, err error) {
	err = v.Read(ctx, func(tx *volume.Tx) error {
		if err := tx.Get(ctx, lostEntries, nil, &stale); err != nil {
			return err
		}
		for after := int64(0); ; {
			part, err := storage.All(ctx, tx.Tx, qFrom, content.Scan, after, reindexBatch)
			if err != nil || len(part) == 0 {
				return err
			}
			for _, c := range part {
				differs, err := derive(ctx, tx, c, false)
				if err != nil {
					return err
				}
				if entries++; differs {
					stale++
				}
			}
			after = part[len(part)-1].ID
		}
	})
	return entries, stale, err
}

// Reindex derives everything that search finds, and what pages link to, from the bodies again. Only what differs is written; bodies never are.
func (p *Product) Reindex(ctx context.Context, v *volume.Volume) error {
	for after := int64(0); ; {
		var last int64
		err := v.Write(ctx, func(tx *volume.Tx) error {
			part, err := storage.All(ctx, tx.Tx, qFrom, content.Scan, after, reindexBatch)
			for _, c := range part {
				if _, err := derive(ctx, tx, c, true); err != nil {
					return err
				}
				last = c.ID
			}
			return err
		})
		if err != nil {
			return err
		}
		if last == 0 {
			break
		}
		after = last
	}
	return v.Write(ctx, func(tx *volume.Tx) error {
		for _, text := range refill[tx.Dialect()] {
			if _, err := tx.ExecText(ctx, text); err != nil {
				return err
			}
		}
		return nil
	})
}

// derive tells whether the entry of a content is not as its body says, and writes it anew if it is to be put right.
func derive(ctx context.Context, tx *volume.Tx, c *content.Content, put bool) (differs bool, err error) {
	switch c.Kind {
	case content.Attachment:
		a, err := attachment.With(ctx, tx, c)
		if err != nil {
			return false, err
		}
		return content.Derive(ctx, tx, c.ID, c.Title, a.File.Comment, nil, put)
	case content.Comment:
		v, err := content.VersionOf(ctx, tx, c.ID, c.Version)
		if err != nil {
			return false, err
		}
		doc, err := content.Document(v.Body)
		if err != nil {
			return false, err
		}
		words, uses := content.Entry(doc)
		return content.Derive(ctx, tx, c.ID, "", words, uses, put)
	}
	return page.Derive(ctx, tx, c, put)
}
