package sqlite

import (
	"reflect"
	"testing"
)

func TestPositional(t *testing.T) {
	for _, c := range []struct {
		name, text, want string
		order            []int
	}{
		{"none", `SELECT 1`, `SELECT 1`, nil},
		{"in order", `SELECT $1, $2`, `SELECT ?, ?`, []int{0, 1}},
		{"again, and in another order", `a = $2 OR b = $1 OR c = $2`, `a = ? OR b = ? OR c = ?`, []int{1, 0, 1}},
		{"more than nine", `$10$1`, `??`, []int{9, 0}},
		{"in a text", `json_extract(x, '$[0]', '$1', 'it''s $2') = $1`, `json_extract(x, '$[0]', '$1', 'it''s $2') = ?`, []int{0}},
		{"in a name", `"a$1" [b$2] = $1`, `"a$1" [b$2] = ?`, []int{0}},
		{"in a comment", "a -- $1\n= $1 /* $2 */", "a -- $1\n= ? /* $2 */", []int{0}},
		{"unfinished text", `'$1`, `'$1`, nil},
		{"no number", `$ $a $0`, `$ $a $0`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, order := positional(c.text)
			if got != c.want || !reflect.DeepEqual(order, c.order) {
				t.Errorf("%q %v, want %q %v", got, order, c.want, c.order)
			}
		})
	}
}

func TestArranged(t *testing.T) {
	for _, c := range []struct {
		order      []int
		args, want []any
	}{
		{nil, nil, nil},
		{nil, []any{"a"}, []any{"a"}},
		{[]int{0, 1}, []any{"a", "b"}, []any{"a", "b"}},
		{[]int{1, 0, 1}, []any{"a", "b"}, []any{"b", "a", "b"}},
		{[]int{0, 2}, []any{"a", "b"}, []any{"a", "b"}},
	} {
		if got := arranged(c.order, c.args); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v of %v: %v, want %v", c.order, c.args, got, c.want)
		}
	}
}
