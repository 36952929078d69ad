// Package query is the language in which people search alerts: field: value, comparisons, wildcards, phrases, AND, OR, NOT and parentheses, as Opsgenie has
// it. It parses a text and makes a condition of it that the database evaluates; values never become part of the SQL.
package query

import (
	"strings"

	"holdfast.dev/internal/base/fault"
)

// MaxLength bounds a query, in bytes; MaxTerms how many comparisons it has.
const (
	MaxLength = 4000
	MaxTerms  = 100
	maxDepth  = 40
)

// node is a condition: and, or, not of others, or a comparison.
type node struct {
	op    string // "and", "or", "not", "term"
	nodes []*node

	field  string // empty for any text
	cmp    string // ":", "!=", "<", "<=", ">", ">="
	value  string
	phrase bool // was quoted: no wildcards
}

type parser struct {
	tokens []token
	at     int
	terms  int
	depth  int
}

func parse(text string) (*node, error) {
	if len(text) > MaxLength {
		return nil, bad("it is longer than %d characters", MaxLength)
	}
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	n, err := p.or()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != end {
		return nil, bad("there is %q where a condition should end", t.text)
	}
	return n, nil
}

func bad(format string, args ...any) error {
	f := fault.Bad(format, args...)
	f.Message = "Query could not be parsed: " + f.Message + "."
	return f
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != end {
		p.at++
	}
	return t
}

func (p *parser) isWord(word string) bool {
	t := p.peek()
	return t.kind == wordToken && t.text == word
}

func (p *parser) or() (*node, error) { return p.series("or", "OR", p.and) }

// and also joins conditions that stand side by side.
func (p *parser) and() (*node, error) {
	first, err := p.not()
	if err != nil {
		return nil, err
	}
	all := []*node{first}
	for {
		t := p.peek()
		switch {
		case p.isWord("AND"):
			p.next()
		case t.kind == end, t.kind == closing, p.isWord("OR"):
			return joined("and", all), nil
		}
		n, err := p.not()
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
}

func (p *parser) series(op, word string, part func() (*node, error)) (*node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, bad("it is nested too deeply")
	}
	defer func() { p.depth-- }()
	var all []*node
	for {
		n, err := part()
		if err != nil {
			return nil, err
		}
		all = append(all, n)
		if !p.isWord(word) {
			return joined(op, all), nil
		}
		p.next()
	}
}

func joined(op string, all []*node) *node {
	if len(all) == 1 {
		return all[0]
	}
	return &node{op: op, nodes: all}
}

func (p *parser) not() (*node, error) {
	negated := false
	for p.isWord("NOT") {
		p.next()
		negated = !negated
	}
	n, err := p.primary()
	if err != nil || !negated {
		return n, err
	}
	return &node{op: "not", nodes: []*node{n}}, nil
}

func (p *parser) primary() (*node, error) {
	t := p.next()
	switch t.kind {
	case opening:
		n, err := p.or()
		if err != nil {
			return nil, err
		}
		return n, p.close()
	case wordToken:
		if t.text == "AND" || t.text == "OR" || t.text == "NOT" {
			break
		}
		if p.peek().kind == compare {
			op := p.next().text
			if op == "=" {
				op = ":"
			}
			return p.values(t.text, op)
		}
		if strings.EqualFold(t.text, "detailsPair") && p.peek().kind == opening {
			return p.pair()
		}
		return p.term("", ":", t)
	case phraseToken:
		return p.term("", ":", t)
	}
	return nil, bad("a condition is missing before %q", t.text)
}

func (p *parser) close() error {
	if t := p.next(); t.kind != closing {
		return bad("a parenthesis is not closed")
	}
	return nil
}

// pair reads detailsPair(key:value).
func (p *parser) pair() (*node, error) {
	p.next()
	k := p.next()
	sep := p.next()
	v := p.next()
	if k.kind != wordToken && k.kind != phraseToken || sep.kind != compare || v.kind != wordToken && v.kind != phraseToken {
		return nil, bad("detailsPair needs (key:value)")
	}
	n, err := p.term("detailsPair", ":", token{kind: phraseToken, text: k.text + "\x01" + v.text})
	if err != nil {
		return nil, err
	}
	return n, p.close()
}

// values reads what a field is compared with: one value, or several in parentheses joined by AND, OR and NOT.
func (p *parser) values(field, op string) (*node, error) {
	t := p.peek()
	switch t.kind {
	case opening:
		p.next()
		n, err := p.valueOr(field, op)
		if err != nil {
			return nil, err
		}
		return n, p.close()
	case wordToken, phraseToken:
		return p.term(field, op, p.next())
	}
	return nil, bad("a value is missing after %s", field)
}

func (p *parser) valueOr(field, op string) (*node, error) {
	return p.series("or", "OR", func() (*node, error) {
		var all []*node
		for {
			negated := false
			for p.isWord("NOT") {
				p.next()
				negated = !negated
			}
			n, err := p.values(field, op)
			if err != nil {
				return nil, err
			}
			if negated {
				n = &node{op: "not", nodes: []*node{n}}
			}
			all = append(all, n)
			if p.isWord("AND") {
				p.next()
				continue
			}
			if t := p.peek(); t.kind != wordToken && t.kind != phraseToken && t.kind != opening || p.isWord("OR") {
				return joined("and", all), nil
			}
		}
	})
}

func (p *parser) term(field, op string, t token) (*node, error) {
	if p.terms++; p.terms > MaxTerms {
		return nil, bad("it has more than %d conditions", MaxTerms)
	}
	return &node{op: "term", field: field, cmp: op, value: t.text, phrase: t.kind == phraseToken}, nil
}
