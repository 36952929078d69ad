package sqlite

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestAListingSeesWhatGoesAndComes compares a listing that remembers with one that does not, while databases and folders go, come and change places.
func TestAListingSeesWhatGoesAndComes(t *testing.T) {
	e, err := New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	at := func(site, name string) string { return filepath.Join(e.dir, "sites", site, name) }
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	touch := func(path string) {
		t.Helper()
		ok(os.MkdirAll(filepath.Dir(path), 0o700))
		ok(os.WriteFile(path, nil, 0o600))
	}
	l := e.Listing("sites")
	same := func(what string, want int) {
		t.Helper()
		got, err := l.Names(t.Context())
		ok(err)
		fresh, err := e.List(t.Context())
		ok(err)
		slices.Sort(got)
		slices.Sort(fresh)
		if !slices.Equal(got, fresh) || len(got) != want {
			t.Errorf("%s: %d of %d databases are listed", what, len(got), len(fresh))
		}
	}
	// old makes every folder look as if it had last changed a while ago, so that the listing believes what it remembers.
	old := func() {
		t.Helper()
		past := time.Now().Add(-time.Hour) //nolint:forbidigo // the clock of the file system
		ok(filepath.WalkDir(e.dir, func(path string, d os.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				err = os.Chtimes(path, past, past)
			}
			return err
		}))
	}
	same("nothing", 0)
	for i := range 5 {
		touch(at(fmt.Sprintf("s%d", i), "work.g1.db"))
		touch(at(fmt.Sprintf("s%d", i), "oncall.g1.db"))
	}
	same("new", 10)
	old()
	same("looked at again", 10)
	same("and remembered", 10)
	ok(os.Rename(at("s1", "work.g1.db"), at("s1", "work.g1.db.away")))
	same("one renamed", 9)
	ok(os.Rename(at("s1", "work.g1.db.away"), at("s1", "work.g1.db")))
	same("and back", 10)
	ok(os.RemoveAll(at("s2", "")))
	same("a site removed", 8)
	old()
	same("remembered", 8)
	touch(at("s2", "work.g2.db"))
	same("made anew", 9)
	ok(os.RemoveAll(filepath.Join(e.dir, "sites")))
	same("everything gone", 0)
}

// BenchmarkListing lists 10,000 sites of three databases each: with every folder read, and with what is remembered.
func BenchmarkListing(b *testing.B) {
	e, err := New(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	for i := range 10_000 {
		dir := filepath.Join(e.dir, "sites", fmt.Sprintf("site_%05d", i))
		if err := os.MkdirAll(dir, 0o700); err != nil {
			b.Fatal(err)
		}
		past := time.Now().Add(-time.Hour) //nolint:forbidigo // the clock of the file system
		for _, kind := range []string{"work", "oncall", "status"} {
			if err := os.WriteFile(filepath.Join(dir, kind+".g1.db"), nil, 0o600); err != nil {
				b.Fatal(err)
			}
		}
		if err := os.Chtimes(dir, past, past); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("anew", func(b *testing.B) {
		for b.Loop() {
			if names, err := e.List(b.Context()); err != nil || len(names) != 30_000 {
				b.Fatal(len(names), err)
			}
		}
	})
	b.Run("remembered", func(b *testing.B) {
		l := e.Listing("sites")
		if _, err := l.Names(b.Context()); err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if names, err := l.Names(b.Context()); err != nil || len(names) != 30_000 {
				b.Fatal(len(names), err)
			}
		}
	})
}
