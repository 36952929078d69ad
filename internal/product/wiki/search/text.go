package search

import (
	"strings"
	"unicode"

	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/product/wiki/content"
)

// The texts of "~" are words, "exact phrases", prefix*, OR, NOT and -. They become a MATCH of FTS5 or a tsquery; only letters and digits of them
// reach either, so that nothing can break out. Words without operators must all be there.

// text is one alternative of a query's text: phrases that must be there and phrases that must not.
type text struct{ must, not []phrase }

type phrase struct {
	words  []string
	prefix bool // of the last word
}

// texts reads a text: alternatives, each of phrases. Alternatives that only exclude are left out; none is left when there is nothing to find.
func texts(s string) []text {
	var out []text
	now := text{}
	negate := false
	flush := func() {
		if len(now.must) > 0 {
			out = append(out, now)
		}
		now = text{}
	}
	for _, t := range cut(content.Fold(s)) {
		switch t {
		case "or", "||":
			flush()
			continue
		case "and", "&&":
			continue
		case "not", "!":
			negate = true
			continue
		}
		if len(t) > 1 && (t[0] == '-' || t[0] == '!') {
			negate, t = true, t[1:]
		}
		if p := phraseOf(strings.TrimPrefix(t, "+")); len(p.words) > 0 {
			if negate {
				now.not = append(now.not, p)
			} else {
				now.must = append(now.must, p)
			}
		}
		negate = false
	}
	flush()
	return out
}

// cut parts a text at spaces and brackets; quoted phrases stay whole, with their quotation mark in front.
func cut(s string) []string {
	var out []string
	for i := 0; i < len(s) && len(out) < 100; {
		switch c := s[i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '(' || c == ')':
			i++
		case c == '"':
			end := strings.IndexByte(s[i+1:], '"')
			if end < 0 {
				end = len(s) - i - 1
			}
			out = append(out, `"`+s[i+1:i+1+end])
			i = min(i+end+2, len(s))
		default:
			start := i
			for i < len(s) && !strings.ContainsRune(" \t\n\r()\"", rune(s[i])) {
				i++
			}
			out = append(out, s[start:i])
		}
	}
	return out
}

func phraseOf(t string) phrase {
	if !strings.HasPrefix(t, `"`) {
		if cut := strings.IndexAny(t, "*?"); cut >= 0 { // what stands before the first wildcard is the prefix
			p := phraseOf(t[:cut])
			p.prefix = true
			return p
		}
		t, _, _ = strings.Cut(t, "^") // a weight
		t, _, _ = strings.Cut(t, "~") // fuzziness: the exact word is a part of it
	}
	return phrase{words: Words(t)}
}

// Words cuts folded text into words as the engines do.
func Words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
}

// match writes alternatives for an engine.
func match(d storage.Dialect, alternatives []text) string {
	var b strings.Builder
	write, and, or, not := phrase.fts5, " AND ", " OR ", " NOT "
	if d == storage.Postgres {
		write, and, or, not = phrase.tsquery, " & ", " | ", " & !"
	}
	b.WriteByte('(')
	for i, t := range alternatives {
		if i > 0 {
			b.WriteString(or)
		}
		b.WriteByte('(')
		for j, p := range t.must {
			if j > 0 {
				b.WriteString(and)
			}
			write(p, &b)
		}
		for _, p := range t.not {
			b.WriteString(not)
			write(p, &b)
		}
		b.WriteByte(')')
	}
	b.WriteByte(')')
	return b.String()
}

func (p phrase) fts5(b *strings.Builder) {
	b.WriteString(`"` + strings.Join(p.words, " ") + `"`)
	if p.prefix {
		b.WriteString(" *")
	}
}

func (p phrase) tsquery(b *strings.Builder) {
	b.WriteByte('(')
	for i, w := range p.words {
		if i > 0 {
			b.WriteString(" <-> ")
		}
		b.WriteString("'" + w + "'")
		if p.prefix && i == len(p.words)-1 {
			b.WriteString(":*")
		}
	}
	b.WriteByte(')')
}
