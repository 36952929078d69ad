package diff

import (
	"time"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// patience bounds one comparison; what is left then is shown as removed and added.
const patience = 2 * time.Second

// step is a run of the comparison of two sequences: equal when both ranges are filled alike, otherwise what went and what came.
type step struct {
	equal          bool
	oldFrom, oldTo int
	newFrom, newTo int
}

// sequences compares two sequences by the keys of their elements.
func sequences(old, new []string) []step {
	ids := map[string]rune{}
	a, b := intern(old, ids), intern(new, ids)
	if len(ids) > 1_000_000 {
		return []step{{oldTo: len(old), newTo: len(new)}}
	}
	m := diffmatchpatch.New()
	m.DiffTimeout = patience
	var out []step
	i, j := 0, 0
	for _, d := range m.DiffMainRunes(a, b, false) {
		n := len([]rune(d.Text))
		switch d.Type {
		case diffmatchpatch.DiffEqual:
			out = append(out, step{equal: true, oldFrom: i, oldTo: i + n, newFrom: j, newTo: j + n})
			i, j = i+n, j+n
		case diffmatchpatch.DiffDelete:
			out = extend(out, i, j)
			i += n
			out[len(out)-1].oldTo = i
		case diffmatchpatch.DiffInsert:
			out = extend(out, i, j)
			j += n
			out[len(out)-1].newTo = j
		}
	}
	return out
}

// extend makes sure that the last step is a change.
func extend(out []step, i, j int) []step {
	if len(out) == 0 || out[len(out)-1].equal {
		return append(out, step{oldFrom: i, oldTo: i, newFrom: j, newTo: j})
	}
	return out
}

// intern gives every different key a rune of its own, leaving out those that no string holds.
func intern(keys []string, ids map[string]rune) []rune {
	out := make([]rune, len(keys))
	for i, k := range keys {
		id, ok := ids[k]
		if !ok {
			id = rune(len(ids) + 1)
			if id >= 0xD800 {
				id += 0x800
			}
			ids[k] = id
		}
		out[i] = id
	}
	return out
}
