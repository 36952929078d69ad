package search

import (
	"fmt"
	"strings"
	"unicode"

	"holdfast.dev/internal/platform/storage"
)

// The texts of a query ("~") are a small language of their own, Lucene's: words, "exact phrases", prefix*, AND, OR, NOT, + and -, parentheses.
// It becomes a MATCH of FTS5 or a tsquery. Only letters and digits of it reach either, so that nothing can break out.

// textNode is a parsed text: a phrase of words, or a combination.
type textNode struct {
	op     string // "", "and", "or", "not"
	words  []string
	prefix bool
	terms  []*textNode
}

type textParser struct {
	toks []string
	i    int
}

// parseText reads a text; several words without operators must all be there.
func parseText(s string) (*textNode, error) {
	p := &textParser{toks: textTokens(s)}
	n, err := p.or(0)
	if err != nil {
		return nil, err
	}
	if p.i < len(p.toks) {
		return nil, fmt.Errorf("unexpected %q", p.toks[p.i])
	}
	if n == nil {
		return nil, fmt.Errorf("nothing to search for")
	}
	return n, nil
}

// textTokens cuts at spaces and parentheses, keeping quoted phrases whole with their quotation mark in front.
func textTokens(s string) []string {
	var out []string
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case c == '(' || c == ')':
			out = append(out, string(c))
			i++
		case c == '"' || (c == '-' || c == '+') && i+1 < len(s) && s[i+1] == '"':
			start := i
			i = strings.IndexByte(s[i:], '"') + i + 1
			end := strings.IndexByte(s[i:], '"')
			if end < 0 {
				end = len(s) - i
			}
			sign := strings.Trim(s[start:i], `"`)
			out = append(out, sign+`"`+s[i:i+end])
			i = min(i+end+1, len(s))
			for i < len(s) && (s[i] == '~' || s[i] >= '0' && s[i] <= '9') { // proximity of a phrase: the exact one is a part of it
				i++
			}
		default:
			start := i
			for i < len(s) && !strings.ContainsRune(" \t\n\r()", rune(s[i])) {
				i++
			}
			out = append(out, s[start:i])
		}
	}
	return out
}

func (p *textParser) peek() string {
	if p.i < len(p.toks) {
		return p.toks[p.i]
	}
	return ""
}

func (p *textParser) or(depth int) (*textNode, error) {
	var terms []*textNode
	for {
		n, err := p.and(depth)
		if err != nil {
			return nil, err
		}
		if n != nil {
			terms = append(terms, n)
		}
		if t := p.peek(); t != "OR" && t != "||" {
			return combine("or", terms), nil
		}
		p.i++
	}
}

func combine(op string, terms []*textNode) *textNode {
	switch len(terms) {
	case 0:
		return nil
	case 1:
		return terms[0]
	}
	return &textNode{op: op, terms: terms}
}

func (p *textParser) and(depth int) (*textNode, error) {
	if depth > 30 {
		return nil, fmt.Errorf("nested too deeply")
	}
	var terms []*textNode
	for {
		t := p.peek()
		switch {
		case t == "" || t == ")" || t == "OR" || t == "||":
			return combine("and", terms), nil
		case t == "AND" || t == "&&":
			p.i++
			continue
		}
		n, err := p.term(depth)
		if err != nil {
			return nil, err
		}
		if n != nil {
			terms = append(terms, n)
		}
	}
}

func (p *textParser) term(depth int) (*textNode, error) {
	t := p.peek()
	p.i++
	switch {
	case t == "NOT" || t == "!":
		if p.peek() == "" {
			return nil, fmt.Errorf("NOT at the end")
		}
		n, err := p.term(depth + 1)
		if n == nil || err != nil {
			return nil, err
		}
		return &textNode{op: "not", terms: []*textNode{n}}, nil
	case t == "(":
		n, err := p.or(depth + 1)
		if err != nil {
			return nil, err
		}
		if p.peek() != ")" {
			return nil, fmt.Errorf("missing )")
		}
		p.i++
		return n, nil
	case (t[0] == '-' || t[0] == '!') && len(t) > 1:
		n := phrase(t[1:])
		if n == nil {
			return nil, nil
		}
		return &textNode{op: "not", terms: []*textNode{n}}, nil
	case t[0] == '*' || t[0] == '?':
		return nil, fmt.Errorf("starts with %c", t[0])
	}
	return phrase(strings.TrimPrefix(t, "+")), nil
}

// phrase makes a phrase of the words in a token; nil when there are none.
func phrase(t string) *textNode {
	quoted := strings.HasPrefix(t, `"`)
	n := &textNode{words: strings.FieldsFunc(strings.ToLower(t), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })}
	if !quoted {
		if cut := strings.IndexAny(t, "*?"); cut >= 0 { // what stands before the first wildcard is the prefix
			n = phrase(t[:cut])
			if n != nil {
				n.prefix = true
			}
			return n
		}
		if strings.Contains(t, "^") { // a weight
			return phrase(t[:strings.IndexByte(t, '^')])
		}
	}
	if len(n.words) == 0 {
		return nil
	}
	return n
}

// all gives every word of a text.
func (n *textNode) all(words []string) []string {
	words = append(words, n.words...)
	for _, t := range n.terms {
		words = t.all(words)
	}
	return words
}

// fts5 writes a separable text for SQLite.
func (n *textNode) fts5(b *strings.Builder) {
	switch n.op {
	case "":
		b.WriteString(`"` + strings.Join(n.words, " ") + `"`)
		if n.prefix {
			b.WriteString(" *")
		}
	case "or":
		b.WriteByte('(')
		for i, t := range n.terms {
			if i > 0 {
				b.WriteString(" OR ")
			}
			t.fts5(b)
		}
		b.WriteByte(')')
	case "and":
		b.WriteByte('(')
		first := true
		for _, t := range n.terms {
			if t.op != "not" {
				if !first {
					b.WriteString(" AND ")
				}
				first = false
				t.fts5(b)
			}
		}
		for _, t := range n.terms {
			if t.op == "not" {
				b.WriteString(" NOT ")
				t.terms[0].fts5(b)
			}
		}
		b.WriteByte(')')
	}
}

// tsquery writes a text for PostgreSQL; weight limits it to a part.
func (n *textNode) tsquery(b *strings.Builder, weight string) {
	switch n.op {
	case "":
		b.WriteByte('(')
		for i, w := range n.words {
			if i > 0 {
				b.WriteString(" <-> ")
			}
			mark := weight
			if n.prefix && i == len(n.words)-1 {
				mark = "*" + mark
			}
			if mark != "" {
				mark = ":" + mark
			}
			b.WriteString("'" + w + "'" + mark)
		}
		b.WriteByte(')')
	case "not":
		b.WriteString("!")
		n.terms[0].tsquery(b, weight)
	default:
		op := map[string]string{"and": " & ", "or": " | "}[n.op]
		b.WriteByte('(')
		for i, t := range n.terms {
			if i > 0 {
				b.WriteString(op)
			}
			t.tsquery(b, weight)
		}
		b.WriteByte(')')
	}
}

// separable tells whether both engines can say a text in one go: FTS5 knows NOT only beside something that must be there.
func (n *textNode) separable() bool {
	switch n.op {
	case "":
		return true
	case "not":
		return false
	}
	positive := 0
	for _, t := range n.terms {
		if t.op == "not" {
			if n.op == "or" || !t.terms[0].separable() {
				return false
			}
			continue
		}
		if !t.separable() {
			return false
		}
		positive++
	}
	return positive > 0
}

// searchColumns names where the parts of an issue's text are, on each engine.
var searchColumns = map[string][2]string{"summary": {"summary", "A"}, "description": {"description", "B"}, "environment": {"environment", "C"}, "fields": {"fields", "D"}, "": {"", ""}}

// issueText gives the condition that a part of an issue's text matches; part "" is all of them.
func (c *compiler) issueText(n *textNode, part string) frag {
	if !n.separable() {
		return c.split(n, func(t *textNode) frag { return c.issueText(t, part) })
	}
	var b strings.Builder
	if c.tx.Dialect() == storage.SQLite {
		n.fts5(&b)
		match := b.String()
		if part != "" {
			match = "{" + searchColumns[part][0] + "} : (" + match + ")"
		}
		return in(sql("SELECT x.rowid FROM issue_search x WHERE x.issue_search MATCH ?", match))
	}
	n.tsquery(&b, searchColumns[part][1])
	return in(sql("SELECT x.issue_id FROM issue_text x WHERE x.search @@ to_tsquery('simple', ?)", b.String()))
}

// commentText gives the condition that a comment of the issue matches.
func (c *compiler) commentText(n *textNode) frag {
	if !n.separable() {
		return c.split(n, c.commentText)
	}
	var b strings.Builder
	if c.tx.Dialect() == storage.SQLite {
		n.fts5(&b)
		return in(sql("SELECT y.issue_id FROM issue_comment y WHERE y.id IN (SELECT x.rowid FROM comment_search x WHERE x.comment_search MATCH ?)", b.String()))
	}
	n.tsquery(&b, "")
	return in(sql("SELECT x.issue_id FROM issue_comment x WHERE x.search @@ to_tsquery('simple', ?)", b.String()))
}

// split puts a text together of conditions.
func (c *compiler) split(n *textNode, leaf func(*textNode) frag) frag {
	switch n.op {
	case "not":
		return not(leaf(n.terms[0]))
	case "or", "and":
		parts := make([]frag, len(n.terms))
		for i, t := range n.terms {
			parts[i] = leaf(t)
		}
		return join(strings.ToUpper(n.op), parts...)
	}
	return leaf(n)
}

// textOperand reads the text of a clause: nil and a noted problem when it cannot be read, empty for EMPTY.
func (c *compiler) textOperand(cl clause) (n *textNode, empty bool) {
	if atoms := c.atoms(cl, cl.Operand); len(atoms) > 0 { // a text has one
		a := atoms[0]
		if a.empty {
			return nil, true
		}
		t := strings.TrimSpace(a.text)
		if t == "" {
			c.problem("The text query '%s' for field '%s' contains nothing to search for.", a.text, cl.Field.Name)
			return nil, false
		}
		if t[0] == '*' || t[0] == '?' {
			c.problem("The text query '%s' for field '%s' is not allowed to start with character '%c'", a.text, cl.Field.Name, t[0])
			return nil, false
		}
		parsed, err := parseText(t)
		if err != nil {
			c.problem("Unable to parse the text '%s' for field '%s'.", a.text, cl.Field.Name)
			return nil, false
		}
		if !c.words(cl, parsed.all(nil)) {
			return nil, false
		}
		return parsed, false
	}
	return nil, false
}

func textClause(part string) func(*compiler, clause) frag {
	return func(c *compiler, cl clause) frag {
		n, empty := c.textOperand(cl)
		has := sql("#summary <> ''")
		if part != "summary" {
			has = in(sql("SELECT x.issue_id FROM issue_text x WHERE x." + part + "_text <> ''"))
		}
		return c.textResult(cl, n, empty, has, func(n *textNode) frag { return c.issueText(n, part) })
	}
}

func (c *compiler) textResult(cl clause, n *textNode, empty bool, has frag, match func(*textNode) frag) frag {
	switch {
	case empty && cl.positive():
		return not(has)
	case empty:
		return has
	case n == nil:
		return never
	case cl.positive():
		return match(n)
	}
	return and(has, not(match(n)))
}

func commentClause(c *compiler, cl clause) frag {
	n, empty := c.textOperand(cl)
	return c.textResult(cl, n, empty, sql("#comments > 0"), c.commentText)
}

// anyTextClause searches summary, description, environment, comments and the texts of custom fields.
func anyTextClause(c *compiler, cl clause) frag {
	n, empty := c.textOperand(cl)
	return c.textResult(cl, n, empty, always, func(n *textNode) frag { return or(c.issueText(n, ""), c.commentText(n)) })
}
