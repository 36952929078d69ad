package storageformat

import (
	"reflect"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/ref"
)

// sameMarks compares marks by what they say, whatever Go types their numbers have.
func sameMarks(a, b []adf.Mark) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !sameMark(a[i], b[i]) {
			return false
		}
	}
	return true
}

func sameMark(a, b adf.Mark) bool {
	if a.Type != b.Type || len(a.Attrs) != len(b.Attrs) {
		return false
	}
	return len(a.Attrs) == 0 || reflect.DeepEqual(a.Attrs, b.Attrs) || asJSON(a.Attrs) == asJSON(b.Attrs)
}

// markShell makes the element of a mark on text; nil when there is none.
func markShell(m adf.Mark) *elem {
	var e *elem
	known := []string{keptAttr}
	switch m.Type {
	case "strong", "em", "code":
		e = newElem(m.Type)
	case "underline":
		e = newElem("u")
	case "strike":
		e = newElem("del")
	case "subsup":
		if t := m.Attr("type"); t == "sub" || t == "sup" {
			e, known = newElem(t), append(known, "type")
		}
	case "textColor":
		e, known = newElem("span", "style", "color: "+cssRGB(m.Attr("color"))+";"), append(known, "color")
	case "backgroundColor":
		e, known = newElem("span", "style", "background-color: "+cssRGB(m.Attr("color"))+";"), append(known, "color")
	case "annotation":
		if m.Attr("annotationType") == "inlineComment" || m.Attr("annotationType") == "" {
			e, known = newElem("ac:inline-comment-marker", "ac:ref", m.Attr("id")), append(known, "id", "annotationType")
		}
	case "link":
		known = append(known, "href", "title")
		if r, ok := ref.Parse(m.Attr("href")); ok {
			e = newElem("ac:link")
			e.setIf("ac:anchor", r.Anchor)
		} else {
			e = newElem("a", "href", m.Attr("href"))
			e.setIf("title", m.Attr("title"))
		}
	case "unsupportedMark":
		if name := m.Attr("element"); htmlMarks[name] {
			e, known = newElem(name), append(known, "element")
		}
	}
	if e == nil {
		return nil
	}
	extra := map[string]any{}
	for k, v := range m.Attrs {
		extra[k] = v
	}
	for _, k := range known {
		delete(extra, k)
	}
	if len(extra) > 0 {
		e.set(extraAttr, asJSON(extra))
	}
	return e
}

func inlineShell(n *adf.Node) *elem {
	switch n.Type {
	case "emoji":
		e := newElem("ac:emoticon", "ac:name", emoticonName(n))
		e.setIf("ac:emoji-shortname", n.Attr("shortName"))
		e.setIf("ac:emoji-id", n.Attr("id"))
		e.setIf("ac:emoji-fallback", n.Attr("text"))
		return e
	case "mention":
		e := newElem("ac:link")
		e.setIf("ac:local-id", n.Attr("localId"))
		return e
	case "date":
		ms, err := strconv.ParseInt(n.Attr("timestamp"), 10, 64)
		if err != nil {
			return nil
		}
		return newElem("time", "datetime", time.UnixMilli(ms).UTC().Format(time.DateOnly))
	case "placeholder":
		return newElem("ac:placeholder")
	}
	return cardShell(n)
}

func cardShell(n *adf.Node) *elem {
	url := n.Attr("url")
	if url == "" {
		return nil
	}
	if r, ok := ref.Parse(url); ok && n.Type == "inlineCard" {
		e := newElem("ac:link", "ac:card-appearance", "inline")
		e.setIf("ac:anchor", r.Anchor)
		e.setIf("ac:local-id", n.Attr("localId"))
		return e
	}
	e := newElem("a", "href", url, "data-card-appearance", map[string]string{"inlineCard": "inline", "blockCard": "block", "embedCard": "embed"}[n.Type])
	e.setIf("local-id", n.Attr("localId"))
	e.set("#text", url)
	if n.Type == "embedCard" {
		e.setIf("data-layout", n.Attr("layout"))
		e.setIf("data-width", n.Attr("width"))
	}
	return e
}

// legacy are the emoticons that Confluence had before emoji.
var legacy = []struct{ name, short, glyph string }{
	{"smile", ":slight_smile:", "🙂"}, {"sad", ":disappointed:", "😞"}, {"cheeky", ":stuck_out_tongue:", "😛"}, {"laugh", ":smiley:", "😃"}, {"wink", ":wink:", "😉"},
	{"thumbs-up", ":thumbsup:", "👍"}, {"thumbs-down", ":thumbsdown:", "👎"}, {"information", ":info:", "ℹ️"}, {"tick", ":check_mark:", "✅"}, {"cross", ":cross_mark:", "❌"},
	{"warning", ":warning:", "⚠️"}, {"plus", ":plus:", "➕"}, {"minus", ":minus:", "➖"}, {"question", ":question_mark:", "❓"}, {"light-on", ":light_bulb_on:", "💡"},
	{"light-off", ":light_bulb_off:", "🔌"}, {"yellow-star", ":yellow_star:", "⭐"}, {"red-star", ":red_star:", "🌟"}, {"green-star", ":green_star:", "🌟"},
	{"heart", ":heart:", "❤️"}, {"broken-heart", ":broken_heart:", "💔"},
}

func emoticonName(n *adf.Node) string {
	for _, l := range legacy {
		if l.short == n.Attr("shortName") {
			return l.name
		}
	}
	return "blue-star"
}

func emoji(e *elem) *adf.Node {
	n := adf.Block("emoji", map[string]any{})
	setText(n, "shortName", e.get("ac:emoji-shortname"))
	setText(n, "id", e.get("ac:emoji-id"))
	setText(n, "text", e.get("ac:emoji-fallback"))
	if n.Attr("shortName") == "" {
		for _, l := range legacy {
			if l.name == e.get("ac:name") {
				setAttr(n, "shortName", l.short)
				setText(n, "text", l.glyph)
			}
		}
	}
	if n.Attr("shortName") == "" {
		name := e.get("ac:name")
		if name == "" {
			name = e.get("ac:emoji-fallback")
		}
		setAttr(n, "shortName", ":"+strings.Trim(name, ":")+":")
	}
	return simple(n, e)
}

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
