package order

import (
	"fmt"
	"testing"
)

type record struct {
	name   string
	number int
}

// TestPlace: only what moves is saved, with its new number.
func TestPlace(t *testing.T) {
	for _, c := range []struct {
		index int
		want  string
	}{
		{0, "[{x 0} {a 1} {b 2}]"},
		{1, "[{x 1} {b 2}]"},
		{2, "[{x 2}]"},
	} {
		list := []*record{{"a", 0}, {"b", 1}}
		x := &record{"x", 7}
		saved := []record{}
		err := Place(list, c.index, x, func(r *record) *int { return &r.number }, func(r *record) error {
			saved = append(saved, *r)
			return nil
		})
		if got := fmt.Sprint(saved); err != nil || got != c.want || x.number != c.index || list[0].number != 0 || list[1].number != 1 {
			t.Errorf("at %d: saved %s, want %s; %+v %v", c.index, got, c.want, x, err)
		}
	}
}
