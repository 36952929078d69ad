package search

import (
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
	out := frag{indexed: true}
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = p.sql
		out.args = append(out.args, p.args...)
		out.indexed = out.indexed && p.indexed
	}
	out.sql = "(" + strings.Join(texts, " "+op+" ") + ")"
	out.indexed = out.indexed && op == "OR"
	return out
}

func and(parts ...frag) frag { return join("AND", parts...) }
func or(parts ...frag) frag  { return join("OR", parts...) }
func not(f frag) frag        { return frag{sql: "NOT (" + f.sql + ")", args: f.args} }

// in gives the condition that the issue is among the identifiers that a sub-select gives.
func in(sub frag) frag    { return frag{sql: "#id IN (" + sub.sql + ")", args: sub.args, indexed: true} }
func notIn(sub frag) frag { return frag{sql: "#id NOT IN (" + sub.sql + ")", args: sub.args} }

// numbers writes identifiers as a list; they are numbers, so that nothing can be injected.
func numbers(ids []int64) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(parts, ", ")
}

// marks gives as many "?" as there are texts, and the texts as arguments.
func marks(texts []string) (string, []any) {
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
			s.args = append(s.args, f.args[n])
			n++
			s.b.WriteByte('$')
			s.b.WriteString(strconv.Itoa(len(s.args)))
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
