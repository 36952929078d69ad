package search

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"holdfast.dev/internal/platform/storage"
)

// frag is a piece of SQL. In its text "?" stands for the next argument and "#" before a name for a column of the issue; both are filled
// in when the statement is put together, so that pieces are joined by joining texts and arguments.
type frag struct {
	sql  string
	args []any
	// indexed says that an index finds the rows, so that counting some of them first is cheap.
	indexed bool
	// column is set when the condition is "column = one value" and an index of the issue table starts with the column.
	column string
	// depth is how many levels joins and negations have made around single conditions.
	depth int
}

// never and always are conditions that need no row.
var (
	never  = frag{sql: "1 = 0"}
	always = frag{sql: "1 = 1"}
)

func sql(text string, args ...any) frag { return frag{sql: text, args: args} }

func index(f frag) frag {
	f.indexed = true
	return f
}

// join puts an operator between conditions.
func join(op string, parts ...frag) frag {
	if len(parts) == 1 {
		return parts[0]
	}
	deepest := 0
	for _, p := range parts {
		deepest = max(deepest, p.depth)
	}
	if deepest+len(parts) > flat {
		return balanced(op, parts)
	}
	return row(op, parts)
}

// row puts an operator between conditions one after the other.
func row(op string, parts []frag) frag {
	out := frag{indexed: op == "OR"}
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = p.sql
		out.args = append(out.args, p.args...)
		out.indexed = out.indexed && p.indexed
		out.depth = max(out.depth, p.depth)
	}
	out.depth += len(parts) - 1
	out.sql = "(" + strings.Join(texts, " "+op+" ") + ")"
	return out
}

func and(parts ...frag) frag { return join("AND", parts...) }
func or(parts ...frag) frag  { return join("OR", parts...) }

func not(f frag) frag { return frag{sql: "NOT (" + f.sql + ")", args: f.args, depth: f.depth + 1} }

// in gives the condition that the issue is among the identifiers that a sub-select gives.
func in(sub frag) frag {
	return frag{sql: "#id IN (" + sub.sql + ")", args: sub.args, indexed: true, depth: sub.depth + 1}
}

func notIn(sub frag) frag {
	return frag{sql: "#id NOT IN (" + sub.sql + ")", args: sub.args, depth: sub.depth + 1}
}

// where makes a sub-select of one that only lacks its conditions.
func (f frag) where(condition frag) frag {
	return frag{sql: f.sql + " WHERE " + condition.sql, args: append(slices.Clone(f.args), condition.args...), depth: condition.depth}
}

// numbers writes identifiers as a list; they are numbers, so that nothing can be injected.
func numbers(ids []int64) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(parts, ", ")
}

// marks gives as many "?" as there are texts, and the texts as arguments; many texts are one argument.
func marks(texts []string) (string, []any) {
	if len(texts) > fewTexts {
		b, err := json.Marshal(texts)
		if err == nil { // texts can always be written
			return "?", []any{textList(b)}
		}
	}
	args := make([]any, len(texts))
	for i, t := range texts {
		args[i] = t
	}
	return strings.TrimSuffix(strings.Repeat("?, ", len(texts)), ", "), args
}

// statement puts a statement together: numbers its arguments and names its columns. free columns are kept from using an index (SQLite takes a
// unary plus for that).
type statement struct {
	dialect storage.Dialect
	b       strings.Builder
	args    []any
}

func (s *statement) add(f frag, free bool) *statement {
	n := 0
	for i := range len(f.sql) {
		switch c := f.sql[i]; c {
		case '?':
			if l, ok := f.args[n].(textList); ok {
				s.args = append(s.args, string(l))
				s.b.WriteString(l.text(s.dialect, len(s.args)))
			} else {
				s.args = append(s.args, f.args[n])
				s.b.WriteByte('$')
				s.b.WriteString(strconv.Itoa(len(s.args)))
			}
			n++
		case '#':
			if free && s.dialect == storage.SQLite {
				s.b.WriteByte('+')
			}
			s.b.WriteString("i.")
		default:
			s.b.WriteByte(c)
		}
	}
	return s
}

func (s *statement) text(t string) *statement {
	s.b.WriteString(t)
	return s
}
