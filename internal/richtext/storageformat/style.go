package storageformat

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"holdfast.dev/internal/richtext/adf"
)

// blockStyle is the style attribute of a paragraph or heading with alignment or indentation.
func blockStyle(n *adf.Node) string {
	var s []string
	for _, m := range n.Marks {
		switch m.Type {
		case "alignment":
			s = append(s, "text-align: "+map[string]string{"center": "center", "end": "right"}[m.Attr("align")]+";")
		case "indentation":
			if level, err := strconv.Atoi(m.Attr("level")); err == nil {
				s = append(s, fmt.Sprintf("margin-left: %d.0px;", level*30))
			}
		}
	}
	return strings.Join(s, "")
}

// declarations reads a style attribute.
func declarations(style string) map[string]string {
	out := map[string]string{}
	for d := range strings.SplitSeq(style, ";") {
		if k, v, ok := strings.Cut(d, ":"); ok {
			out[strings.ToLower(strings.TrimSpace(k))] = strings.TrimSpace(v)
		}
	}
	return out
}

// blockMarks reads alignment and indentation from a style attribute. ADF takes one of them.
func blockMarks(n *adf.Node, style string) {
	d := declarations(style)
	switch d["text-align"] {
	case "center":
		n.Marks = append(n.Marks, adf.Mark{Type: "alignment", Attrs: map[string]any{"align": "center"}})
		return
	case "right", "end":
		n.Marks = append(n.Marks, adf.Mark{Type: "alignment", Attrs: map[string]any{"align": "end"}})
		return
	}
	if px, ok := strings.CutSuffix(d["margin-left"], "px"); ok {
		if f, err := strconv.ParseFloat(px, 64); err == nil && f >= 30 && f <= 180 && int(f)%30 == 0 && f == float64(int(f)) {
			n.Marks = append(n.Marks, adf.Mark{Type: "indentation", Attrs: map[string]any{"level": int(f) / 30}})
		}
	}
}

var rgb = regexp.MustCompile(`^rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)$`)
var hex = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

var colorNames = map[string]string{"red": "#ff0000", "green": "#008000", "blue": "#0000ff", "yellow": "#ffff00", "black": "#000000", "white": "#ffffff", "gray": "#808080",
	"grey": "#808080", "orange": "#ffa500", "purple": "#800080", "navy": "#000080", "teal": "#008080", "maroon": "#800000", "lime": "#00ff00", "aqua": "#00ffff",
	"silver": "#c0c0c0", "fuchsia": "#ff00ff", "olive": "#808000"}

// hexColor gives a CSS colour as #rrggbb, empty when it is no plain colour.
func hexColor(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if h, ok := colorNames[s]; ok {
		return h
	}
	if hex.MatchString(s) {
		return s
	}
	if len(s) == 4 && s[0] == '#' && strings.Trim(s[1:], "0123456789abcdef") == "" {
		return "#" + strings.Repeat(s[1:2], 2) + strings.Repeat(s[2:3], 2) + strings.Repeat(s[3:4], 2)
	}
	m := rgb.FindStringSubmatch(s)
	if m == nil {
		return ""
	}
	out := "#"
	for _, d := range m[1:] {
		n, err := strconv.Atoi(d)
		if err != nil || n > 255 {
			return ""
		}
		out += fmt.Sprintf("%02x", n)
	}
	return out
}

// cssRGB writes #rrggbb as Confluence does.
func cssRGB(h string) string {
	n, err := strconv.ParseUint(strings.TrimPrefix(h, "#"), 16, 32)
	if err != nil || len(h) != 7 {
		return h
	}
	return fmt.Sprintf("rgb(%d,%d,%d)", n>>16, n>>8&255, n&255)
}

// highlights are the named cell colours of Confluence's own editor.
var highlights = map[string]string{"grey": "#f4f5f7", "red": "#ffebe6", "yellow": "#fffae6", "green": "#e3fcef", "blue": "#deebff"}
