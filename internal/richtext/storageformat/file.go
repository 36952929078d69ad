package storageformat

import (
	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/ref"
)

const targetNote = "#target"

// File gives the attachment that an image shows by its name. ok is false for images that show something else, or a file by its identifier. n is a
// mediaSingle or a mediaInline.
func File(n *adf.Node) (r ref.Ref, ok bool) {
	m := shown(n)
	if m == nil || m.Attr("type") == "external" {
		return ref.Ref{}, false
	}
	r, ok = ref.Parse(m.Attr("id"))
	return r, ok && r.Kind == ref.Attachment
}

// SetFile makes an image that shows an attachment by its name show the file of an identifier. Write gives the name again as long as the identifier
// stays.
func SetFile(n *adf.Node, id string) {
	r, ok := File(n)
	if !ok {
		return
	}
	m := shown(n)
	notes := kept(n.Attrs)
	next := map[string]any{}
	for k, v := range notes {
		next[k] = v
	}
	next[targetNote] = []any{r.String(), id}
	setAttr(n, keptAttr, next)
	m.Attrs["id"], m.Attrs["__fileName"] = id, r.Filename
}

func shown(n *adf.Node) *adf.Node {
	if n.Type == "mediaInline" {
		return n
	}
	if n.Type == "mediaSingle" && len(n.Content) > 0 && n.Content[0].Type == "media" {
		return n.Content[0]
	}
	return nil
}

// namedFile gives the attachment whose name SetFile noted, as long as the image still shows that file.
func namedFile(n, m *adf.Node) (r ref.Ref, ok bool) {
	v, _ := kept(n.Attrs)[targetNote].([]any)
	if len(v) != 2 || v[1] != m.Attr("id") || m.Attr("id") == "" {
		return ref.Ref{}, false
	}
	s, _ := v[0].(string)
	return ref.Parse(s)
}
