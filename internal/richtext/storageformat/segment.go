package storageformat

import "strings"

// inlineNames are the elements that stand in lines of text. What is neither here nor ambivalent is a block.
var inlineNames = set(`a abbr acronym b big br cite code del dfn em font i img ins kbd label mark q s samp small span strike strong sub sup tt time u var
	ac:link ac:emoticon ac:inline-comment-marker ac:placeholder`)

// inlineMacros are macros that are always part of a line.
var inlineMacros = set("status anchor mathinline")

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// standing is how an element stands among its siblings.
type standing int

const (
	asBlock standing = iota
	asInline
	asEither // a block when no text is beside it
)

func standingOf(e *elem) standing {
	switch {
	case e.isText() || inlineNames[e.name]:
		if e.name == "a" && (e.get("data-card-appearance") == "block" || e.get("data-card-appearance") == "embed") {
			return asEither
		}
		return asInline
	case isMacro(e):
		if e.child("ac:rich-text-body") != nil {
			return asBlock
		}
		if inlineMacros[e.get("ac:name")] {
			return asInline
		}
		return asEither
	case e.name == "ac:image":
		return asEither
	case e.name == "ac:adf-extension":
		if n := e.child("ac:adf-node"); n != nil && inlineNodes[n.get("type")] {
			return asInline
		}
	}
	return asBlock
}

func isMacro(e *elem) bool { return e.name == "ac:structured-macro" || e.name == "ac:macro" }

// segment is a block or a run of inline content.
type segment struct {
	block *elem
	run   []*elem
}

// segments parts the children of a container. White space between blocks belongs to none of them.
func segments(in []*elem) []segment {
	var out []segment
	var run []*elem
	flush := func() {
		text := false
		for _, e := range run {
			text = text || standingOf(e) == asInline && !(e.isText() && blank(e.text))
		}
		if text {
			out = append(out, segment{run: run})
		} else {
			for _, e := range run {
				if !e.isText() {
					out = append(out, segment{block: e})
				}
			}
		}
		run = nil
	}
	for _, e := range in {
		if standingOf(e) != asBlock {
			run = append(run, e)
			continue
		}
		flush()
		out = append(out, segment{block: e})
	}
	flush()
	return out
}

// dissolve replaces layouts by their sections, and sections of fixed width, which are no more than the page itself, by their content.
func dissolve(in []*elem) []*elem {
	var out []*elem
	for _, e := range in {
		switch {
		case e.name == "ac:layout" && len(e.attrs) == 0 && e.only("ac:layout-section"):
			for _, s := range e.elements() {
				out = append(out, dissolveSection(s)...)
			}
		default:
			out = append(out, e)
		}
	}
	return out
}

func dissolveSection(s *elem) []*elem {
	if s.get("ac:type") != "fixed-width" || !s.only("ac:layout-cell") || len(s.elements()) != 1 || len(s.elements()[0].attrs) > 0 {
		return []*elem{s}
	}
	for _, a := range s.attrs {
		if a.name != "ac:type" && (a.name != "ac:breakout-mode" || a.value != "default") {
			return []*elem{s}
		}
	}
	var out []*elem
	for _, p := range segments(s.elements()[0].children) {
		if p.block != nil {
			out = append(out, p.block)
			continue
		}
		if run := trimEdges(p.run); len(run) > 0 {
			out = append(out, newElem("p").add(run...))
		}
	}
	return out
}
