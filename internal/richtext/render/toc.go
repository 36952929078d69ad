package render

import (
	"regexp"
	"strconv"
	"strings"

	"holdfast.dev/internal/richtext/extract"
)

// toc renders the table of contents of the document. Facts: the parameters minLevel, maxLevel, include, exclude (regular expressions),
// type (list, flat), outline, separator of the macro.
func (r *Renderer) toc(m Macro) {
	if r.o.Flat {
		return // a mail has no anchors to go to
	}
	low, high := levelOf(m.Params["minLevel"], 1), levelOf(m.Params["maxLevel"], 7)
	include, exclude := pattern(m.Params["include"]), pattern(m.Params["exclude"])
	var heads []extract.Heading
	for _, h := range r.Outline() {
		if h.Level < low || h.Level > high || include != nil && !include.MatchString(h.Text) || exclude != nil && exclude.MatchString(h.Text) || h.Text == "" {
			continue
		}
		heads = append(heads, h)
	}
	if len(heads) == 0 {
		return
	}
	if m.Params["type"] == "flat" {
		r.raw(`<div class="toc toc-flat">`)
		for i, h := range heads {
			if i > 0 {
				r.raw(" | ")
			}
			r.tocLink(h, "")
		}
		r.raw("</div>")
		return
	}
	r.raw(`<nav class="toc">`)
	r.tocList(heads, m.Params["outline"] == "true")
	r.raw("</nav>")
}

func (r *Renderer) tocLink(h extract.Heading, number string) {
	r.open("a", "href", "#"+r.o.HeadingPrefix+h.ID)
	if number != "" {
		r.raw(number, " ")
	}
	r.text(h.Text)
	r.close("a")
}

// tocList nests lists by level. A level that is left out is not an empty list.
func (r *Renderer) tocList(heads []extract.Heading, outline bool) {
	var levels, counts []int
	for _, h := range heads {
		for len(levels) > 0 && levels[len(levels)-1] > h.Level {
			if len(levels) > 1 && levels[len(levels)-2] < h.Level { // between two levels: it stays on the deeper
				break
			}
			if len(levels) == 1 {
				break
			}
			r.raw("</li></ul>")
			levels, counts = levels[:len(levels)-1], counts[:len(counts)-1]
		}
		switch {
		case len(levels) == 0 || levels[len(levels)-1] < h.Level:
			r.raw("<ul><li>")
			levels, counts = append(levels, h.Level), append(counts, 1)
		default:
			r.raw("</li><li>")
			levels[len(levels)-1] = h.Level
			counts[len(counts)-1]++
		}
		number := ""
		if outline {
			parts := make([]string, len(counts))
			for i, c := range counts {
				parts[i] = strconv.Itoa(c)
			}
			number = strings.Join(parts, ".")
		}
		r.tocLink(h, number)
	}
	for range levels {
		r.raw("</li></ul>")
	}
}

func levelOf(s string, otherwise int) int {
	if n, err := strconv.Atoi(s); err == nil && n >= 1 && n <= 7 {
		return n
	}
	return otherwise
}

// pattern reads a regular expression of a parameter, nil when there is none or it cannot be read.
func pattern(s string) *regexp.Regexp {
	if s == "" || len(s) > 500 {
		return nil
	}
	re, err := regexp.Compile("^(?:" + s + ")$")
	if err != nil {
		return nil
	}
	return re
}
