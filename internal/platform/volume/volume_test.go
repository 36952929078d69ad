package volume_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

const schema = `
CREATE TABLE thing (
  id BIGINT PRIMARY KEY,
  name TEXT,
  size BIGINT
);

CREATE TABLE tag (
  thing BIGINT NOT NULL,
  tag TEXT NOT NULL,
  PRIMARY KEY (thing, tag)
); -- clustered
`

var kind = volume.Kind{
	Name:       "work",
	Migrations: []storage.Migration{storage.Inline("test", schema, nil)},
	Tables:     []storage.Table{{Name: "thing"}, {Name: "tag"}},
}

var ref = volume.Ref{Kind: "work", Owner: "site_test"}

// open gives a pool over one engine and a fresh volume.
func open(t testing.TB, e storage.Engine, c clock.Clock) (*volume.Pool, *volume.Volume) {
	t.Helper()
	place := volume.Place{Engine: e, Generation: 1}
	p := volume.NewPool(volume.Config{Kinds: []volume.Kind{kind}, Clock: c, Locate: func(context.Context, volume.Ref) (volume.Place, error) { return place, nil }})
	t.Cleanup(p.Close)
	if err := p.Create(context.Background(), ref, place); err != nil {
		t.Fatal(err)
	}
	return p, p.Volume(ref)
}

func insert(id int, name string) func(*volume.Tx) error {
	return func(tx *volume.Tx) error {
		_, err := tx.ExecText(context.Background(), `INSERT INTO thing (id, name, size) VALUES ($1, $2, $3)`, id, name, len(name))
		return err
	}
}

func commits(t testing.TB, v *volume.Volume) []journal.Commit {
	t.Helper()
	var out []journal.Commit
	err := v.Read(context.Background(), func(tx *volume.Tx) (err error) {
		out, err = journal.Commits(context.Background(), tx.Tx, 0, 100000)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestWaitingWritersShareACommitPointAndFailAlone(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		_, v := open(t, e, clock.System)
		ctx := identity.With(context.Background(), identity.Principal{Kind: identity.System, Name: "test"})
		refused := errors.New("refused")
		var wg sync.WaitGroup
		for i := range 60 {
			wg.Go(func() {
				var r volume.Receipt
				err := v.Write(volume.WithReceipt(ctx, &r), func(tx *volume.Tx) error {
					if err := insert(i, fmt.Sprint("thing ", i))(tx); err != nil {
						return err
					}
					if i%3 == 0 {
						return refused
					}
					return nil
				})
				if i%3 == 0 != errors.Is(err, refused) || (err == nil) != (len(r.Commits) == 1) {
					t.Errorf("writer %d: %v, receipt %v", i, err, r)
				}
			})
		}
		wg.Wait()
		got := commits(t, v)
		if len(got) != 41 { // the schema and 40 writers
			t.Fatalf("%d commits", len(got))
		}
		for i, c := range got {
			if c.Seq != int64(i+1) {
				t.Fatalf("commit %d has number %d", i+1, c.Seq)
			}
			if i > 0 && (c.Actor != "system:test" || c.Summary.String() != "thing:I:1") {
				t.Fatalf("commit %+v", c)
			}
		}
	})
}

func TestAPanicInAWriteHarmsNobodyElse(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		_, v := open(t, e, clock.System)
		ctx := context.Background()
		if err := v.Write(ctx, func(tx *volume.Tx) error { panic("boom") }); err == nil {
			t.Fatal("no error")
		}
		if err := v.Write(ctx, insert(1, "a")); err != nil {
			t.Fatal(err)
		}
		if err := v.Write(ctx, insert(1, "a")); !errors.Is(err, storage.ErrUnique) {
			t.Fatalf("second insert: %v", err)
		}
		if err := v.Write(ctx, insert(2, "nul \x00")); !errors.Is(err, storage.ErrText) {
			t.Fatalf("NUL: %v", err)
		}
	})
}

func TestAReadSeesOneInstant(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		_, v := open(t, e, clock.System)
		ctx := context.Background()
		count := func(tx *volume.Tx) (n int) {
			if err := tx.GetText(ctx, `SELECT count(*) FROM thing`, nil, &n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		err := v.Read(ctx, func(tx *volume.Tx) error {
			before := count(tx)
			if err := v.Write(ctx, insert(1, "a")); err != nil {
				return err
			}
			if after := count(tx); after != before {
				t.Errorf("%d rows, then %d in the same read", before, after)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestTimesOfCommitsNeverGoBack(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		c := clock.NewFake(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
		_, v := open(t, e, c)
		for i := range 4 {
			if err := v.Write(context.Background(), insert(i, "x")); err != nil {
				t.Fatal(err)
			}
			c.Advance(-time.Hour)
		}
		got := commits(t, v)
		for i := 1; i < len(got); i++ {
			if got[i].At.Before(got[i-1].At) {
				t.Fatalf("commit %d at %s, before %s", got[i].Seq, got[i].At, got[i-1].At)
			}
		}
	})
}

func TestMemoFollowsCommits(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		_, v := open(t, e, clock.System)
		ctx := context.Background()
		type key struct{}
		builds := 0
		read := func() (n int) {
			err := v.Read(ctx, func(tx *volume.Tx) (err error) {
				n, err = volume.Memo(ctx, tx, key{}, []string{"thing"}, func() (int, error) {
					builds++
					var n int
					err := tx.GetText(ctx, `SELECT count(*) FROM thing`, nil, &n)
					return n, err
				})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		read()
		if read(); builds != 1 {
			t.Fatalf("built %d times", builds)
		}
		if err := v.Write(ctx, insert(1, "a")); err != nil {
			t.Fatal(err)
		}
		if n := read(); n != 1 || builds != 2 {
			t.Fatalf("%d rows after a commit, built %d times", n, builds)
		}
		tag := func(tx *volume.Tx) error {
			_, err := tx.ExecText(ctx, `INSERT INTO tag (thing, tag) VALUES (1, 'x')`)
			return err
		}
		if err := v.Write(ctx, tag); err != nil {
			t.Fatal(err)
		}
		if read(); builds != 2 {
			t.Fatal("a commit to another table made the value old")
		}
	})
}

// Two processes on one PostgreSQL: what one remembers of a volume follows the commits of the other, also where its own come right after
// them, and times rise although the clocks of the two differ.
func TestNodesFollowEachOther(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		if e.Dialect() != storage.Postgres {
			t.Skip("files of SQLite belong to one process")
		}
		ctx := context.Background()
		place := volume.Place{Engine: e, Generation: 1}
		node := func(ahead time.Duration) *volume.Volume {
			c := clock.NewFake(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).Add(ahead))
			p := volume.NewPool(volume.Config{Kinds: []volume.Kind{kind}, Clock: c, Locate: func(context.Context, volume.Ref) (volume.Place, error) { return place, nil }})
			t.Cleanup(p.Close)
			return p.Volume(ref)
		}
		_, here := open(t, e, clock.NewFake(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)))
		there := node(time.Hour)
		type key struct{}
		count := func(tx *volume.Tx) (int, error) {
			return volume.Memo(ctx, tx, key{}, []string{"thing"}, func() (n int, err error) {
				err = tx.GetText(ctx, `SELECT count(*) FROM thing`, nil, &n)
				return n, err
			})
		}
		seen := func(v *volume.Volume) (n int) {
			t.Helper()
			if err := v.Read(ctx, func(tx *volume.Tx) (err error) { n, err = count(tx); return err }); err != nil {
				t.Fatal(err)
			}
			return n
		}
		write := func(v *volume.Volume, fn func(*volume.Tx) error) {
			t.Helper()
			if err := v.Write(ctx, fn); err != nil {
				t.Fatal(err)
			}
		}
		tag := func(name string) func(*volume.Tx) error {
			return func(tx *volume.Tx) error {
				_, err := tx.ExecText(ctx, `INSERT INTO tag (thing, tag) VALUES (1, $1)`, name)
				return err
			}
		}
		for i := range 5 {
			if n := seen(here); n != i {
				t.Fatalf("%d rows seen here, %d are there", n, i)
			}
			write(there, insert(i, "a"))
			write(here, tag(fmt.Sprint("here", i))) // the value here is old, and this commit does not say so
			if n := seen(here); n != i+1 {
				t.Fatalf("%d rows seen after a commit of one's own, %d are there", n, i+1)
			}
			write(here, func(tx *volume.Tx) error { // a write sees them too, and undoes what it did itself
				if err := insert(100, "never")(tx); err != nil {
					return err
				}
				if n, err := count(tx); err != nil || n != i+1 {
					return fmt.Errorf("%d rows seen in a write, %w", n, err)
				}
				_, err := tx.ExecText(ctx, `DELETE FROM thing WHERE id = 100`)
				return err
			})
			failed := errors.New("undone")
			if err := here.Write(ctx, func(tx *volume.Tx) error {
				if _, err := count(tx); err != nil {
					return err
				}
				return errors.Join(insert(200, "never")(tx), failed)
			}); !errors.Is(err, failed) {
				t.Fatal(err)
			}
		}
		all := commits(t, here)
		for i := 1; i < len(all); i++ {
			if all[i].At.Before(all[i-1].At) {
				t.Errorf("commit %d at %s, before %s of the one ahead of it", all[i].Seq, all[i].At, all[i-1].At)
			}
		}
	})
}

// TestDigestFollowsEveryChange runs random statements, through Write and past it, and after each compares the digest of a full scan
// with the digest that follows from the journal alone.
func TestDigestFollowsEveryChange(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		_, v := open(t, e, clock.System)
		ctx := context.Background()
		var running journal.Digest
		var last int64
		rapid.Check(t, func(r *rapid.T) {
			text, args := statement(r)
			direct := rapid.Bool().Draw(r, "direct")
			run := func(tx *storage.Tx) error {
				err := tx.Savepoint(ctx, func() error { _, err := tx.ExecText(ctx, text, args...); return err })
				if errors.Is(err, storage.ErrUnique) {
					return nil
				}
				return err
			}
			var err error
			if direct {
				err = v.Direct(ctx, run)
				if err == nil { // the next commit adopts what was done past it
					err = v.Write(ctx, func(tx *volume.Tx) error { return nil })
				}
			} else {
				err = v.Write(ctx, func(tx *volume.Tx) error { return run(tx.Tx) })
			}
			if err != nil {
				r.Fatal(err)
			}
			err = v.Read(ctx, func(tx *volume.Tx) error {
				head, err := journal.ReadHead(ctx, tx.Tx)
				if err != nil {
					return err
				}
				changes, err := journal.Changes(ctx, tx.Tx, last+1, head.LastN)
				if err != nil {
					return err
				}
				for _, c := range changes {
					running.Apply(c)
				}
				last = head.LastN
				live, _, err := journal.Scan(ctx, tx.Tx, kind.Tables)
				if err == nil && live != running {
					r.Fatalf("after %s %v: scan %s, journal %s", text, args, live, running)
				}
				return err
			})
			if err != nil {
				r.Fatal(err)
			}
		})
		for _, c := range commits(t, v) {
			if c.Kind == journal.KindDirect && c.Actor != journal.ActorDirect {
				t.Fatalf("direct change attributed to %q", c.Actor)
			}
		}
	})
}

// statement draws one random change; texts include everything that JSON must escape.
func statement(r *rapid.T) (string, []any) {
	id := rapid.IntRange(1, 8).Draw(r, "id")
	name := any(rapid.StringOf(rapid.RuneFrom([]rune("a\"\\\n\t\r\b\f\x01\x1f\x7f/é€😀'{}[],"))).Draw(r, "name"))
	if rapid.IntRange(0, 4).Draw(r, "null") == 0 {
		name = nil
	}
	switch rapid.IntRange(0, 6).Draw(r, "verb") {
	case 0, 1:
		return `INSERT INTO thing (id, name, size) VALUES ($1, $2, $3)`, []any{id, name, rapid.Int64().Draw(r, "size")}
	case 2:
		return `UPDATE thing SET name = $2 WHERE id = $1`, []any{id, name}
	case 3:
		return `DELETE FROM thing WHERE id = $1`, []any{id}
	case 4:
		return `INSERT INTO thing (id, name, size) VALUES ($1, $2, 7) ON CONFLICT (id) DO UPDATE SET name = excluded.name`, []any{id, name}
	case 5:
		return `INSERT INTO tag (thing, tag) SELECT id, 'all' FROM thing WHERE NOT EXISTS (SELECT 1 FROM tag WHERE thing = id AND tag = 'all')`, nil
	}
	return `UPDATE thing SET size = size / 2 WHERE id > $1`, []any{id}
}

func BenchmarkWrite(b *testing.B) {
	for _, clients := range []int{1, 16} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			_, v := open(b, storagetest.SQLite(b), clock.System)
			var mu sync.Mutex
			id := 0
			b.SetParallelism(max(1, clients/2))
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					mu.Lock()
					id++
					n := id
					mu.Unlock()
					if err := v.Write(context.Background(), insert(n, "thing")); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

func TestIdleVolumesAreClosed(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		c := clock.NewFake(time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC))
		p, v := open(t, e, c)
		ctx := context.Background()
		if err := v.Write(ctx, insert(1, "one")); err != nil {
			t.Fatal(err)
		}
		if n := p.CloseIdle(c.Now()); n != 0 || p.Open() != 1 {
			t.Errorf("closed %d volumes that were in use just now", n)
		}
		c.Advance(time.Minute)
		if n := p.CloseIdle(c.Now()); n != 1 || p.Open() != 0 {
			t.Errorf("closed %d idle volumes, %d are open", n, p.Open())
		}
		if err := v.Write(ctx, insert(2, "two")); err != nil {
			t.Errorf("a closed volume does not open again: %v", err)
		}
	})
}

// What is kept stays open although nobody uses it and the pool is full, until it is not kept any more; without end that would be the end of the memory.
func TestWhatIsKeptStaysOpen(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		c := clock.NewFake(time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC))
		ctx := context.Background()
		place := volume.Place{Engine: e, Generation: 1}
		kept := map[volume.Ref]bool{}
		p := volume.NewPool(volume.Config{Kinds: []volume.Kind{kind}, Clock: c, Hot: 2, Keep: func(ref volume.Ref) bool { return kept[ref] },
			Locate: func(context.Context, volume.Ref) (volume.Place, error) { return place, nil }})
		t.Cleanup(p.Close)
		var refs []volume.Ref
		for i := range 10 {
			ref := volume.Ref{Kind: "work", Owner: fmt.Sprint("site_", i)}
			refs = append(refs, ref)
			if err := p.Create(ctx, ref, place); err != nil {
				t.Fatal(err)
			}
		}
		touch := func(refs ...volume.Ref) {
			t.Helper()
			for _, ref := range refs {
				if err := p.Volume(ref).Read(ctx, func(*volume.Tx) error { return nil }); err != nil {
					t.Fatal(err)
				}
			}
		}
		kept[refs[0]], kept[refs[1]], kept[refs[2]] = true, true, true
		touch(refs[:7]...)
		if n := p.Open(); n != 5 { // those that are kept take nobody's place
			t.Errorf("%d volumes are open, three of which are kept", n)
		}
		c.Advance(time.Minute)
		if n := p.CloseIdle(c.Now()); n != 2 || p.Open() != 3 {
			t.Errorf("%d idle volumes were closed that are not kept, %d are open", n, p.Open())
		}
		kept[refs[0]] = false
		if n := p.CloseIdle(c.Now()); n != 1 || p.Open() != 2 {
			t.Errorf("%d idle volumes were closed, of which one is not kept any more; %d are open", n, p.Open())
		}
		for _, ref := range refs {
			kept[ref] = true
		}
		touch(refs...)
		if n := p.Open(); n != 8 {
			t.Errorf("%d volumes of a pool of 2 are open", n)
		}
	})
}
