package jql

import (
	"fmt"
	"strings"
)

// Query is a parsed query; Where is nil when it asks for everything.
type Query struct {
	Where   Node
	OrderBy []Sort
}

// Sort is one term of ORDER BY.
type Sort struct {
	Field Field
	Desc  bool
	Dir   string // "asc", "desc", "" when not written
}

// Node is a condition: *Compound, *Not or *Clause.
type Node interface {
	write(b *strings.Builder, parent string)
}

// Compound joins conditions by "and" or "or".
type Compound struct {
	Op    string
	Terms []Node
}

// Not turns a condition round.
type Not struct{ Term Node }

// Clause is one condition on a field.
type Clause struct {
	Field      Field
	Op         string // "=", "!=", "~", "!~", "<", ">", "<=", ">=", "in", "not in", "is", "is not", "was", "was not", "was in", "was not in", "changed"
	Operand    Operand
	Predicates []Predicate
	Pos        Pos
}

// Predicate narrows a history operator: after, before, on, during, by, from, to.
type Predicate struct {
	Op      string
	Operand Operand
}

// Field is how a query names a field.
type Field struct {
	Name     string // as written; "cf[10010]" for a custom field by number
	Property string // the path behind issue.property[key], empty otherwise
	Quoted   bool
	Pos      Pos
}

// OperandKind tells what an operand is.
type OperandKind int

// The kinds of operand.
const (
	KindNone OperandKind = iota
	KindValue
	KindList
	KindFunction
	KindEmpty
)

// Operand is the right side of a clause.
type Operand struct {
	Kind   OperandKind
	Value  string
	Quoted bool
	List   []Operand
	Name   string   // of a function
	Args   []string // of a function
	Pos    Pos
}

// Pos is a place in the source; both start at 1.
type Pos struct{ Line, Column int }

// Error says what is wrong with a query, and where.
type Error struct {
	Message string
	Pos     Pos
}

// Error implements error, in the form in which Jira shows it.
func (e *Error) Error() string {
	if e.Pos.Line == 0 {
		return "Error in the JQL Query: " + e.Message
	}
	return fmt.Sprintf("Error in the JQL Query: %s (line %d, character %d)", e.Message, e.Pos.Line, e.Pos.Column)
}

// String writes the query in its plain form.
func (q *Query) String() string {
	var b strings.Builder
	if q.Where != nil {
		q.Where.write(&b, "")
	}
	for i, s := range q.OrderBy {
		switch {
		case i > 0:
			b.WriteString(", ")
		case b.Len() > 0:
			b.WriteString(" ORDER BY ")
		default:
			b.WriteString("ORDER BY ")
		}
		b.WriteString(s.Field.String())
		if s.Dir != "" {
			b.WriteString(" " + strings.ToUpper(s.Dir))
		}
	}
	return b.String()
}

func (c *Compound) write(b *strings.Builder, parent string) {
	if parent != "" {
		b.WriteByte('(')
	}
	for i, t := range c.Terms {
		if i > 0 {
			b.WriteString(" " + strings.ToUpper(c.Op) + " ")
		}
		t.write(b, c.Op)
	}
	if parent != "" {
		b.WriteByte(')')
	}
}

func (n *Not) write(b *strings.Builder, _ string) {
	b.WriteString("NOT ")
	n.Term.write(b, "not")
}

func (c *Clause) write(b *strings.Builder, _ string) {
	b.WriteString(c.Field.String() + " " + strings.ToUpper(c.Op))
	if c.Operand.Kind != KindNone {
		b.WriteString(" " + c.Operand.String())
	}
	for _, p := range c.Predicates {
		b.WriteString(" " + strings.ToUpper(p.Op) + " " + p.Operand.String())
	}
}

// String writes the field as a query names it.
func (f Field) String() string {
	if f.Property != "" || strings.HasPrefix(f.Name, "cf[") {
		return f.Name + f.Property
	}
	return quote(f.Name, f.Quoted)
}

// String writes the operand as a query has it.
func (o Operand) String() string {
	switch o.Kind {
	case KindEmpty:
		return "EMPTY"
	case KindFunction:
		args := make([]string, len(o.Args))
		for i, a := range o.Args {
			args[i] = quote(a, false)
		}
		return quote(o.Name, false) + "(" + strings.Join(args, ", ") + ")"
	case KindList:
		parts := make([]string, len(o.List))
		for i, e := range o.List {
			parts[i] = e.String()
		}
		return "(" + strings.Join(parts, ", ") + ")"
	}
	return quote(o.Value, o.Quoted)
}

// quote puts a text into quotation marks where it would not be read back as the same text without.
func quote(s string, force bool) string {
	if !force && s != "" && !reserved[strings.ToLower(s)] && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`, "\r", `\r`).Replace(s) + `"`
}
