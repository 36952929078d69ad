package wikimarkup

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"holdfast.dev/internal/richtext/adf"
)

// phrase marks, by the character that opens and closes them.
var phrases = map[byte]adf.Mark{
	'*': {Type: "strong"},
	'_': {Type: "em"},
	'-': {Type: "strike"},
	'+': {Type: "underline"},
	'^': {Type: "subsup", Attrs: map[string]any{"type": "sup"}},
	'~': {Type: "subsup", Attrs: map[string]any{"type": "sub"}},
}

var (
	colorOpen = regexp.MustCompile(`^\{color:([#0-9a-zA-Z]{1,20})\}`)
	bareURL   = regexp.MustCompile(`^(?:https?|ftp)://[^\s|\]{}<>"]+`)
	imageRef  = regexp.MustCompile(`^!([^!\s|][^!|\n]{0,400})(\|[^!\n]{0,200})?!`)
	emoticons = []struct{ text, short, glyph string }{
		{":)", ":slight_smile:", "🙂"}, {":(", ":disappointed:", "😞"}, {":P", ":stuck_out_tongue:", "😛"}, {":D", ":smiley:", "😃"}, {";)", ":wink:", "😉"},
		{"(y)", ":thumbsup:", "👍"}, {"(n)", ":thumbsdown:", "👎"}, {"(i)", ":info:", "ℹ️"}, {"(/)", ":check_mark:", "✅"}, {"(x)", ":cross_mark:", "❌"}, {"(!)", ":warning:", "⚠️"},
	}
)

// scanner reads one line of inline markup. The nearest closers are remembered, so that hostile input is not searched again and again.
type scanner struct {
	p     *parser
	out   []*adf.Node
	text  strings.Builder
	marks []adf.Mark
}

// inline parses the markup inside a block.
func (p *parser) inline(s string) []*adf.Node {
	sc := &scanner{p: p}
	sc.run(s, 0)
	sc.flush()
	return sc.out
}

func (sc *scanner) flush() {
	if sc.text.Len() == 0 {
		return
	}
	sc.out = append(sc.out, adf.Text(sc.text.String(), append([]adf.Mark(nil), sc.marks...)...))
	sc.text.Reset()
}

func (sc *scanner) emit(n *adf.Node) {
	sc.flush()
	sc.out = append(sc.out, n)
}

// within parses s with one more mark.
func (sc *scanner) within(s string, m adf.Mark, depth int) {
	sc.flush()
	sc.marks = append(sc.marks, m)
	sc.run(s, depth+1)
	sc.flush()
	sc.marks = sc.marks[:len(sc.marks)-1]
}

// run parses s. lost remembers closers that do not occur in the rest, so that each is searched for once.
func (sc *scanner) run(s string, depth int) {
	lost := map[string]bool{}
	find := func(rest, closer string) int {
		if lost[closer] {
			return -1
		}
		k := strings.Index(rest, closer)
		if k < 0 {
			lost[closer] = true
		}
		return k
	}
	prev := byte(' ')
	for i := 0; i < len(s); {
		if n := sc.token(s, i, prev, depth, find); n > 0 {
			prev = s[i+n-1]
			i += n
			continue
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		sc.text.WriteString(s[i : i+size])
		prev = s[i]
		i += size
	}
}

// token consumes the markup at s[i:] and gives its length, 0 when there is none.
func (sc *scanner) token(s string, i int, prev byte, depth int, find func(rest, closer string) int) int {
	rest := s[i:]
	switch c := rest[0]; c {
	case '\\':
		if strings.HasPrefix(rest, `\\`) {
			sc.emit(&adf.Node{Type: "hardBreak"})
			return 2
		}
		if len(rest) > 1 && strings.IndexByte(`*_-+^~{}[]!|#?()\:;,.`, rest[1]) >= 0 {
			sc.text.WriteByte(rest[1])
			return 2
		}
	case '{':
		return sc.brace(rest, depth, find)
	case '[':
		return sc.link(rest, find)
	case '!':
		return sc.image(rest)
	case '?':
		if strings.HasPrefix(rest, "??") && depth < maxNesting {
			if k := find(rest[2:], "??"); k > 0 {
				sc.within(rest[2:2+k], adf.Mark{Type: "em"}, depth)
				return k + 4
			}
		}
	case 'h', 'f':
		if word(prev) {
			return 0
		}
		if u := strings.TrimRight(bareURL.FindString(rest), ".,;:!?)'*_"); len(u) > 8 {
			sc.linkTo(u, u)
			return len(u)
		}
	case '-':
		for _, dash := range []struct{ from, to string }{{"---", "—"}, {"--", "–"}} {
			if strings.HasPrefix(rest, dash.from) && !strings.HasPrefix(rest, dash.from+"-") && prev == ' ' {
				sc.text.WriteString(dash.to)
				return len(dash.from)
			}
		}
		return sc.phrase(rest, prev, depth, find)
	case '*', '_', '+', '^', '~':
		return sc.phrase(rest, prev, depth, find)
	case ':', ';', '(':
		for _, e := range emoticons {
			if strings.HasPrefix(rest, e.text) && !word(prev) && (len(rest) == len(e.text) || !word(rest[len(e.text)])) {
				sc.emit(adf.Block("emoji", map[string]any{"shortName": e.short, "text": e.glyph}))
				return len(e.text)
			}
		}
	}
	return 0
}

// phrase parses *strong* and its like: the opener follows no word, the closer is followed by none, and neither touches a space inside.
func (sc *scanner) phrase(rest string, prev byte, depth int, find func(rest, closer string) int) int {
	c := rest[0]
	if word(prev) || len(rest) < 3 || depth >= maxNesting || rest[1] == ' ' || rest[1] == c {
		return 0
	}
	for from := 1; from < len(rest); {
		var k int
		if from == 1 {
			k = find(rest[1:], string(c))
		} else {
			k = strings.IndexByte(rest[from:min(len(rest), from+2000)], c)
		}
		if k < 0 {
			return 0
		}
		end := from + k
		after := byte(' ')
		if end+1 < len(rest) {
			after = rest[end+1]
		}
		if rest[end-1] != ' ' && rest[end-1] != '\\' && !word(after) && after != c {
			sc.within(rest[1:end], phrases[c], depth)
			return end + 1
		}
		if end > 4000 { // no phrase is that long; give up rather than search a whole book
			return 0
		}
		from = end + 1
	}
	return 0
}

// brace parses {{mono}}, {color:x}…{color} and inline {code}…{code}; {*} around phrase marks is dropped as Jira does.
func (sc *scanner) brace(rest string, depth int, find func(rest, closer string) int) int {
	if strings.HasPrefix(rest, "{{") {
		if k := find(rest[2:], "}}"); k > 0 {
			sc.flush()
			keep := sc.marks
			sc.marks = []adf.Mark{{Type: "code"}} // code goes with nothing but links
			sc.text.WriteString(rest[2 : 2+k])
			sc.flush()
			sc.marks = keep
			return k + 4
		}
		return 0
	}
	if m := colorOpen.FindStringSubmatch(rest); m != nil && depth < maxNesting {
		if k := find(rest[len(m[0]):], "{color}"); k >= 0 {
			sc.within(rest[len(m[0]):len(m[0])+k], adf.Mark{Type: "textColor", Attrs: map[string]any{"color": hexColor(m[1])}}, depth)
			return len(m[0]) + k + len("{color}")
		}
	}
	for _, name := range []string{"code", "noformat"} {
		if strings.HasPrefix(rest, "{"+name) {
			open := strings.IndexByte(rest[:min(len(rest), 200)], '}')
			if open < 0 {
				continue
			}
			if k := find(rest[open+1:], "{"+name+"}"); k > 0 {
				sc.emit(adf.Text(rest[open+1:open+1+k], adf.Mark{Type: "code"}))
				return open + 1 + k + len(name) + 2
			}
		}
	}
	return 0
}

// link parses [text|url], [url], [~person], [^attachment], [#anchor], [KEY-1] and mailto.
func (sc *scanner) link(rest string, find func(rest, closer string) int) int {
	k := find(rest, "]")
	if k < 2 || k > 2000 {
		return 0
	}
	inner := rest[1:k]
	if who, ok := strings.CutPrefix(inner, "~"); ok {
		who = strings.TrimPrefix(who, "accountid:")
		if sc.p.resolve.Mention != nil {
			if id, name, ok := sc.p.resolve.Mention(who); ok {
				sc.emit(adf.Block("mention", map[string]any{"id": id, "text": "@" + name}))
				return k + 1
			}
		}
		sc.text.WriteString("@" + who)
		return k + 1
	}
	text, target := inner, inner
	if a, b, ok := strings.Cut(inner, "|"); ok {
		text, target = a, b
		if u, _, more := strings.Cut(b, "|"); more { // [text|url|tip]
			target = u
		}
	}
	target = strings.TrimSpace(target)
	if !linkable(target) {
		return 0
	}
	if strings.TrimSpace(text) == "" {
		text = target
	}
	sc.linkTo(text, target)
	return k + 1
}

func (sc *scanner) linkTo(text, href string) {
	sc.flush()
	sc.marks = append(sc.marks, adf.Mark{Type: "link", Attrs: map[string]any{"href": href}})
	sc.text.WriteString(strings.TrimPrefix(text, "mailto:"))
	sc.flush()
	sc.marks = sc.marks[:len(sc.marks)-1]
}

// linkable tells whether a link may lead there: known schemes, anchors, attachments, paths.
func linkable(target string) bool {
	lower := strings.ToLower(target)
	for _, prefix := range []string{"http://", "https://", "ftp://", "mailto:", "#", "^", "/", "file:"} {
		if strings.HasPrefix(lower, prefix) {
			return prefix != "file:" && len(target) > len(prefix)
		}
	}
	return false
}

// image parses !picture.png|thumbnail!: external pictures as links, attachments by their names.
func (sc *scanner) image(rest string) int {
	m := imageRef.FindStringSubmatch(rest)
	if m == nil || strings.HasSuffix(m[1], " ") || !strings.ContainsAny(m[1], "./") {
		return 0
	}
	if linkable(m[1]) {
		sc.linkTo(m[1], m[1])
	} else {
		sc.linkTo(m[1], "^"+m[1])
	}
	return len(m[0])
}

func word(c byte) bool {
	return c >= utf8.RuneSelf || unicode.IsLetter(rune(c)) || unicode.IsDigit(rune(c))
}

var namedColors = map[string]string{"red": "#ff5630", "green": "#36b37e", "blue": "#0747a6", "yellow": "#ffc400", "orange": "#ff991f", "purple": "#6554c0", "grey": "#97a0af", "gray": "#97a0af", "black": "#172b4d", "white": "#ffffff"}

// hexColor gives the six-digit form that ADF wants.
func hexColor(s string) string {
	if h, ok := namedColors[strings.ToLower(s)]; ok {
		return h
	}
	if s = strings.ToLower(s); len(s) == 7 && s[0] == '#' && strings.Trim(s[1:], "0123456789abcdef") == "" {
		return s
	}
	return "#172b4d"
}
