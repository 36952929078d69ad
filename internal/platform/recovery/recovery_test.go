package recovery_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/sqlite"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/vault"
	"holdfast.dev/internal/platform/volume"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

const schema = `
CREATE TABLE box (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);

CREATE TABLE thing (
  id BIGINT PRIMARY KEY,
  box_id BIGINT NOT NULL REFERENCES box (id),
  text TEXT
);
`

var work = volume.Kind{Name: "work", Migrations: []storage.Migration{storage.Inline("test", schema, nil)},
	Tables: []storage.Table{{Name: "box"}, {Name: "thing"}}}

// node is one process of Holdfast without products: everything that recovery works on.
type node struct {
	pool    *volume.Pool
	fleet   *fleet.Fleet
	vault   *vault.Vault
	shipper *vault.Shipper
	*recovery.Recovery
}

func start(t testing.TB, e storage.Engine, dir string, c clock.Clock) *node {
	t.Helper()
	ctx := context.Background()
	store, err := vault.OpenFolder(filepath.Join(dir, "vault"))
	if err != nil {
		t.Fatal(err)
	}
	signer, err := vault.LoadSigner(ctx, filepath.Join(t.TempDir(), "key"), store)
	if err != nil {
		t.Fatal(err)
	}
	n := &node{vault: vault.New(store)}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	n.pool = volume.NewPool(volume.Config{Kinds: []volume.Kind{fleet.Kind(), work}, Clock: c,
		Locate:    func(ctx context.Context, ref volume.Ref) (volume.Place, error) { return n.fleet.Locate(ctx, ref) },
		Writable:  func(ref volume.Ref) error { return n.fleet.Writable(ref) },
		Committed: func(ref volume.Ref, _ []journal.Commit) { n.shipper.Mark(ref) }})
	t.Cleanup(n.pool.Close)
	n.fleet = fleet.New(n.pool.Volume(fleet.ControlRef), e, c)
	n.shipper = vault.NewShipper(vault.ShipperConfig{Vault: n.vault, Pool: n.pool, Signer: signer, Node: "test", Tmp: t.TempDir(), Clock: c, Log: log})
	n.Recovery = recovery.New(recovery.Config{Vault: n.vault, Shipper: n.shipper, Pool: n.pool, Fleet: n.fleet, Clock: c, Tmp: t.TempDir(), Log: log})
	return n
}

// site makes the control database and one site with a work volume.
func (n *node) site(t testing.TB, e storage.Engine) (*fleet.Site, volume.Ref) {
	t.Helper()
	ctx := context.Background()
	must(t, n.pool.Create(ctx, fleet.ControlRef, volume.Place{Engine: e, Generation: 1}))
	must(t, n.fleet.Load(ctx))
	org, err := n.fleet.CreateOrg(ctx, "Acme")
	must(t, err)
	s, err := n.fleet.CreateSite(ctx, org.ID, "acme", "Acme")
	must(t, err)
	ref := volume.Ref{Kind: "work", Owner: s.ID.String()}
	must(t, n.pool.Create(ctx, ref, volume.Place{Engine: e, Generation: 1}))
	must(t, n.fleet.Place(ctx, map[volume.Ref]int64{ref: 1}))
	n.shipper.Mark(ref)
	return s, ref
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// state is what a volume holds: its digest by a scan and its newest commit.
func (n *node) state(t testing.TB, ref volume.Ref) (digest string, seq int64) {
	t.Helper()
	err := n.pool.Volume(ref).Read(context.Background(), func(tx *volume.Tx) error {
		d, _, err := journal.Scan(context.Background(), tx.Tx, work.Tables)
		digest = d.String()
		if err != nil {
			return err
		}
		h, err := journal.ReadHead(context.Background(), tx.Tx)
		seq = h.Seq
		return err
	})
	must(t, err)
	return digest, seq
}

// scribble makes one random commit.
func scribble(ctx context.Context, v *volume.Volume, r *rand.Rand) error {
	return v.Write(ctx, func(tx *volume.Tx) error {
		box, thing := r.IntN(6), r.IntN(40)
		steps := [][]any{
			{`INSERT INTO box (id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING`, box, fmt.Sprint("box ", r.IntN(1000))},
			{`INSERT INTO thing (id, box_id, text) SELECT $1, id, $2 FROM box ORDER BY id LIMIT 1 ON CONFLICT (id) DO UPDATE SET text = excluded.text`, thing, strings.Repeat("tëxt \"quoted\"\n", r.IntN(20))},
			{`UPDATE thing SET id = id + 1000 WHERE id = $1`, thing},
			{`DELETE FROM thing WHERE id > $1`, 1000 + r.IntN(40)},
			{`UPDATE box SET name = name || '!' WHERE id = $1`, box},
		}
		s := steps[r.IntN(len(steps))]
		if _, err := tx.ExecText(ctx, s[0].(string), s[1:]...); err != nil {
			return err
		}
		if r.IntN(10) == 0 {
			if _, err := tx.ExecText(ctx, `DELETE FROM thing WHERE box_id = $1`, box); err != nil {
				return err
			}
			_, err := tx.ExecText(ctx, `DELETE FROM box WHERE id = $1`, box)
			return err
		}
		return nil
	})
}

// R14, R13: to any acknowledged commit; and back again. Each state is proven against the digest that was seen when the commit was made.
func TestRestoreToAnyCommitAndUndo(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		ctx := context.Background()
		c := clock.NewFake(time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC))
		n := start(t, e, t.TempDir(), c)
		s, ref := n.site(t, e)
		r := rand.New(rand.NewPCG(2022, 4))
		v := n.pool.Volume(ref)
		seen := map[int64]string{}
		for i := range 120 {
			must(t, scribble(ctx, v, r))
			c.Advance(time.Second)
			d, seq := n.state(t, ref)
			seen[seq] = d
			switch i {
			case 20, 50, 90:
				must(t, n.shipper.Snapshot(ctx, ref))
			case 30, 70, 71:
				must(t, n.shipper.Flush(ctx))
			}
		}
		for range 12 {
			before, head := n.state(t, ref)
			seen[head] = before
			target := 2 + r.Int64N(head-2)
			want, ok := seen[target]
			if !ok {
				continue
			}
			p, err := n.Preview(ctx, ref, target)
			must(t, err)
			res, err := n.RestoreSite(ctx, s.ID, recovery.Target{Commit: target}, "test", nil)
			must(t, err)
			got, seq := n.state(t, ref)
			if got != want || seq != head+1 || res.Volumes[0].Undoes != len(p.Rows) {
				t.Fatalf("restored commit %d of %d: digest %s want %s, commit %d, undid %d rows, preview said %d", target, head, got, want, seq, res.Volumes[0].Undoes, len(p.Rows))
			}
			if r.IntN(2) == 0 {
				_, err := n.RestoreSite(ctx, s.ID, recovery.Target{Commit: head}, "undo", nil)
				must(t, err)
				if got, _ := n.state(t, ref); got != before {
					t.Fatalf("undo gave %s, before the restore it was %s", got, before)
				}
			}
			c.Advance(time.Second)
			must(t, scribble(ctx, v, r))
		}
		found, err := n.vault.Verify(ctx, func(int, int) {})
		must(t, err)
		if len(found) > 0 {
			t.Fatalf("the vault has faults: %v", found)
		}
	})
}

// R15, R17 in small: files or schemas of everything gone, the control database too; the vault alone brings all back.
func TestRebuildEverythingFromTheVaultAlone(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		ctx := context.Background()
		dir := t.TempDir()
		n := start(t, e, dir, clock.System)
		s, ref := n.site(t, e)
		r := rand.New(rand.NewPCG(1, 1))
		for range 40 {
			must(t, scribble(ctx, n.pool.Volume(ref), r))
		}
		must(t, n.shipper.Flush(ctx))
		want, seq := n.state(t, ref)
		n.pool.Close()
		names, err := e.List(ctx)
		must(t, err)
		for _, name := range names {
			must(t, e.Remove(ctx, name))
		}

		again := start(t, e, dir, clock.System)
		built, err := again.RebuildAll(ctx, 2, nil)
		must(t, err)
		got, seq2 := again.state(t, ref)
		if got != want || seq2 != seq || len(built) != 2 {
			t.Fatalf("rebuilt %d volumes, digest %s want %s, commit %d want %d", len(built), got, want, seq2, seq)
		}
		if back, err := again.fleet.SiteBySlug("acme"); err != nil || back.ID != s.ID {
			t.Fatalf("site after the rebuild: %v, %v", back, err)
		}
		must(t, scribble(ctx, again.pool.Volume(ref), r)) // life goes on
		must(t, again.shipper.Flush(ctx))
	})
}

func TestRestoreToAnInstant(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		ctx := context.Background()
		c := clock.NewFake(time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC))
		n := start(t, e, t.TempDir(), c)
		s, ref := n.site(t, e)
		r := rand.New(rand.NewPCG(3, 3))
		var at time.Time
		var want string
		for i := range 30 {
			c.Advance(time.Second)
			must(t, scribble(ctx, n.pool.Volume(ref), r))
			if i == 14 {
				want, _ = n.state(t, ref)
				at = c.Now().Add(500 * time.Millisecond)
			}
		}
		_, err := n.RestoreSite(ctx, s.ID, recovery.Target{At: at}, "test", nil)
		must(t, err)
		if got, _ := n.state(t, ref); got != want {
			t.Fatalf("digest %s, want %s", got, want)
		}
	})
}

// A damaged vault object is named, nothing is half restored, and the site goes on as it was.
func TestADamagedVaultIsNamedAndChangesNothing(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	e := storagetest.SQLite(t)
	n := start(t, e, dir, clock.System)
	s, ref := n.site(t, e)
	r := rand.New(rand.NewPCG(5, 5))
	for range 30 {
		must(t, scribble(ctx, n.pool.Volume(ref), r))
	}
	must(t, n.shipper.Snapshot(ctx, ref))
	want, head := n.state(t, ref)
	keys, err := n.vault.Store().List(ctx, "snapshots/"+ref.String()+"/")
	must(t, err)
	damaged := 0
	for _, key := range keys {
		if !strings.HasSuffix(key, ".db.zst") {
			continue
		}
		path := filepath.Join(dir, "vault", filepath.FromSlash(key))
		b, err := os.ReadFile(path)
		must(t, err)
		b[len(b)/2] ^= 1
		must(t, os.Chmod(path, 0o600))
		must(t, os.WriteFile(path, b, 0o600))
		damaged++
	}
	_, err = n.RestoreSite(ctx, s.ID, recovery.Target{Commit: head}, "test", nil)
	if damaged == 0 || err == nil || !strings.Contains(err.Error(), "snapshots/") {
		t.Fatalf("restored from %d damaged snapshots: %v", damaged, err)
	}
	if got, _ := n.state(t, ref); got != want {
		t.Fatal("the live site changed")
	}
	must(t, scribble(ctx, n.pool.Volume(ref), r))
	found, err := n.vault.Verify(ctx, func(int, int) {})
	must(t, err)
	if len(found) != damaged {
		t.Fatalf("verify found %v", found)
	}
}

// Direct SQL on a live file is caught, attributed, shipped and can be restored away.
func TestDirectSQLIsUndone(t *testing.T) {
	ctx := context.Background()
	e := storagetest.SQLite(t)
	n := start(t, e, t.TempDir(), clock.System)
	s, ref := n.site(t, e)
	r := rand.New(rand.NewPCG(6, 6))
	for range 30 {
		must(t, scribble(ctx, n.pool.Volume(ref), r))
	}
	want, head := n.state(t, ref)
	db, err := sqlite.OpenFile(e.Path(ref.Name(1)))
	must(t, err)
	must(t, db.Write(ctx, func(tx *storage.Tx) error {
		if _, err := tx.ExecText(ctx, `DELETE FROM thing`); err != nil {
			return err
		}
		_, err := tx.ExecText(ctx, `DELETE FROM box`)
		return err
	}))
	must(t, db.Close())
	_, err = n.RestoreSite(ctx, s.ID, recovery.Target{Commit: head}, "a script emptied the tables", nil)
	must(t, err)
	got, _ := n.state(t, ref)
	if got != want {
		t.Fatalf("digest %s, want %s", got, want)
	}
	err = n.pool.Volume(ref).Read(ctx, func(tx *volume.Tx) error {
		c, err := journal.Get(ctx, tx.Tx, head+1)
		if err == nil && (c.Kind != journal.KindDirect || c.Actor != journal.ActorDirect) {
			t.Errorf("commit of the script: %+v", c)
		}
		return err
	})
	must(t, err)
}
