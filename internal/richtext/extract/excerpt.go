package extract

import (
	"strings"

	"holdfast.dev/internal/richtext/adf"
)

// Summary gives the first words of a document, at most max runes, with "…" when there is more.
func Summary(doc *adf.Node, max int) string {
	text := strings.Join(strings.Fields(Words(doc)), " ")
	runes := []rune(text)
	if len(runes) <= max {
		return text
	}
	cut := string(runes[:max])
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)/2 {
		cut = cut[:i]
	}
	return cut + "…"
}

// Excerpt gives the body of the excerpt macro, that of the given name when name is not empty. ok is false when the page has none.
func Excerpt(doc *adf.Node, name string) (body []*adf.Node, ok bool) {
	for _, m := range Macros(doc) {
		if m.Name == "excerpt" && (name == "" || m.Params["name"] == name) {
			return bodyOf(m.Node), true
		}
	}
	return nil, false
}

// Details gives the tables of the page properties macros of a document, those with the id when id is not empty.
func Details(doc *adf.Node, id string) []*adf.Node {
	var out []*adf.Node
	for _, m := range Macros(doc) {
		if m.Name != "details" || id != "" && m.Params["id"] != id {
			continue
		}
		for _, b := range bodyOf(m.Node) {
			if b.Type == "table" {
				out = append(out, b)
			}
		}
	}
	return out
}

// Property is a row of page properties: the words of its header cell and what the cell beside it holds.
type Property struct {
	Key   string
	Value []*adf.Node // blocks
}

// Properties gives the page properties of a document in their order: tables of rows with a key and a value, or of a row of keys above a
// row of values.
func Properties(doc *adf.Node, id string) []Property {
	var out []Property
	for _, t := range Details(doc, id) {
		if keys := t.Content[0]; len(t.Content) == 2 && len(keys.Content) != 2 || headers(keys) {
			for i, k := range keys.Content {
				if len(t.Content) > 1 && i < len(t.Content[1].Content) {
					out = append(out, Property{Words(k), t.Content[1].Content[i].Content})
				}
			}
			continue
		}
		for _, row := range t.Content {
			if len(row.Content) >= 2 {
				out = append(out, Property{Words(row.Content[0]), row.Content[1].Content})
			}
		}
	}
	return out
}

func headers(row *adf.Node) bool {
	for _, c := range row.Content {
		if c.Type != "tableHeader" {
			return false
		}
	}
	return len(row.Content) > 1
}
