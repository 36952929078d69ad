// Package template keeps templates of pages, for a space or the whole site. A template asks for variables: names in double braces in its text, as in
// {{project}}, which are filled in when it is used.
package template

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/richtext/adf"
)

// Template is a template. Body is ADF JSON; SpaceID is 0 for the whole site.
type Template struct {
	ID, SpaceID       int64
	Name, Description string
	Body              string
	Labels            []string
	Author            string
	Created, Updated  time.Time
}

const columns = `id, space_id, name, description, body, labels, coalesce(author, ''), created_us, updated_us`

var (
	qOf     = storage.Register("wiki/template.of", `SELECT `+columns+` FROM wiki_template WHERE space_id = $1 ORDER BY space_id, name, id LIMIT 500`)
	qGet    = storage.Register("wiki/template.get", `SELECT `+columns+` FROM wiki_template WHERE id = $1`)
	qInsert = storage.Register("wiki/template.insert", `INSERT INTO wiki_template (id, space_id, name, description, body, labels, author, created_us, updated_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)
	qSave   = storage.Register("wiki/template.save", `UPDATE wiki_template SET name = $2, description = $3, body = $4, labels = $5, updated_us = $6 WHERE id = $1`)
	qDrop   = storage.Register("wiki/template.drop", `DELETE FROM wiki_template WHERE id = $1`)
)

func scan(r *storage.Rows) (*Template, error) {
	t := &Template{}
	var labels string
	var created, updated int64
	if err := r.Scan(&t.ID, &t.SpaceID, &t.Name, &t.Description, &t.Body, &labels, &t.Author, &created, &updated); err != nil {
		return nil, err
	}
	t.Created, t.Updated = clock.FromMicros(created), clock.FromMicros(updated)
	return t, json.Unmarshal([]byte(labels), &t.Labels)
}

// Of gives the templates of a space, or of the site for 0, by name, 500 at most.
func Of(ctx context.Context, tx *volume.Tx, spaceID int64) ([]*Template, error) {
	return storage.All(ctx, tx.Tx, qOf, scan, spaceID)
}

// Get gives a template; fault.KindNotFound when there is none.
func Get(ctx context.Context, tx *volume.Tx, id int64) (*Template, error) {
	found, err := storage.All(ctx, tx.Tx, qGet, scan, id)
	if err == nil && len(found) == 0 {
		return nil, fault.NotFound("There is no template %d.", id)
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// Save makes a template, or writes a changed one back.
func Save(ctx context.Context, tx *volume.Tx, t *Template) error {
	if t.Name = strings.TrimSpace(t.Name); t.Name == "" || len(t.Name) > 255 {
		return fault.Invalid("name", "The name of a template has 1 to 255 bytes.")
	}
	if t.Labels == nil {
		t.Labels = []string{}
	}
	labels, err := json.Marshal(t.Labels)
	if err != nil {
		return err
	}
	t.Updated = tx.Now()
	if t.ID != 0 {
		_, err := tx.Exec(ctx, qSave, t.ID, t.Name, t.Description, t.Body, string(labels), clock.Micros(t.Updated))
		return err
	}
	if t.ID, err = content.NextID(ctx, tx, 1); err != nil {
		return err
	}
	t.Created = tx.Now()
	_, err = tx.Exec(ctx, qInsert, t.ID, t.SpaceID, t.Name, t.Description, t.Body, string(labels), content.OrNull(t.Author), clock.Micros(t.Created), clock.Micros(t.Updated))
	return err
}

// Delete removes a template.
func Delete(ctx context.Context, tx *volume.Tx, id int64) error {
	_, err := tx.Exec(ctx, qDrop, id)
	return err
}

var variable = regexp.MustCompile(`\{\{\s*([\pL\pN_ .-]{1,60}?)\s*\}\}`)

// Variables names the variables of a document, each once, in order.
func Variables(doc *adf.Node) []string {
	out := []string{}
	seen := map[string]bool{}
	doc.Walk(func(n *adf.Node) bool {
		for _, m := range variable.FindAllStringSubmatch(n.Text, -1) {
			if !seen[m[1]] {
				seen[m[1]] = true
				out = append(out, m[1])
			}
		}
		return true
	})
	return out
}

// Fill puts values for variables into a document; those without a value stay as they are.
func Fill(doc *adf.Node, values map[string]string) {
	doc.Walk(func(n *adf.Node) bool {
		if n.Text == "" || !strings.Contains(n.Text, "{{") {
			return true
		}
		filled := FillText(n.Text, values)
		if filled == "" {
			filled = " " // a text node needs text
		}
		n.Text = filled
		return true
	})
}

// FillText puts values for variables into a text.
func FillText(s string, values map[string]string) string {
	return variable.ReplaceAllStringFunc(s, func(m string) string {
		if v, ok := values[variable.FindStringSubmatch(m)[1]]; ok {
			return v
		}
		return m
	})
}
