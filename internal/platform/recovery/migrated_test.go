package recovery_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/vault"
	"holdfast.dev/internal/platform/volume"
)

// steps are a product's schema over six releases: everything that a migration may do to rows.
var steps = []string{
	schema + `
CREATE TABLE note (
  thing_id BIGINT NOT NULL,
  pos BIGINT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (thing_id, pos)
);
-- clustered
`,
	`ALTER TABLE thing ADD COLUMN colour TEXT NOT NULL DEFAULT 'it''s grey';`,
	`
CREATE TABLE level (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL
);
INSERT INTO level (id, name) VALUES (1, 'low'), (2, 'high');
ALTER TABLE box ADD COLUMN level_id BIGINT REFERENCES level (id);
`,
	`UPDATE box SET name = name || ' (old)', level_id = 2 WHERE id % 2 = 0;
DELETE FROM note WHERE pos > 1;
`,
	`ALTER TABLE thing DROP COLUMN text;
CREATE TABLE mark (
  id BIGINT PRIMARY KEY,
  text TEXT
);
INSERT INTO mark (id, text) SELECT thing_id * 10 + pos, text FROM note ORDER BY thing_id, pos;
`,
	`DROP TABLE note;
UPDATE thing SET colour = 'red' WHERE colour LIKE 'it%';
ALTER TABLE box ADD COLUMN weight BIGINT NOT NULL DEFAULT 7;
`,
}

// release is the kind as a release of Holdfast has it.
func release(version int) volume.Kind {
	k := volume.Kind{Name: "work", Tables: []storage.Table{{Name: "box"}, {Name: "thing"}}}
	for i, text := range steps[:version] {
		k.Migrations = append(k.Migrations, storage.InlineStep("test", i+1, text, nil))
	}
	note := storage.Table{Name: "note"}
	if version < 6 {
		k.Tables = append(k.Tables, note)
	} else {
		k.Dropped = append(k.Dropped, note)
	}
	if version >= 3 {
		k.Tables = append(k.Tables, storage.Table{Name: "level"})
	}
	if version >= 5 {
		k.Tables = append(k.Tables, storage.Table{Name: "mark"})
	}
	return k
}

// upgrade starts a node of a release over the databases and the vault that there are.
func upgrade(t testing.TB, e storage.Engine, dir string, c clock.Clock, version int) *node {
	t.Helper()
	ctx := context.Background()
	store, err := vault.OpenFolder(filepath.Join(dir, "vault"))
	must(t, err)
	signer, err := vault.LoadSigner(ctx, filepath.Join(dir, "key"), store)
	must(t, err)
	n := &node{vault: vault.New(store)}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	n.pool = volume.NewPool(volume.Config{Kinds: []volume.Kind{fleet.Kind(), release(version)}, Clock: c,
		Locate:    func(ctx context.Context, ref volume.Ref) (volume.Place, error) { return n.fleet.Locate(ctx, ref) },
		Writable:  func(ref volume.Ref) error { return n.fleet.Writable(ref) },
		Committed: func(ref volume.Ref, _ []journal.Commit) { n.shipper.Mark(ref) }})
	t.Cleanup(n.pool.Close)
	n.fleet = fleet.New(n.pool.Volume(fleet.ControlRef), e, c)
	n.shipper = vault.NewShipper(vault.ShipperConfig{Vault: n.vault, Pool: n.pool, Signer: signer, Node: fmt.Sprint("test", version), Tmp: t.TempDir(), Clock: c, Log: log})
	n.Recovery = recovery.New(recovery.Config{Vault: n.vault, Shipper: n.shipper, Pool: n.pool, Fleet: n.fleet, Clock: c, Tmp: t.TempDir(), Log: log})
	return n
}

// digest is the state of a volume by a scan, and its newest commit.
func (n *node) digest(t testing.TB, ref volume.Ref, version int) (digest string, seq int64) {
	t.Helper()
	ctx := context.Background()
	must(t, n.pool.Volume(ref).Read(ctx, func(tx *volume.Tx) error {
		d, _, err := journal.Scan(ctx, tx.Tx, release(version).Tables)
		if err != nil {
			return err
		}
		h, err := journal.ReadHead(ctx, tx.Tx)
		digest, seq = d.String(), h.Seq
		return err
	}))
	return digest, seq
}

// live makes three commits with what a release has, and calls the functions given after each.
func live(t testing.TB, v *volume.Volume, version, from int, after ...func()) {
	t.Helper()
	ctx := context.Background()
	text := "text"
	if version >= 5 {
		text = "colour"
	}
	for i := from; i < from+3; i++ {
		must(t, v.Write(ctx, func(tx *volume.Tx) error {
			texts := []string{
				fmt.Sprintf(`INSERT INTO box (id, name) VALUES (%d, 'box %d')`, i, i),
				fmt.Sprintf(`INSERT INTO thing (id, box_id, %s) VALUES (%d, %d, 'thïng "%d"')`, text, i, i, i),
				fmt.Sprintf(`UPDATE thing SET %s = 'changed by %d' WHERE id = %d`, text, i, i-2),
				fmt.Sprintf(`DELETE FROM thing WHERE id = %d`, i-4),
				fmt.Sprintf(`UPDATE box SET name = 'b%d' WHERE id = %d`, i, i-3),
			}
			if version < 6 {
				texts = append(texts, fmt.Sprintf(`INSERT INTO note (thing_id, pos, text) VALUES (%d, 1, 'a'), (%d, 2, 'b')`, i, i))
			}
			for _, text := range texts {
				if _, err := tx.ExecText(ctx, text); err != nil {
					return err
				}
			}
			return nil
		}))
		for _, fn := range after {
			fn()
		}
	}
}

// history lives through all releases; each takes over the databases of the one before. It gives the node of the newest one and the digest that was seen
// after every commit. ship is asked after each stretch of commits what is to be shipped.
func history(t *testing.T, e storage.Engine, dir string, c *clock.Fake, newest int, ship func(n *node, ref volume.Ref, version int, migrated bool)) (*node, *fleet.Site, volume.Ref, map[int64]string) {
	t.Helper()
	ctx := context.Background()
	seen := map[int64]string{}
	n := upgrade(t, e, dir, c, 1)
	s, ref := n.site(t, e)
	for version := 1; version <= newest; version++ {
		if version > 1 {
			n.pool.Close()
			n = upgrade(t, e, dir, c, version)
			must(t, n.fleet.Load(ctx))
			before := n.headOf(t, e, ref)
			d, seq := n.digest(t, ref, version) // opens it, and so migrates
			if seq != before+1 {
				t.Fatalf("release %d opened the volume at commit %d and left it at %d", version, before, seq)
			}
			seen[seq] = d
			ship(n, ref, version, true)
		}
		for i := range 3 {
			live(t, n.pool.Volume(ref), version, version*10+i*3, func() {
				d, seq := n.digest(t, ref, version)
				seen[seq] = d
				c.Advance(time.Second)
			})
		}
		ship(n, ref, version, false)
	}
	return n, s, ref, seen
}

// headOf asks the database itself for its newest commit, without opening the volume.
func (n *node) headOf(t testing.TB, e storage.Engine, ref volume.Ref) (seq int64) {
	t.Helper()
	ctx := context.Background()
	place, err := n.fleet.Locate(ctx, ref)
	must(t, err)
	db, err := e.Open(ctx, ref.Name(place.Generation))
	must(t, err)
	defer db.Close()
	must(t, db.Read(ctx, func(tx *storage.Tx) error {
		h, err := journal.ReadHead(ctx, tx)
		seq = h.Seq
		return err
	}))
	return seq
}

// The ways in which the vault may have got what a volume lived through.
var shipments = map[string]func(t *testing.T) func(n *node, ref volume.Ref, version int, migrated bool){
	"everything at once, at the end": func(t *testing.T) func(n *node, ref volume.Ref, version int, migrated bool) {
		return func(n *node, ref volume.Ref, version int, migrated bool) {
			if version == len(steps) && !migrated {
				n.shipper.Mark(ref)
				must(t, n.shipper.Flush(context.Background()))
			}
		}
	},
	"a snapshot after every migration": func(t *testing.T) func(n *node, ref volume.Ref, version int, migrated bool) {
		return func(n *node, ref volume.Ref, _ int, _ bool) {
			n.shipper.Mark(ref)
			must(t, n.shipper.Flush(context.Background()))
		}
	},
	"snapshots between": func(t *testing.T) func(n *node, ref volume.Ref, version int, migrated bool) {
		return func(n *node, ref volume.Ref, version int, migrated bool) {
			if !migrated {
				must(t, n.shipper.Snapshot(context.Background(), ref))
			}
		}
	},
}

// R14: to any acknowledged commit, also of a time with other tables and columns.
func TestR14RestoreToAnyCommitAcrossMigrations(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		for _, name := range slices.Sorted(maps.Keys(shipments)) {
			t.Run(name, func(t *testing.T) {
				ctx := context.Background()
				for _, left := range must1(e.List(ctx))(t) {
					must(t, e.Remove(ctx, left))
				}
				c := clock.NewFake(time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC))
				n, _, ref, seen := history(t, e, t.TempDir(), c, len(steps), shipments[name](t))
				for _, seq := range slices.Sorted(maps.Keys(seen)) {
					p, err := n.Past(ctx, ref, seq)
					if err != nil {
						t.Fatalf("commit %d: %v", seq, err)
					}
					if p.Digest != seen[seq] {
						t.Errorf("commit %d came back with digest %s, it had %s", seq, p.Digest, seen[seq])
					}
					must(t, p.Close())
				}
				snapshots, err := n.vault.Snapshots(ctx, ref.String())
				must(t, err)
				if len(snapshots) == 0 || snapshots[len(snapshots)-1] <= 1 {
					t.Fatalf("snapshots: %v", snapshots)
				}
				found, err := n.vault.Verify(ctx, func(int, int) {})
				must(t, err)
				if len(found) > 0 {
					t.Fatalf("the vault has faults: %v", found)
				}
			})
		}
	})
}

func must1[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		must(t, err)
		return v
	}
}

// R14, R13: a site goes back in place to before migrations, with the tables of today, and again to what it was. Each time what came back is what was shown before.
func TestR14RestoreOfASiteAcrossMigrationsAndUndo(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		ctx := context.Background()
		c := clock.NewFake(time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC))
		n, s, ref, seen := history(t, e, t.TempDir(), c, len(steps), shipments["snapshots between"](t))
		seqs := slices.Sorted(maps.Keys(seen))
		for i := 0; i < len(seqs); i += 6 {
			target := seqs[i]
			before, head := n.digest(t, ref, len(steps))
			preview, err := n.Preview(ctx, ref, target)
			must(t, err)
			then, err := n.Past(ctx, ref, target)
			must(t, err)
			var want string
			must(t, then.Volume.Read(ctx, func(tx *volume.Tx) error {
				d, _, err := journal.Scan(ctx, tx.Tx, release(len(steps)).Tables)
				want = d.String()
				return err
			}))
			must(t, then.Close())
			c.Advance(time.Second)
			res, err := n.RestoreSite(ctx, s.ID, recovery.Target{Commit: target}, "test", nil)
			if err != nil {
				t.Fatalf("to commit %d: %v", target, err)
			}
			got, seq := n.digest(t, ref, len(steps))
			if b := res.Volumes[0]; got != want || b.Digest != seen[target] || b.Undoes != len(preview.Rows) || seq != head+1 {
				t.Fatalf("to commit %d: digest %s, as shown before %s; proven %s, recorded %s; %d rows, shown before %d; commit %d after %d", target, got, want,
					b.Digest, seen[target], b.Undoes, len(preview.Rows), seq, head)
			}
			c.Advance(time.Second)
			_, err = n.RestoreSite(ctx, s.ID, recovery.Target{Undo: res.Operation}, "undo", nil)
			must(t, err)
			if got, _ := n.digest(t, ref, len(steps)); got != before {
				t.Fatalf("undo gave %s, before the restore to commit %d it was %s", got, target, before)
			}
		}
		c.Advance(time.Second)
		live(t, n.pool.Volume(ref), len(steps), 200) // life goes on, and is kept
		must(t, n.shipper.Snapshot(ctx, ref))
		want, seq := n.digest(t, ref, len(steps))
		p, err := n.Past(ctx, ref, seq)
		must(t, err)
		defer p.Close()
		if p.Digest != want {
			t.Fatalf("the newest state came back with digest %s, it has %s", p.Digest, want)
		}
	})
}

// R14, R17: a newer Holdfast brings everything back from a vault that an older one has filled, in the state that it had, and migrates it when it is opened.
func TestR14ANewerReleaseRebuildsFromAnOlderVault(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		ctx := context.Background()
		dir := t.TempDir()
		c := clock.NewFake(time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC))
		n, _, ref, seen := history(t, e, dir, c, 2, shipments["snapshots between"](t))
		last := slices.Max(slices.Collect(maps.Keys(seen)))
		n.pool.Close()
		for _, name := range must1(e.List(ctx))(t) {
			must(t, e.Remove(ctx, name))
		}
		again := upgrade(t, e, dir, c, len(steps))
		built, err := again.RebuildAll(ctx, 2, nil)
		must(t, err)
		for _, b := range built {
			if b.Ref == ref && (b.Digest != seen[last] || b.Target != last) {
				t.Fatalf("rebuilt at commit %d with digest %s; it was at %d with %s", b.Target, b.Digest, last, seen[last])
			}
		}
		want, seq := again.digest(t, ref, len(steps))
		if seq != last+1 {
			t.Fatalf("opened at commit %d, which should be the migration after %d", seq, last)
		}
		live(t, again.pool.Volume(ref), len(steps), 100)
		must(t, again.shipper.Snapshot(ctx, ref))
		for at, digest := range map[int64]string{last: seen[last], last + 1: want} {
			p, err := again.Past(ctx, ref, at)
			must(t, err)
			if p.Digest != digest {
				t.Errorf("commit %d came back with digest %s, it had %s", at, p.Digest, digest)
			}
			must(t, p.Close())
		}
	})
}

// An older Holdfast says that a vault is of a newer one, and changes nothing.
func TestAVaultOfANewerReleaseIsRefused(t *testing.T) {
	ctx := context.Background()
	e := storagetest.SQLite(t)
	dir := t.TempDir()
	c := clock.NewFake(time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC))
	n, _, ref, _ := history(t, e, dir, c, 3, shipments["snapshots between"](t))
	n.pool.Close()
	older := upgrade(t, e, dir, c, 2)
	must(t, older.fleet.Load(ctx))
	if p, err := older.Past(ctx, ref, 0); err == nil {
		t.Fatalf("it was built at commit %d", p.Target)
	} else if !strings.Contains(err.Error(), "newer Holdfast") {
		t.Fatal(err)
	}
}
