package extract

import (
	"maps"
	"slices"

	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/ref"
	"holdfast.dev/internal/richtext/storageformat"
)

// Rewrite gives a copy of a document whose links, cards, images and mentions point elsewhere. A nil function leaves its kind as it is;
// a function that gives its argument back leaves that one. Bodies of macros and kept source are rewritten too.
type Rewrite struct {
	// Link maps an href: of a link or card, or a reference in a macro's parameter, which stays as it is unless it becomes another reference.
	Link func(href string) string
	// Media maps the id of a file or the address of an external image.
	Media func(id string) string
	// Mention maps an account id, "userkey:…" or "username:…", and says the name to show ("@Ann"), empty to leave it.
	Mention func(id string) (newID, text string)
}

// RewriteLinks gives a copy of a document with every href of a link or card, and every media id, as f says.
func RewriteLinks(doc *adf.Node, f func(href string) string) *adf.Node {
	return Rewrite{Link: f, Media: f}.Apply(doc)
}

// Apply rewrites a document or a node.
func (r Rewrite) Apply(n *adf.Node) *adf.Node { return r.apply(n, 0) }

func (r Rewrite) apply(n *adf.Node, depth int) *adf.Node {
	out := *n
	out.Attrs = maps.Clone(n.Attrs)
	out.Marks = slices.Clone(n.Marks)
	for i, m := range out.Marks {
		if href := m.Attr("href"); m.Type == "link" && r.Link != nil && href != "" {
			out.Marks[i].Attrs = maps.Clone(m.Attrs)
			out.Marks[i].Attrs["href"] = r.Link(href)
		}
	}
	switch n.Type {
	case "inlineCard", "blockCard", "embedCard":
		change(&out, "url", r.Link)
	case "media", "mediaInline":
		change(&out, "id", r.Media)
		change(&out, "url", r.Media)
	case "mention":
		if r.Mention != nil {
			id, text := r.Mention(n.Attr("id"))
			out.Attrs["id"] = id
			if text != "" {
				out.Attrs["text"] = text
			}
		}
	}
	out.Content = nil
	for _, c := range n.Content {
		out.Content = append(out.Content, r.apply(c, depth))
	}
	if n.Type == "extension" || n.Type == "inlineExtension" {
		r.body(&out, depth)
	}
	if r.Link != nil && n.Attr("extensionType") == storageformat.MacroType {
		for name, target := range storageformat.ParamRefs(&out) {
			if next, ok := ref.Parse(r.Link(target.String())); ok && next != target {
				storageformat.SetParamRef(&out, name, next)
			}
		}
	}
	return &out
}

func change(n *adf.Node, name string, f func(string) string) {
	if v := n.Attr(name); v != "" && f != nil {
		n.Attrs[name] = f(v)
	}
}

// body rewrites what an extension keeps as source. It stays as it is when nothing in it changes.
func (r Rewrite) body(n *adf.Node, depth int) {
	if depth >= maxNesting {
		return
	}
	blocks, ok := storageformat.Body(n)
	if !ok {
		return
	}
	changed := false
	next := make([]*adf.Node, len(blocks))
	for i, b := range blocks {
		next[i] = r.apply(b, depth+1)
		changed = changed || string(next[i].JSON()) != string(b.JSON())
	}
	if !changed {
		return
	}
	p, _ := n.Attrs["parameters"].(map[string]any)
	n.Attrs["parameters"] = maps.Clone(p)
	if err := storageformat.Replace(n, next); err != nil {
		n.Attrs["parameters"] = p
	}
}
