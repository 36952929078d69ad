package content

import (
	"context"
	"errors"
	"strings"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/extract"
	"holdfast.dev/internal/richtext/render"
)

// maxIndexed bounds, in bytes, the text of one content that is searched.
const maxIndexed = 1 << 20

var (
	qPutText  = storage.Register("wiki/text.put", `UPDATE wiki_text SET title = $2, body = $3 WHERE content_id = $1`)
	qAddText  = storage.Register("wiki/text.add", `INSERT INTO wiki_text (content_id, title, body) VALUES ($1, $2, $3)`)
	qDropText = storage.Register("wiki/text.drop", `DELETE FROM wiki_text WHERE content_id = $1`)
	qUses     = storage.Register("wiki/use.of", `SELECT kind, target FROM wiki_use WHERE content_id = $1`)
	qAddUse   = storage.Register("wiki/use.add", `INSERT INTO wiki_use (content_id, kind, target) VALUES ($1, $2, $3)`)
	qDropUse  = storage.Register("wiki/use.drop", `DELETE FROM wiki_use WHERE content_id = $1 AND kind = $2 AND target = $3`)
)

// Use is something that a body uses: kind "macro" with its name, "mention" with the account; package page keeps links as uses too.
type Use struct{ Kind, Target string }

// Index lets search find a content by its title, the words of its body, its macros and its mentions, and keeps more uses. doc may be nil.
func Index(ctx context.Context, tx *volume.Tx, id int64, title string, doc *adf.Node, more ...Use) error {
	words := ""
	var uses []Use
	if doc != nil {
		words, uses = render.Text(doc), Uses(doc)
	}
	return IndexText(ctx, tx, id, title, words, append(uses, more...))
}

// IndexText is Index for a body that has been read already.
func IndexText(ctx context.Context, tx *volume.Tx, id int64, title, words string, uses []Use) error {
	if len(words) > maxIndexed {
		words = strings.ToValidUTF8(words[:maxIndexed], "")
	}
	// Not one statement with ON CONFLICT: SQLite would apply that to what the triggers do too, and the words that were would stay in the index.
	n, err := tx.Exec(ctx, qPutText, id, Fold(title), Fold(words))
	if err == nil && n == 0 {
		_, err = tx.Exec(ctx, qAddText, id, Fold(title), Fold(words))
	}
	if err != nil {
		return err
	}
	return setUses(ctx, tx, id, uses)
}

// Unindex makes search forget a content.
func Unindex(ctx context.Context, tx *volume.Tx, id int64) error {
	if _, err := tx.Exec(ctx, qDropText, id); err != nil {
		return err
	}
	return setUses(ctx, tx, id, nil)
}

func setUses(ctx context.Context, tx *volume.Tx, id int64, want []Use) error {
	have, err := storage.All(ctx, tx.Tx, qUses, func(r *storage.Rows) (u Use, err error) { return u, r.Scan(&u.Kind, &u.Target) }, id)
	if err != nil {
		return err
	}
	missing := map[Use]bool{}
	for _, u := range want {
		missing[u] = true
	}
	for _, u := range have {
		if missing[u] {
			delete(missing, u)
			continue
		}
		if _, err := tx.Exec(ctx, qDropUse, id, u.Kind, u.Target); err != nil {
			return err
		}
	}
	for _, u := range want {
		if !missing[u] {
			continue
		}
		delete(missing, u)
		if _, err := tx.Exec(ctx, qAddUse, id, u.Kind, u.Target); err != nil {
			return err
		}
	}
	return nil
}

// maxTarget bounds the length of a name of a macro or account in the index.
const maxTarget = 255

// Uses lists the macros and mentions of a document, each once, in order of first use.
func Uses(doc *adf.Node) []Use {
	var out []Use
	seen := map[Use]bool{}
	add := func(kind, target string) {
		u := Use{kind, target}
		if target == "" || len(target) > maxTarget || seen[u] {
			return
		}
		seen[u] = true
		out = append(out, u)
	}
	for _, id := range extract.Mentions(doc) {
		add("mention", id)
	}
	for _, m := range extract.Macros(doc) {
		add("macro", strings.ToLower(m.Name))
	}
	return out
}

// Entry gives what search keeps of a document: its words, and its macros and mentions.
func Entry(doc *adf.Node) (words string, uses []Use) { return render.Text(doc), Uses(doc) }

var qText = storage.Register("wiki/text.get", `SELECT title, body FROM wiki_text WHERE content_id = $1`)

// Derive tells whether the entry of a content is another than what is given, and writes it where put is true.
func Derive(ctx context.Context, tx *volume.Tx, id int64, title, words string, uses []Use, put bool) (differs bool, err error) {
	if len(words) > maxIndexed {
		words = strings.ToValidUTF8(words[:maxIndexed], "")
	}
	var haveTitle, haveWords string
	err = tx.Get(ctx, qText, []any{id}, &haveTitle, &haveWords)
	if err != nil && !errors.Is(err, storage.ErrNoRows) {
		return false, err
	}
	differs = err != nil || haveTitle != Fold(title) || haveWords != Fold(words)
	have, err := storage.All(ctx, tx.Tx, qUses, func(r *storage.Rows) (u Use, err error) { return u, r.Scan(&u.Kind, &u.Target) }, id)
	if err != nil {
		return false, err
	}
	want := map[Use]bool{}
	for _, u := range uses {
		want[u] = true
	}
	known := len(have)
	for _, u := range have {
		if !want[u] {
			known = -1
			break
		}
	}
	if differs = differs || known != len(want); !differs || !put {
		return differs, nil
	}
	return true, IndexText(ctx, tx, id, title, words, uses)
}
