package issue

import (
	"testing"

	"pgregory.net/rapid"
)

func TestThereIsAlwaysARankBetween(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ranks := []string{After("")}
		for range rapid.IntRange(0, 40).Draw(t, "appended") {
			ranks = append(ranks, After(ranks[len(ranks)-1]))
		}
		for range rapid.IntRange(1, 60).Draw(t, "n") {
			at := rapid.IntRange(0, len(ranks)).Draw(t, "at")
			lo, hi := "", ""
			if at > 0 {
				lo = ranks[at-1]
			}
			if at < len(ranks) {
				hi = ranks[at]
			}
			r := Between(lo, hi)
			if r <= lo || hi != "" && r >= hi {
				t.Fatalf("%q is not between %q and %q", r, lo, hi)
			}
			ranks = append(ranks[:at], append([]string{r}, ranks[at:]...)...)
		}
		if last := ranks[len(ranks)-1]; After(last) <= last {
			t.Fatalf("%q is not after %q", After(last), last)
		}
	})
}
