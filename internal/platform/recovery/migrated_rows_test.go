package recovery_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/sqlite"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
)

// Differences over migrations are told with the tables of today, and a part that goes back over them is what it was, in these tables.
func TestR14DifferencesAndPartsAcrossMigrations(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		ctx := context.Background()
		c := clock.NewFake(time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC))
		newest := len(steps)
		n, _, ref, _ := history(t, e, t.TempDir(), c, newest, shipments["snapshots between"](t))
		// Commits 2 to 10 are of the first release, 11 is the first migration.
		now, err := n.Past(ctx, ref, 0)
		must(t, err)
		defer now.Close()
		span, err := n.Between(ctx, now, 10, now.Target)
		must(t, err)
		rows := map[string]recovery.RowDiff{}
		for _, r := range span.Rows {
			for _, image := range []*string{r.Then, r.Now} {
				if image == nil {
					continue
				}
				values, err := journal.DecodeImage(*image)
				must(t, err)
				if want := map[string]int{"box": 4, "thing": 3, "mark": 2, "level": 2}[r.Table]; len(values) != want {
					t.Fatalf("a row of %s has %d columns, its table %d: %s", r.Table, len(values), want, *image)
				}
				rows[r.Table+" "+strings.Trim(strings.SplitN(*image, ",", 2)[0], "[")] = r
			}
		}
		// Box 14 was named "b17" in the first release and " (old)" was added by the fourth in both; thing 18 was removed by the second release.
		if _, differs := rows["box 14"]; differs {
			t.Errorf("box 14 is the same: %v", rows["box 14"])
		}
		if r, differs := rows["thing 18"]; !differs || r.Then == nil {
			t.Errorf("thing 18 was there in the first release: %+v", r)
		}
		if r, differs := rows["box 25"]; !differs || r.Then != nil || r.Now == nil {
			t.Errorf("box 25 was made by the second release: %+v", r)
		}
		within, err := n.Past(ctx, ref, 8)
		must(t, err)
		defer within.Close()
		span, err = n.Between(ctx, within, 7, 8)
		must(t, err)
		if len(span.Rows) == 0 {
			t.Error("commit 8 changed nothing")
		}
		all, err := n.Between(ctx, within, 0, 8)
		must(t, err)
		for _, r := range all.Rows {
			if r.Then != nil {
				t.Errorf("before the first commit there was %s", *r.Then)
			}
		}

		row, err := n.LastRow(ctx, ref, "thing", func(row map[string]any) bool { return row["id"] == int64(14) })
		must(t, err)
		if row == nil || row["text"] == nil {
			t.Errorf("thing 14, which the first release removed, was last %v", row)
		}

		_, head := n.digest(t, ref, newest)
		res, err := n.RestorePart(ctx, ref, 10, recovery.Part{Tables: []string{"thing"}, Root: recovery.Root{Table: "thing", ID: int64(18)},
			Parents: map[string]string{"box_id": "box"}}, "", "test")
		must(t, err)
		if res.Rows != 1 || res.Commit != head+1 {
			t.Fatalf("the part: %+v after commit %d", res, head)
		}
		must(t, n.pool.Volume(ref).Read(ctx, func(tx *volume.Tx) error {
			var box int64
			var colour string
			if err := tx.GetText(ctx, `SELECT box_id, colour FROM thing WHERE id = 18`, nil, &box, &colour); err != nil {
				return err
			}
			if box != 18 || colour != "red" { // the sixth release's word for the default of the second
				t.Errorf("thing 18 came back in box %d, %s", box, colour)
			}
			return nil
		}))
	})
}

// R14: a volume that a release with first rows makes holds them in its journal, and a copy of another has only what that had.
func TestR14FirstRowsOfAReleaseAreJournaled(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		ctx := context.Background()
		c := clock.NewFake(time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC))
		newest := len(steps)
		n := upgrade(t, e, t.TempDir(), c, newest)
		s, ref := n.site(t, e)
		first, seq := n.digest(t, ref, newest)
		must(t, n.pool.Volume(ref).Write(ctx, func(tx *volume.Tx) error {
			_, err := tx.ExecText(ctx, `DELETE FROM level WHERE id = 1`)
			return err
		}))
		live(t, n.pool.Volume(ref), newest, 1)
		must(t, n.shipper.Snapshot(ctx, ref))
		want, last := n.digest(t, ref, newest)
		for at, digest := range map[int64]string{seq: first, last: want} {
			p, err := n.Past(ctx, ref, at)
			must(t, err)
			if p.Digest != digest {
				t.Errorf("commit %d came back with digest %s, it had %s", at, p.Digest, digest)
			}
			must(t, p.Close())
		}
		copied := volume.Ref{Kind: "work", Owner: "site_copy"}
		must(t, n.pool.Create(ctx, copied, volume.Place{Engine: e, Generation: 1}))
		must(t, n.fleet.Place(ctx, map[volume.Ref]int64{copied: 1}))
		must(t, n.pool.Volume(ref).Read(ctx, func(from *volume.Tx) error {
			return n.pool.Volume(copied).Write(ctx, func(to *volume.Tx) error { return volume.CopyRows(ctx, release(newest), from.Tx, to) })
		}))
		if got, _ := n.digest(t, copied, newest); got != want {
			t.Errorf("the copy has digest %s, the original %s", got, want)
		}
		must(t, n.shipper.Snapshot(ctx, copied))
		_, err := n.RestoreSite(ctx, s.ID, recovery.Target{Commit: seq}, "test", nil)
		must(t, err)
		if got, _ := n.digest(t, ref, newest); got != first {
			t.Errorf("restored to digest %s, it had %s", got, first)
		}
	})
}

// R14: what was done past Holdfast before a migration is a commit of its own, with the columns of that time.
func TestR14DirectSQLBeforeAMigrationIsACommitOfItsOwn(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		ctx := context.Background()
		dir := t.TempDir()
		c := clock.NewFake(time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC))
		n, _, ref, seen := history(t, e, dir, c, 1, shipments["snapshots between"](t))
		_, head := n.digest(t, ref, 1)
		n.pool.Close()
		db, err := e.Open(ctx, ref.Name(1))
		must(t, err)
		must(t, db.Write(ctx, func(tx *storage.Tx) error {
			_, err := tx.ExecText(ctx, `UPDATE thing SET text = 'by hand' WHERE id = 17`)
			return err
		}))
		must(t, db.Close())
		n = upgrade(t, e, dir, c, 5)
		must(t, n.fleet.Load(ctx))
		want, seq := n.digest(t, ref, 5)
		if seq != head+2 {
			t.Fatalf("commit %d after %d", seq, head)
		}
		must(t, n.shipper.Snapshot(ctx, ref))
		for at, digest := range map[int64]string{head: seen[head], head + 2: want} {
			p, err := n.Past(ctx, ref, at)
			must(t, err)
			if p.Digest != digest {
				t.Errorf("commit %d came back with digest %s, it had %s", at, p.Digest, digest)
			}
			must(t, p.Close())
		}
		p, err := n.Past(ctx, ref, head+1)
		must(t, err)
		must(t, p.Close())
	})
}

// R25, R14: a copy that an older release made is proven with its own tables, and a newer one takes its rows over into those of today.
func TestACopyOfAnOlderReleaseIsTakenOver(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		ctx := context.Background()
		dir := t.TempDir()
		c := clock.NewFake(time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC))
		newest := len(steps)
		n, _, ref, _ := history(t, e, dir, c, 2, shipments["snapshots between"](t))
		was, _ := n.digest(t, ref, 2)
		path := filepath.Join(t.TempDir(), "copy.db")
		must(t, n.pool.Volume(ref).CopyTo(ctx, path))
		n.pool.Close()

		n = upgrade(t, e, dir, c, newest)
		must(t, n.fleet.Load(ctx))
		want, _ := n.digest(t, ref, newest)
		file, err := sqlite.OpenFile(path)
		must(t, err)
		defer file.Close()
		must(t, file.Write(ctx, func(tx *storage.Tx) error {
			kind, err := release(newest).Of(ctx, tx)
			if err != nil {
				return err
			}
			if d, _, err := journal.Scan(ctx, tx, kind.Tables); err != nil || d.String() != was {
				t.Errorf("the copy has digest %s, %v; the volume had %s", d, err, was)
			}
			raised, err := release(newest).Raise(ctx, tx)
			if err == nil && !raised {
				t.Error("the copy had the schema of today")
			}
			return err
		}))
		copied := volume.Ref{Kind: "work", Owner: "site_copy"}
		must(t, n.pool.Create(ctx, copied, volume.Place{Engine: e, Generation: 1}))
		must(t, n.fleet.Place(ctx, map[volume.Ref]int64{copied: 1}))
		must(t, file.Read(ctx, func(from *storage.Tx) error {
			return n.pool.Volume(copied).Write(ctx, func(to *volume.Tx) error { return volume.CopyRows(ctx, release(newest), from, to) })
		}))
		if got, _ := n.digest(t, copied, newest); got != want {
			t.Errorf("the copy was taken over with digest %s, the volume itself has %s", got, want)
		}
	})
}

// A migration that drops a table without saying so is refused, and leaves the volume as it was.
func TestAMigrationThatForgetsATableIsRefused(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		ctx := context.Background()
		dir := t.TempDir()
		c := clock.NewFake(time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC))
		n, _, ref, _ := history(t, e, dir, c, 1, shipments["snapshots between"](t))
		want, seq := n.digest(t, ref, 1)
		n.pool.Close()
		kind := release(1)
		kind.Migrations = append(kind.Migrations, storage.InlineStep("test", 2, "DROP TABLE note;\nUPDATE box SET name = name || '!';\n", nil))
		kind.Tables = []storage.Table{{Name: "box"}, {Name: "thing"}}
		pool := volume.NewPool(volume.Config{Kinds: []volume.Kind{kind}, Clock: c,
			Locate: func(context.Context, volume.Ref) (volume.Place, error) {
				return volume.Place{Engine: e, Generation: 1}, nil
			}})
		err := pool.Volume(ref).Read(ctx, func(*volume.Tx) error { return nil })
		pool.Close()
		if err == nil || !strings.Contains(err.Error(), "note") {
			t.Fatalf("it was migrated: %v", err)
		}
		n = upgrade(t, e, dir, c, 1)
		must(t, n.fleet.Load(ctx))
		if got, at := n.digest(t, ref, 1); got != want || at != seq {
			t.Fatalf("the volume was changed: commit %d, it was at %d", at, seq)
		}
		live(t, n.pool.Volume(ref), 1, 90) // its triggers are there
		must(t, n.shipper.Snapshot(ctx, ref))
	})
}

// R14: where the segment of a migration is lost, the sides of it come back as they were, and nothing else comes back wrong.
func TestR14DamageToAMigrationKeepsBothSides(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		ctx := context.Background()
		dir := t.TempDir()
		c := clock.NewFake(time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC))
		n, s, ref, seen := history(t, e, dir, c, 5, shipments["snapshots between"](t))
		frames, err := n.vault.History(ctx, ref.String())
		must(t, err)
		cut := 0
		var from, to int64
		for _, f := range frames {
			if f.Schema["test"] != 3 {
				continue
			}
			path := filepath.Join(dir, "vault", filepath.FromSlash(f.Segment))
			must(t, os.Chmod(path, 0o600))
			must(t, os.Truncate(path, 20))
			if cut++; from == 0 {
				from = f.From
			}
			to = f.To
		}
		if cut == 0 {
			t.Fatal("no frame has the third schema")
		}
		n.pool.Close()
		n = upgrade(t, e, dir, c, 5)
		must(t, n.fleet.Load(ctx))
		back := 0
		for seq, want := range seen {
			p, err := n.Past(ctx, ref, seq)
			if err != nil {
				if seq < from || seq > to {
					t.Errorf("commit %d: %v", seq, err)
				}
				continue
			}
			if back++; p.Digest != want {
				t.Errorf("commit %d came back with digest %s, it had %s", seq, p.Digest, want)
			}
			must(t, p.Close())
		}
		if back < len(seen)-int(to-from) {
			t.Errorf("%d of %d commits came back", back, len(seen))
		}
		before, _ := n.digest(t, ref, 5)
		res, err := n.RestoreSite(ctx, s.ID, recovery.Target{Commit: from - 1}, "test", nil) // over what is lost, and over migrations
		must(t, err)
		if res.Volumes[0].Digest != seen[from-1] {
			t.Errorf("proven was %s, recorded %s", res.Volumes[0].Digest, seen[from-1])
		}
		n.digest(t, ref, 5)
		c.Advance(time.Second)
		_, err = n.RestoreSite(ctx, s.ID, recovery.Target{Undo: res.Operation}, "undo", nil)
		must(t, err)
		if got, _ := n.digest(t, ref, 5); got != before {
			t.Errorf("undo gave %s, before it was %s", got, before)
		}
	})
}
