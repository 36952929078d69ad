package search

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// Suggestion is a value of a field: how a query writes it, and how people read it.
type Suggestion struct{ Value, Text string }

var qLabels = storage.Register("tracker/search.labels", `SELECT DISTINCT label FROM issue_label WHERE lower(label) >= $1 AND lower(label) < $2 ORDER BY label LIMIT $3`)

// Suggest gives values of a field that start with a prefix (in lower case), names before identifiers, in alphabetical order.
func Suggest(ctx context.Context, tx *volume.Tx, s Scope, fieldName, prefix string, limit int) ([]Suggestion, error) {
	c := &compiler{Scope: s, ctx: ctx, tx: tx}
	var out []Suggestion
	add := func(value, text string) {
		if strings.HasPrefix(strings.ToLower(text), prefix) || strings.HasPrefix(strings.ToLower(value), prefix) || strings.Contains(strings.ToLower(text), " "+prefix) {
			out = append(out, Suggestion{value, text})
		}
	}
	for _, f := range c.find(fieldName) {
		if f.Custom != nil {
			for _, o := range f.Custom.Options {
				add(o.Value, o.Value)
			}
		}
		switch f.Types[0] {
		case typeUser:
			for id, p := range s.People {
				if p.Active {
					add(id, p.DisplayName)
				}
			}
		case typeLabel:
			labels, err := storage.All(ctx, tx.Tx, qLabels, func(r *storage.Rows) (l string, err error) { return l, r.Scan(&l) }, asciiLower(prefix), asciiLower(prefix)+"\U0010FFFF", limit)
			if err != nil {
				return nil, err
			}
			for _, l := range labels {
				add(l, l)
			}
		default:
			c.catalogValues(f.Types[0], add)
		}
	}
	slices.SortFunc(out, func(a, b Suggestion) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a.Text), strings.ToLower(b.Text)), cmp.Compare(a.Value, b.Value))
	})
	out = slices.CompactFunc(out, func(a, b Suggestion) bool { return a.Value == b.Value })
	return out[:min(limit, len(out))], nil
}

// catalogValues visits the names of a kind of catalog object.
func (c *compiler) catalogValues(kind string, add func(value, text string)) {
	switch kind {
	case typeProject:
		for _, p := range c.Catalog.Live() {
			add(p.Key, p.Name+" ("+p.Key+")")
		}
	case typeCategory:
		for _, g := range c.Catalog.Categories {
			add(g.Name, g.Name)
		}
	case typeType:
		for _, t := range c.Catalog.Types {
			add(t.Name, t.Name)
		}
	case typeStatus:
		for _, s := range c.Catalog.Statuses {
			add(s.Name, s.Name)
		}
	case typeStatusCat:
		for _, name := range []string{"To Do", "In Progress", "Done"} {
			add(name, name)
		}
	case typePriority:
		for _, p := range c.Catalog.Priorities {
			add(p.Name, p.Name)
		}
	case typeResol:
		add("Unresolved", "Unresolved")
		for _, r := range c.Catalog.Resolutions {
			add(r.Name, r.Name)
		}
	case typeLinkType:
		for _, t := range c.Catalog.LinkTypes {
			add(t.Name, t.Name)
		}
	case typeVersion, typeComponent:
		for _, p := range c.Catalog.Live() {
			if kind == typeVersion {
				for _, v := range p.Versions {
					add(v.Name, v.Name)
				}
				continue
			}
			for _, v := range p.Components {
				add(v.Name, v.Name)
			}
		}
	}
}
