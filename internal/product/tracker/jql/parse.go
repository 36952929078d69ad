package jql

import (
	"fmt"
	"strings"
)

// maxDepth bounds parentheses, NOTs and lists in lists.
const maxDepth = 200

func tooDeep(at token) error {
	return &Error{fmt.Sprintf("The query is nested too deeply: more than %d levels.", maxDepth), at.pos}
}

// Parse reads a query. The error is an *Error.
func Parse(src string) (*Query, error) {
	toks, err := lex(src)
	if err != nil {
		return nil, err
	}
	p := &parser{toks: toks}
	q := &Query{}
	if !p.peek().is("order") && p.peek().kind != tokEOF {
		if q.Where, err = p.or(0); err != nil {
			return nil, err
		}
	}
	if p.peek().is("order") {
		if q.OrderBy, err = p.orderBy(); err != nil {
			return nil, err
		}
	}
	if t := p.peek(); t.kind != tokEOF {
		return nil, &Error{fmt.Sprintf("Expecting either 'OR' or 'AND' but got '%s'.", t.text), t.pos}
	}
	return q, nil
}

type parser struct {
	toks []token
	i    int
}

func (p *parser) peek() token { return p.toks[p.i] }

func (p *parser) take() token {
	t := p.toks[p.i]
	if t.kind != tokEOF {
		p.i++
	}
	return t
}

func (p *parser) punct(s string) bool {
	if t := p.peek(); t.kind == tokPunct && t.text == s {
		p.i++
		return true
	}
	return false
}

func (p *parser) or(depth int) (Node, error)  { return p.compound(depth, "or", p.and) }
func (p *parser) and(depth int) (Node, error) { return p.compound(depth, "and", p.not) }

func (p *parser) compound(depth int, op string, term func(int) (Node, error)) (Node, error) {
	first, err := term(depth)
	if err != nil {
		return nil, err
	}
	terms := []Node{first}
	for p.peek().is(op) {
		p.take()
		t, err := term(depth)
		if err != nil {
			return nil, err
		}
		terms = append(terms, t)
	}
	if len(terms) == 1 {
		return first, nil
	}
	return &Compound{op, terms}, nil
}

func (p *parser) not(depth int) (Node, error) {
	if depth > maxDepth {
		return nil, tooDeep(p.peek())
	}
	if p.peek().is("not") {
		p.take()
		t, err := p.not(depth + 1)
		return &Not{t}, err
	}
	if open := p.peek(); p.punct("(") {
		n, err := p.or(depth + 1)
		if err != nil {
			return nil, err
		}
		if !p.punct(")") {
			return nil, &Error{fmt.Sprintf("Expecting ')' before the end of the query to close the '(' of character %d.", open.pos.Column), p.peek().pos}
		}
		return n, nil
	}
	return p.clause()
}

func (p *parser) field() (Field, error) {
	t := p.take()
	f := Field{Name: t.text, Quoted: t.kind == tokString, Pos: t.pos}
	switch {
	case t.kind == tokEOF:
		return f, &Error{"Expecting a field name at the end of the query.", t.pos}
	case t.kind != tokWord && t.kind != tokString:
		return f, &Error{fmt.Sprintf("Expecting a field name but got '%s'. You must surround '%s' in quotation marks to use it as a field name.", t.text, t.text), t.pos}
	case t.kind == tokWord && strings.EqualFold(t.text, "cf") && p.punct("["):
		n := p.take()
		if n.kind != tokWord || strings.Trim(n.text, "0123456789") != "" || !p.punct("]") {
			return f, &Error{"Expecting a number in square brackets behind 'cf'.", n.pos}
		}
		f.Name = "cf[" + n.text + "]"
		return f, nil
	case t.kind == tokWord && strings.HasSuffix(strings.ToLower(t.text), ".property") && p.punct("["):
		key := p.take()
		if key.kind != tokWord && key.kind != tokString || !p.punct("]") {
			return f, &Error{"Expecting a property's key in square brackets.", key.pos}
		}
		f.Property = "[" + key.text + "]"
		if rest := p.peek(); rest.kind == tokWord && strings.HasPrefix(rest.text, ".") {
			p.take()
			f.Property += rest.text
		}
		return f, nil
	case t.kind == tokWord && reserved[strings.ToLower(t.text)]:
		return f, &Error{fmt.Sprintf("'%s' is a reserved JQL word. You must surround it in quotation marks to use it in a query.", t.text), t.pos}
	case t.text == "":
		return f, &Error{"Expecting a field name but got an empty one.", t.pos}
	}
	return f, nil
}

func (p *parser) clause() (Node, error) {
	f, err := p.field()
	if err != nil {
		return nil, err
	}
	c := &Clause{Field: f, Pos: f.Pos}
	if err := p.operator(c); err != nil {
		return nil, err
	}
	if c.Op != "changed" {
		if c.Operand, err = p.operandFor(c.Op); err != nil {
			return nil, err
		}
	}
	if strings.HasPrefix(c.Op, "was") || c.Op == "changed" {
		err = p.predicates(c)
	}
	return c, err
}

const validOperators = "The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'."

func (p *parser) operator(c *Clause) error {
	t := p.take()
	switch {
	case t.kind == tokOp:
		c.Op = t.text
	case t.is("in"):
		c.Op = "in"
	case t.is("changed"):
		c.Op = "changed"
	case t.is("not") && p.peek().is("in"):
		p.take()
		c.Op = "not in"
	case t.is("is"):
		c.Op = "is"
		if p.peek().is("not") {
			p.take()
			c.Op = "is not"
		}
	case t.is("was"):
		c.Op = "was"
		if p.peek().is("not") {
			p.take()
			c.Op += " not"
		}
		if p.peek().is("in") {
			p.take()
			c.Op += " in"
		}
	case t.kind == tokEOF:
		return &Error{"Expecting operator before the end of the query. " + validOperators, t.pos}
	default:
		return &Error{fmt.Sprintf("Expecting operator but got '%s'. %s", t.text, validOperators), t.pos}
	}
	return nil
}

// operandFor reads an operand and holds the rules of which kind goes with which operator.
func (p *parser) operandFor(op string) (Operand, error) {
	o, err := p.operand(0)
	if err != nil {
		return o, err
	}
	wantsList := strings.HasSuffix(op, "in")
	switch {
	case wantsList && o.Kind != KindList && o.Kind != KindFunction:
		return o, &Error{fmt.Sprintf("Operator '%s' expects a list or a function but got '%s'.", strings.ToUpper(op), o), o.Pos}
	case !wantsList && o.Kind == KindList:
		return o, &Error{fmt.Sprintf("Operator '%s' does not support the list '%s'. Use 'IN' or 'NOT IN'.", strings.ToUpper(op), o), o.Pos}
	case (op == "is" || op == "is not") && o.Kind != KindEmpty:
		return o, &Error{fmt.Sprintf("Expecting 'EMPTY' or 'NULL' but got '%s'.", o), o.Pos}
	case strings.ContainsAny(op, "<>") && o.Kind == KindEmpty:
		return o, &Error{fmt.Sprintf("Operator '%s' does not support 'EMPTY'.", op), o.Pos}
	}
	return o, nil
}

func (p *parser) operand(depth int) (Operand, error) {
	if depth > maxDepth {
		return Operand{}, tooDeep(p.peek())
	}
	t := p.take()
	o := Operand{Pos: t.pos}
	switch {
	case t.kind == tokPunct && t.text == "(":
		o.Kind = KindList
		for {
			e, err := p.operand(depth + 1)
			if err != nil {
				return o, err
			}
			o.List = append(o.List, e)
			if p.punct(",") {
				continue
			}
			if p.punct(")") {
				return o, nil
			}
			return o, &Error{fmt.Sprintf("Expecting either ')' or ',' but got '%s'.", orEnd(p.peek())), p.peek().pos}
		}
	case t.is("empty", "null"):
		o.Kind = KindEmpty
		return o, nil
	case t.kind == tokEOF:
		return o, &Error{"Expecting either a value, list or function before the end of the query.", t.pos}
	case t.kind != tokWord && t.kind != tokString, t.kind == tokWord && reserved[strings.ToLower(t.text)] && !(p.peek().kind == tokPunct && p.peek().text == "("):
		return o, &Error{fmt.Sprintf("Expecting either a value, list or function but got '%s'. You must surround '%s' in quotation marks to use it as a value.", t.text, t.text), t.pos}
	}
	if p.punct("(") {
		o.Kind, o.Name = KindFunction, t.text
		args, err := p.arguments()
		o.Args = args
		return o, err
	}
	o.Kind, o.Value, o.Quoted = KindValue, t.text, t.kind == tokString
	return o, nil
}

func orEnd(t token) string {
	if t.kind == tokEOF {
		return "the end of the query"
	}
	return t.text
}

func (p *parser) arguments() ([]string, error) {
	args := []string{}
	if p.punct(")") {
		return args, nil
	}
	for {
		t := p.take()
		if t.kind != tokWord && t.kind != tokString {
			return nil, &Error{fmt.Sprintf("Expecting an argument of the function but got '%s'.", orEnd(t)), t.pos}
		}
		args = append(args, t.text)
		if p.punct(",") {
			continue
		}
		if p.punct(")") {
			return args, nil
		}
		return nil, &Error{fmt.Sprintf("Expecting either ')' or ',' but got '%s'.", orEnd(p.peek())), p.peek().pos}
	}
}

func (p *parser) predicates(c *Clause) error {
	for p.peek().is("after", "before", "on", "during", "by", "from", "to") {
		t := p.take()
		op := strings.ToLower(t.text)
		if c.Op != "changed" && (op == "from" || op == "to") {
			return &Error{fmt.Sprintf("The predicate '%s' goes with 'CHANGED' only.", strings.ToUpper(op)), t.pos}
		}
		o, err := p.operand(0)
		if err != nil {
			return err
		}
		if op == "during" && (o.Kind != KindList || len(o.List) != 2) {
			return &Error{"The predicate 'DURING' expects two dates: DURING (\"2024-01-01\", \"2024-02-01\").", t.pos}
		}
		c.Predicates = append(c.Predicates, Predicate{op, o})
	}
	return nil
}

func (p *parser) orderBy() ([]Sort, error) {
	p.take()
	if by := p.take(); !by.is("by") {
		return nil, &Error{fmt.Sprintf("Expecting 'BY' behind 'ORDER' but got '%s'.", orEnd(by)), by.pos}
	}
	var out []Sort
	for {
		f, err := p.field()
		if err != nil {
			return nil, err
		}
		s := Sort{Field: f}
		if t := p.peek(); t.is("asc", "desc") {
			p.take()
			s.Dir = strings.ToLower(t.text)
			s.Desc = s.Dir == "desc"
		}
		out = append(out, s)
		if !p.punct(",") {
			return out, nil
		}
	}
}
