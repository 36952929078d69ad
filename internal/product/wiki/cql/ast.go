// Package cql is the grammar of the Confluence Query Language: text in, tree out, with the place of what is wrong. What the fields mean is the
// matter of package search. Facts: the vendor's documentation of CQL. Parsing is linear in the length of the text and refuses deep nesting.
package cql

import (
	"fmt"
	"strings"
)

// Query is a parsed query. Where is nil for one that only sorts.
type Query struct {
	Where   Node
	OrderBy []Order
}

// Order is one term of ORDER BY.
type Order struct {
	Field string // in lower case
	Desc  bool
	Pos   int
}

// Node is a condition: *Compound, *Not or *Clause.
type Node interface{ write(b *strings.Builder) }

// Compound joins two or more conditions.
type Compound struct {
	Op    string // "and", "or"
	Terms []Node
}

// Not turns a condition round.
type Not struct{ Term Node }

// Clause compares a field. Values holds one value, or those of a list for "in" and "not in".
type Clause struct {
	Field  string // in lower case
	Op     string // =, !=, ~, !~, >, >=, <, <=, in, not in
	Values []Value
	Pos    int // of the field
}

// Value is a text or a call of a function.
type Value struct {
	Text string
	Func string // name in lower case, empty for a text
	Args []string
	Pos  int
}

// Error says what is wrong at a place, counted in characters from 0.
type Error struct {
	Pos     int
	Message string
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("%s at position %d", e.Message, e.Pos) }

// String writes the query in one canonical form, which parses to the same tree.
func (q *Query) String() string {
	var b strings.Builder
	if q.Where != nil {
		q.Where.write(&b)
	}
	for i, o := range q.OrderBy {
		switch {
		case i > 0:
			b.WriteString(", ")
		case b.Len() > 0:
			b.WriteString(" order by ")
		default:
			b.WriteString("order by ")
		}
		b.WriteString(field(o.Field))
		if o.Desc {
			b.WriteString(" desc")
		}
	}
	return b.String()
}

func (c *Compound) write(b *strings.Builder) {
	for i, t := range c.Terms {
		if i > 0 {
			b.WriteString(" " + c.Op + " ")
		}
		_, nested := t.(*Compound)
		if nested {
			b.WriteByte('(')
		}
		t.write(b)
		if nested {
			b.WriteByte(')')
		}
	}
}

func (n *Not) write(b *strings.Builder) {
	b.WriteString("not (")
	n.Term.write(b)
	b.WriteByte(')')
}

func (c *Clause) write(b *strings.Builder) {
	b.WriteString(field(c.Field) + " " + c.Op + " ")
	if c.Op == "in" || c.Op == "not in" {
		b.WriteByte('(')
	}
	for i, v := range c.Values {
		if i > 0 {
			b.WriteString(", ")
		}
		v.write(b)
	}
	if c.Op == "in" || c.Op == "not in" {
		b.WriteByte(')')
	}
}

func (v Value) write(b *strings.Builder) {
	if v.Func == "" {
		b.WriteString(quote(v.Text))
		return
	}
	b.WriteString(v.Func + "(")
	for i, a := range v.Args {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quote(a))
	}
	b.WriteByte(')')
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// field writes a name, quoted when it would not be read as one.
func field(s string) string {
	if plain(s) && s != "not" && s != "order" && s != "and" && s != "or" && s != "in" {
		return s
	}
	return quote(s)
}

func plain(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '.' && r != '_' && r != '-' {
			return false
		}
	}
	return s != ""
}
