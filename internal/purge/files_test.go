package purge_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"holdfast.dev/internal/platform/vault"
	"holdfast.dev/internal/purge"
)

// months lets time pass in the vault, with a snapshot of each volume on the way.
func (y *yard) months(n int) {
	for range n {
		y.clock.Advance(31 * day)
		for _, ref := range y.refs {
			y.write(ref)
			y.ship()
			y.snapshot(ref)
		}
	}
}

// files3 gives three files of a site, stored now.
func (y *yard) files3() (never, once, still string) {
	for range 3 {
		y.blob("site_a")
	}
	keys := []string{}
	for key := range y.blobs {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys[0], keys[1], keys[2]
}

// R6: files of living sites go when no row has named them within the retention, and not before; those that rows name stay for ever.
func TestR6FilesThatNoRowNamesGoAfterTheRetention(t *testing.T) {
	y := folderYard(t)
	never, once, still := y.files3()
	y.name(once)
	y.name(still)
	y.ship()
	left := func(what string, want ...string) purge.Swept {
		t.Helper()
		done := y.sweep()
		there, err := y.store.List(ctx, "blobs/")
		y.must(err)
		if slices.Sort(want); !slices.Equal(there, want) {
			t.Fatalf("%s: there are %v, want %v", what, there, want)
		}
		return done
	}
	left("at once", never, once, still)
	y.clock.Advance(20 * day)
	y.write(y.refs[0])
	y.ship()
	left("before the retention is over", never, once, still)
	y.months(2)
	if done := left("after it", once, still); done.Files != 1 {
		t.Errorf("%+v", done)
	}
	y.unname(once)
	y.ship()
	y.clock.Advance(25 * day)
	y.write(y.refs[0])
	y.ship()
	left("a restore can still bring the row back", once, still)
	y.months(2)
	left("nothing can any more", still)
	y.months(6)
	left("it is named still", still)
	y.blob("site_a") // life goes on
	if found, err := vault.New(y.store).Verify(ctx, func(int, int) {}, vault.Expected{Object: once, By: "a row names it"}); err != nil || len(found) != 1 {
		t.Errorf("a file that a row names and that was swept is missing: %v %v", found, err)
	}
}

// R6: where a volume cannot be read, nobody knows what it names, and no file goes.
func TestR6NoFileGoesWhileAnythingIsDamaged(t *testing.T) {
	y := folderYard(t)
	never, once, still := y.files3()
	y.name(once)
	y.name(still)
	y.months(3)
	keys, err := y.store.List(ctx, "")
	y.must(err)
	damaged := 0
	for _, key := range keys {
		if !strings.HasPrefix(key, "segments/") && !strings.HasSuffix(key, ".db.zst") {
			continue
		}
		path := y.dir + "/" + key
		whole, err := os.ReadFile(path)
		y.must(err)
		st, err := os.Stat(path)
		y.must(err)
		broken := slices.Clone(whole)
		broken[len(broken)/3] ^= 1
		y.must(os.Chmod(path, 0o600))
		y.must(os.WriteFile(path, broken, 0o600))
		y.must(os.Chtimes(path, st.ModTime(), st.ModTime()))
		done, err := y.sweeper().Sweep(ctx, true)
		if err == nil && slices.ContainsFunc(done.Removed, func(k string) bool { return k == once || k == still }) {
			t.Errorf("%s is damaged, and files that rows name would go: %v", key, done.Removed)
		}
		if err != nil {
			damaged++
		}
		y.must(os.WriteFile(path, whole, 0o600))
		y.must(os.Chtimes(path, st.ModTime(), st.ModTime()))
	}
	if damaged == 0 {
		t.Error("no damage ever stopped a sweep: this test proves nothing")
	}
	if done := y.sweep(); !slices.Contains(done.Removed, never) {
		t.Errorf("whole again, and %s stays: %v", never, done.Removed)
	}
}

// giving is a remover at whose work somebody gives a file again.
type giving struct {
	purge.Remover
	give func(key string)
}

func (g giving) Remove(ctx context.Context, key string) error {
	err := g.Remover.Remove(ctx, key)
	g.give(key)
	return err
}

// R6: the same file is given again at the moment at which it goes. Its row names it, and so it comes back.
func TestR6AFileThatIsGivenAgainAtThatMomentComesBack(t *testing.T) {
	y := folderYard(t)
	never, _, _ := y.files3()
	y.months(3)
	s := y.sweeper()
	s.Remover = giving{s.Remover, func(key string) {
		if key == never {
			y.name(never)
			y.ship()
		}
	}}
	done, err := s.Sweep(ctx, false)
	y.must(err)
	if !slices.Equal(done.Back, []string{never}) || done.Files != 3 {
		t.Fatalf("%+v", done)
	}
	if found, err := vault.New(y.store).Verify(ctx, func(int, int) {}, vault.Expected{Object: never, By: "a row names it"}); err != nil || len(found) > 0 {
		t.Fatal(found, err)
	}
	y.months(2)
	y.sweep()
}
