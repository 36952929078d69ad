package journal

import (
	"fmt"
	"strconv"
	"strings"
)

// Touched counts the rows of one table that a commit changed in one way.
type Touched struct {
	Table string `json:"table"`
	Op    string `json:"op"` // "I", "U", "D"
	Count int64  `json:"count"`
}

// Summary is what a commit touched, by table and kind of change.
type Summary []Touched

// String gives the form in which a commit's row keeps it: "issue:I:1 issue_change:I:4".
func (s Summary) String() string {
	parts := make([]string, len(s))
	for i, t := range s {
		parts[i] = fmt.Sprintf("%s:%s:%d", t.Table, t.Op, t.Count)
	}
	return strings.Join(parts, " ")
}

// ParseSummary reads what String wrote; a malformed part is left out, since nothing hangs on it.
func ParseSummary(text string) Summary {
	var s Summary
	for part := range strings.FieldsSeq(text) {
		f := strings.Split(part, ":")
		if len(f) != 3 {
			continue
		}
		n, err := strconv.ParseInt(f[2], 10, 64)
		if err != nil {
			continue
		}
		s = append(s, Touched{f[0], f[1], n})
	}
	return s
}

// Touches tells whether a commit changed one of the tables.
func (s Summary) Touches(tables ...string) bool {
	for _, t := range s {
		for _, name := range tables {
			if t.Table == name {
				return true
			}
		}
	}
	return false
}

// Changes counts all rows changed.
func (s Summary) Changes() int64 {
	var n int64
	for _, t := range s {
		n += t.Count
	}
	return n
}
