// Package order keeps lists whose order people choose: policies, routing rules, notification rules.
package order

import "slices"

// Place puts x into a list at an index, which must be within it, numbers all from 0, and saves x and those whose number that changes. at gives where a
// record keeps its number. The records of the list stay as they are; copies are saved.
func Place[T any](list []*T, index int, x *T, at func(*T) *int, save func(*T) error) error {
	for i, e := range slices.Insert(list, index, x) {
		if e != x && *at(e) == i {
			continue
		}
		placed := *e
		*at(&placed) = i
		if e == x {
			*at(x) = i
		}
		if err := save(&placed); err != nil {
			return err
		}
	}
	return nil
}
