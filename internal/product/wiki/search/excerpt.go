package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"holdfast.dev/internal/product/wiki/content"
)

// Span is a piece of an excerpt; Hit pieces are what was searched for.
type Span struct {
	Text string
	Hit  bool
}

// excerptLength is about how many bytes an excerpt has.
const excerptLength = 240

// Excerpt gives the part of a text around the first words that were searched, with those marked; the beginning when none is there.
func Excerpt(s string, wanted []string) []Span {
	s = strings.Join(strings.Fields(s), " ")
	words := cutWords(s)
	first := -1
	for i := range words {
		words[i].hit = hits(content.Fold(s[words[i].from:words[i].to]), wanted)
		if words[i].hit && first < 0 {
			first = words[i].from
		}
	}
	from := 0
	if first > excerptLength/3 {
		from = first - excerptLength/3
		for _, w := range words {
			if w.from >= from {
				from = w.from
				break
			}
		}
	}
	to := min(len(s), from+excerptLength)
	for to < len(s) && !utf8.RuneStart(s[to]) {
		to--
	}
	return spans(s, words, from, to)
}

type wordAt struct {
	from, to int
	hit      bool
}

func cutWords(s string) []wordAt {
	var out []wordAt
	start := -1
	for i, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			if start < 0 {
				start = i
			}
		} else if start >= 0 {
			out = append(out, wordAt{from: start, to: i})
			start = -1
		}
	}
	if start >= 0 {
		out = append(out, wordAt{from: start, to: len(s)})
	}
	return out
}

func hits(word string, wanted []string) bool {
	for _, w := range wanted {
		if stem, ok := strings.CutSuffix(w, "*"); ok && strings.HasPrefix(word, stem) || word == w {
			return true
		}
	}
	return false
}

func spans(s string, words []wordAt, from, to int) []Span {
	var out []Span
	add := func(t string, hit bool) {
		if t != "" {
			out = append(out, Span{t, hit})
		}
	}
	if from > 0 {
		add("… ", false)
	}
	at := from
	for _, w := range words {
		if !w.hit || w.from < from || w.to > to {
			continue
		}
		add(s[at:w.from], false)
		add(s[w.from:w.to], true)
		at = w.to
	}
	add(s[at:to], false)
	if to < len(s) {
		add(" …", false)
	}
	return out
}
