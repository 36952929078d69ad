package cql

import (
	"fmt"
	"strings"
)

// Limits of a query.
const (
	MaxBytes = 32 << 10
	maxDepth = 100
	maxTerms = 5000
)

type parser struct {
	lexer
	tok   token
	terms int
}

// Parse reads a query. The error is an *Error.
func Parse(text string) (*Query, error) {
	if len(text) > MaxBytes {
		return nil, &Error{MaxBytes, fmt.Sprintf("The query is longer than %d bytes", MaxBytes)}
	}
	p := &parser{lexer: lexer{in: []rune(text)}}
	p.advance(false)
	q := &Query{}
	if p.tok.kind == end && p.err == nil {
		p.fail(0, "The query is empty")
	}
	if p.keyword("not") || p.is("!") {
		p.fail(p.tok.pos, "A negative expression cannot be the first clause")
	}
	if !p.keyword("order") && p.err == nil {
		q.Where = p.or(0)
	}
	if p.keyword("order") && p.err == nil {
		q.OrderBy = p.order()
	}
	if p.tok.kind != end {
		p.fail(p.tok.pos, fmt.Sprintf("Expected the end of the query, AND, OR or ORDER BY but found '%.40s'", p.tok.text))
	}
	if p.err != nil {
		return nil, p.err
	}
	return q, nil
}

func (p *parser) advance(value bool) { p.tok = p.lexer.next(value) }

func (p *parser) is(symbols ...string) bool {
	if p.tok.kind != symbol {
		return false
	}
	for _, s := range symbols {
		if p.tok.text == s {
			return true
		}
	}
	return false
}

func (p *parser) keyword(w string) bool {
	return p.tok.kind == word && strings.EqualFold(p.tok.text, w)
}

func (p *parser) or(depth int) Node {
	return p.joined("or", []string{"||", "|"}, depth, func() Node {
		return p.joined("and", []string{"&&", "&"}, depth, func() Node { return p.term(depth) })
	})
}

// joined reads terms with an operator between them.
func (p *parser) joined(op string, symbols []string, depth int, term func() Node) Node {
	terms := []Node{term()}
	for p.err == nil && (p.keyword(op) || p.is(symbols...)) {
		p.advance(false)
		terms = append(terms, term())
	}
	if len(terms) == 1 {
		return terms[0]
	}
	return &Compound{op, terms}
}

func (p *parser) term(depth int) Node {
	if p.terms++; p.terms > maxTerms || depth > maxDepth {
		p.fail(p.tok.pos, "The query is too large")
	}
	switch {
	case p.err != nil:
		return &Compound{Op: "and"}
	case p.keyword("not") || p.is("!"):
		p.advance(false)
		return &Not{p.term(depth + 1)}
	case p.is("("):
		p.advance(false)
		n := p.or(depth + 1)
		p.expect(")")
		return n
	}
	return p.clause()
}

func (p *parser) expect(s string) {
	if !p.is(s) {
		p.fail(p.tok.pos, fmt.Sprintf("Expected '%s' but found %s", s, p.found()))
		return
	}
	p.advance(false)
}

func (p *parser) found() string {
	if p.tok.kind == end {
		return "the end of the query"
	}
	return fmt.Sprintf("'%.40s'", p.tok.text)
}

func (p *parser) clause() Node {
	c := &Clause{Field: strings.ToLower(p.tok.text), Pos: p.tok.pos}
	if p.tok.kind != word && p.tok.kind != quoted || c.Field == "" {
		p.fail(p.tok.pos, "Expected a field but found "+p.found())
		return c
	}
	p.advance(false)
	list := false
	switch {
	case p.is("=", "!=", "~", "!~", ">", ">=", "<", "<="):
		c.Op = p.tok.text
	case p.keyword("in"):
		c.Op, list = "in", true
	case p.keyword("not"):
		if p.advance(false); !p.keyword("in") {
			p.fail(p.tok.pos, "Expected IN after NOT but found "+p.found())
			return c
		}
		c.Op, list = "not in", true
	default:
		p.fail(p.tok.pos, fmt.Sprintf("Expected an operator after '%.40s' but found %s", c.Field, p.found()))
		return c
	}
	p.advance(!list)
	if !list {
		c.Values = []Value{p.value()}
		return c
	}
	if !p.is("(") { // a function that gives a list
		c.Values = []Value{p.value()}
		return c
	}
	for first := true; p.err == nil && (first || p.is(",")); first = false {
		p.advance(true)
		c.Values = append(c.Values, p.value())
		if p.terms++; p.terms > maxTerms {
			p.fail(p.tok.pos, "The query is too large")
		}
	}
	p.expect(")")
	return c
}

// value reads a text or a call, and what follows as no value.
func (p *parser) value() Value {
	v := Value{Text: p.tok.text, Pos: p.tok.pos}
	wasWord := p.tok.kind == word
	if !wasWord && p.tok.kind != quoted {
		p.fail(p.tok.pos, "Expected a value but found "+p.found())
		return v
	}
	p.advance(false)
	if !wasWord || !p.is("(") {
		return v
	}
	if v.Func, v.Text = strings.ToLower(v.Text), ""; !plain(v.Func) {
		p.fail(v.Pos, fmt.Sprintf("There is no function '%.40s'", v.Func))
	}
	p.advance(true)
	for p.err == nil && !p.is(")") {
		if p.tok.kind != word && p.tok.kind != quoted {
			p.fail(p.tok.pos, "Expected an argument but found "+p.found())
			return v
		}
		v.Args = append(v.Args, p.tok.text)
		p.advance(false)
		if p.is(",") {
			p.advance(true)
			if p.is(")") {
				p.fail(p.tok.pos, "Expected an argument but found ')'")
			}
		} else if !p.is(")") {
			p.fail(p.tok.pos, "Expected ')' but found "+p.found())
		}
	}
	p.expect(")")
	return v
}

func (p *parser) order() []Order {
	p.advance(false)
	if !p.keyword("by") {
		p.fail(p.tok.pos, "Expected BY after ORDER but found "+p.found())
		return nil
	}
	var out []Order
	for first := true; p.err == nil && (first || p.is(",")); first = false {
		p.advance(false)
		if p.tok.kind != word && p.tok.kind != quoted || p.tok.text == "" {
			p.fail(p.tok.pos, "Expected a field but found "+p.found())
			return nil
		}
		o := Order{Field: strings.ToLower(p.tok.text), Pos: p.tok.pos}
		p.advance(false)
		if p.keyword("asc") || p.keyword("desc") {
			o.Desc = p.keyword("desc")
			p.advance(false)
		}
		if out = append(out, o); len(out) > 20 {
			p.fail(o.Pos, "The query is too large")
		}
	}
	return out
}
