package jobs

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"holdfast.dev/internal/platform/volume"
)

// forgetful is a ledger that keeps nothing.
type forgetful struct{}

func (forgetful) Wakes(context.Context) (map[volume.Ref]time.Time, error) { return nil, nil }
func (forgetful) SetWake(context.Context, volume.Ref, time.Time) error    { return nil }

// expected is what a volume's wake must be, found by asking all of them.
type expected struct {
	at      time.Time
	looking bool
}

// What is due is found in the order of time, whatever is asked for, looked at and moved to other processes meanwhile: the book gives what asking every volume gives.
func TestDueIsWhatAskingEveryVolumeGives(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := wakes{ledger: forgetful{}, by: map[volume.Ref]*wake{}, signal: make(chan struct{}, 1)}
		now := time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC)
		model, elsewhere := map[volume.Ref]*expected{}, map[volume.Ref]bool{}
		of := func() (volume.Ref, *expected) {
			ref := volume.Ref{Kind: "work", Owner: fmt.Sprint("site_", rapid.IntRange(0, 5).Draw(r, "site"))}
			if model[ref] == nil {
				model[ref] = &expected{}
			}
			return ref, model[ref]
		}
		at := func() time.Time {
			return now.Add(time.Duration(rapid.IntRange(-2, 6).Draw(r, "seconds")) * time.Second)
		}
		r.Repeat(map[string]func(*rapid.T){
			"ask and commit": func(r *rapid.T) {
				ref, e := of()
				when := at()
				if err := w.ask(ref, when); err != nil {
					r.Fatal(err)
				}
				w.committed(ref)
				e.at = sooner(e.at, when)
			},
			"again": func(*rapid.T) {
				ref, e := of()
				when := at()
				w.again(ref, when)
				e.at = sooner(e.at, when)
			},
			"looked": func(*rapid.T) {
				ref, e := of()
				when := time.Time{}
				if rapid.Bool().Draw(r, "more") {
					when = at()
				}
				w.looked(ref, when)
				e.at, e.looking = sooner(e.at, when), false
			},
			"pass time": func(*rapid.T) { now = now.Add(time.Second) },
			"move": func(*rapid.T) {
				ref, _ := of()
				elsewhere[ref] = !elsewhere[ref]
			},
			"due": func(r *rapid.T) {
				w.flush()
				got, next := w.due(now, func(ref volume.Ref) bool { return !elsewhere[ref] })
				var want []volume.Ref
				var soonest time.Time
				for ref, e := range model {
					switch {
					case e.at.IsZero() || e.looking:
					case e.at.After(now):
						soonest = sooner(soonest, e.at)
					case elsewhere[ref]:
						soonest = sooner(soonest, now.Add(time.Second))
					default:
						want = append(want, ref)
						e.at, e.looking = time.Time{}, true
					}
				}
				byName := func(a, b volume.Ref) int { return strings.Compare(a.String(), b.String()) }
				slices.SortFunc(got, byName)
				slices.SortFunc(want, byName)
				if !slices.Equal(got, want) || !next.Equal(soonest) {
					r.Fatalf("due are %v, next at %s; asking every volume gives %v and %s", got, next, want, soonest)
				}
			},
		})
	})
}

// BenchmarkDue is one look of the runner at the book of many volumes that have jobs of tomorrow, as the nightly ones of status pages are.
func BenchmarkDue(b *testing.B) {
	w := wakes{ledger: forgetful{}, by: map[volume.Ref]*wake{}, signal: make(chan struct{}, 1)}
	now := time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC)
	for i := range 10_000 {
		w.again(volume.Ref{Kind: "status", Owner: fmt.Sprint("site_", i)}, now.Add(24*time.Hour+time.Duration(i)*time.Second))
	}
	busy := volume.Ref{Kind: "work", Owner: "site_busy"}
	for b.Loop() {
		w.again(busy, now)
		if refs, _ := w.due(now, func(volume.Ref) bool { return true }); len(refs) != 1 {
			b.Fatal(refs)
		}
		w.looked(busy, time.Time{})
	}
}

// A volume that was put in the place of another one is looked at when its own first job is due, not when the other one's was.
func TestAnewForgetsWhatWasKnown(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	ref := volume.Ref{Kind: "work", Owner: "site_a"}
	w := wakes{ledger: forgetful{}, by: map[volume.Ref]*wake{}, signal: make(chan struct{}, 1)}
	w.again(ref, now)
	if err := w.anew(ref, now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	all := func(volume.Ref) bool { return true }
	if refs, next := w.due(now.Add(time.Minute), all); len(refs) != 0 || !next.Equal(now.Add(time.Hour)) {
		t.Fatalf("due %v, next at %s", refs, next)
	}
	if refs, _ := w.due(now.Add(time.Hour), all); len(refs) != 1 {
		t.Fatalf("due %v", refs)
	}
}
