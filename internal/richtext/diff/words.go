package diff

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"holdfast.dev/internal/richtext/adf"
)

// words compares the content of a line word by word. Other inline nodes count as one word each.
func (d *differ) words(old, new []*adf.Node) []*adf.Node {
	a, b := tokens(old), tokens(new)
	var out []*adf.Node
	steps := gathered(sequences(tokenKeys(a), tokenKeys(b)), a, b)
	for _, s := range steps {
		if s.equal {
			out = join(out, b[s.newFrom:s.newTo], "")
			continue
		}
		d.stats.Deleted += count(a[s.oldFrom:s.oldTo])
		d.stats.Inserted += count(b[s.newFrom:s.newTo])
		out = join(out, a[s.oldFrom:s.oldTo], "del")
		out = join(out, b[s.newFrom:s.newTo], "ins")
	}
	return out
}

// tokens parts a line into words, blanks and signs.
func tokens(nodes []*adf.Node) []*adf.Node {
	var out []*adf.Node
	for _, n := range nodes {
		if n.Type != "text" {
			out = append(out, n)
			continue
		}
		for _, w := range split(n.Text) {
			t := *n
			t.Text = w
			out = append(out, &t)
		}
	}
	return out
}

// split parts text where the class of letters changes. Signs, and letters of scripts without spaces, stand alone.
func split(s string) []string {
	var out []string
	last := 0
	start := 0
	for i, r := range s {
		c := class(r)
		if i > 0 && (c != last || c == 0) {
			out = append(out, s[start:i])
			start = i
		}
		last = c
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}

func class(r rune) int {
	switch {
	case unicode.IsSpace(r):
		return 1
	case unicode.Is(unicode.Han, r) || unicode.Is(unicode.Hiragana, r) || unicode.Is(unicode.Katakana, r) || unicode.Is(unicode.Thai, r):
		return 0
	case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_':
		return 2
	}
	return 0
}

func tokenKeys(nodes []*adf.Node) []string {
	out := make([]string, len(nodes))
	var last []adf.Mark // touching words have the same marks most of the time
	lastKey := ""
	for i, n := range nodes {
		if n.Type != "text" {
			out[i] = key(n)
			continue
		}
		if i == 0 || !slices.EqualFunc(last, n.Marks, func(a, b adf.Mark) bool { return a.Type == b.Type && len(a.Attrs) == 0 && len(b.Attrs) == 0 }) {
			b, _ := json.Marshal(n.Marks)
			last, lastKey = n.Marks, string(b)
		}
		out[i] = n.Text + "\x00" + lastKey
	}
	return out
}

// gathered joins changes that only blanks part, so that a rewritten phrase reads as one change.
func gathered(steps []step, old, new []*adf.Node) []step {
	var out []step
	for i, s := range steps {
		between := s.equal && len(out) > 0 && !out[len(out)-1].equal && i+1 < len(steps) && blanks(new[s.newFrom:s.newTo])
		if n := len(out); n > 0 && !out[n-1].equal && (between || !s.equal) {
			out[n-1].oldTo, out[n-1].newTo = s.oldTo, s.newTo
			continue
		}
		out = append(out, s)
	}
	return out
}

func blanks(tokens []*adf.Node) bool {
	for _, t := range tokens {
		if t.Type != "text" || strings.TrimSpace(t.Text) != "" {
			return false
		}
	}
	return true
}

func count(tokens []*adf.Node) int {
	n := 0
	for _, t := range tokens {
		if t.Type != "text" || strings.TrimSpace(t.Text) != "" {
			n++
		}
	}
	return n
}

// join appends words to a line; touching words of the same marks become one text.
func join(out, words []*adf.Node, element string) []*adf.Node {
	first := true
	for _, w := range words {
		n := w
		if element != "" {
			n = marked(w, element)
		} else {
			c := *w
			n = &c
		}
		if last := len(out) - 1; !first && n.Type == "text" && out[last].Type == "text" && key(&adf.Node{Type: "x", Marks: n.Marks}) == key(&adf.Node{Type: "x", Marks: out[last].Marks}) {
			out[last].Text += n.Text
			continue
		}
		out = append(out, n)
		first = false
	}
	return out
}
