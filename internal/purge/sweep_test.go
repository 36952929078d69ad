package purge_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"pgregory.net/rapid"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/s3"
	"holdfast.dev/internal/platform/s3/s3test"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/vault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/purge"
)

const (
	day   = 24 * time.Hour
	floor = 30 * day
)

var noted = volume.Kind{Name: "work", Migrations: []storage.Migration{storage.Inline("test", `CREATE TABLE note (id BIGINT PRIMARY KEY, text TEXT);`, nil)}, Tables: []storage.Table{{Name: "note"}}}

// fatal is a test, or one run of a property.
type fatal interface {
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Helper()
}

// commit is what was seen when a commit was made.
type commit struct {
	ref    volume.Ref
	seq    int64
	at     time.Time
	digest string
}

// yard is volumes that commit over months, a vault, and what sweeps it.
type yard struct {
	fatal
	dir     string // of the vault
	store   vault.Store
	vault   *vault.Vault
	shipper *vault.Shipper
	pool    *volume.Pool
	clock   *clock.Fake
	refs    []volume.Ref
	past    *recovery.Recovery
	commits []commit
	blobs   map[string]string    // key: owner
	named   map[string]int       // key: the row that names it, 0 once it is gone
	last    map[string]time.Time // key: when a row named it for the last time, where none does any more
	purged  map[string]time.Time
	files   map[string]time.Time // when each object was stored
	ids     int
}

var ctx = context.Background()

func newYard(t fatal, engine storage.Engine, store vault.Store, dir, tmp string) *yard {
	t.Helper()
	y := &yard{fatal: t, dir: dir, store: store, vault: vault.New(store), clock: clock.NewFake(time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC)),
		blobs: map[string]string{}, named: map[string]int{}, last: map[string]time.Time{}, purged: map[string]time.Time{}, files: map[string]time.Time{}}
	place := volume.Place{Engine: engine, Generation: 1}
	y.pool = volume.NewPool(volume.Config{Kinds: []volume.Kind{noted}, Clock: y.clock, Locate: func(context.Context, volume.Ref) (volume.Place, error) { return place, nil },
		Committed: func(ref volume.Ref, _ []journal.Commit) { y.shipper.Mark(ref) }})
	signer, err := vault.LoadSigner(ctx, filepath.Join(tmp, "key"), store)
	y.must(err)
	log := slog.New(slog.DiscardHandler)
	y.shipper = vault.NewShipper(vault.ShipperConfig{Vault: y.vault, Pool: y.pool, Signer: signer, Node: "test", Tmp: tmp, Clock: y.clock, Log: log})
	y.past = recovery.New(recovery.Config{Vault: vault.New(store), Pool: y.pool, Clock: y.clock, Tmp: tmp, Log: log})
	for _, owner := range []string{"site_a", "site_b", "org_c"} {
		ref := volume.Ref{Kind: "work", Owner: owner}
		y.refs = append(y.refs, ref)
		y.must(y.pool.Create(ctx, ref, place))
		y.shipper.Mark(ref)
	}
	_, err = y.vault.Init(ctx, vault.Marker{Created: y.clock.Now(), RetentionDays: 30})
	y.must(err)
	y.ship()
	return y
}

func (y *yard) must(err error) {
	y.Helper()
	if err != nil {
		y.Fatal(err)
	}
}

// ship flushes, and gives new files of the vault's folder the time that it is.
func (y *yard) ship() {
	y.Helper()
	y.must(y.shipper.Flush(ctx))
	y.stamp()
}

func (y *yard) stamp() {
	y.Helper()
	if y.dir == "" {
		return
	}
	y.must(filepath.WalkDir(y.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(y.dir, path)
		if key := filepath.ToSlash(rel); err == nil && y.files[key].IsZero() {
			y.files[key] = y.clock.Now()
			return os.Chtimes(path, y.clock.Now(), y.clock.Now())
		}
		return err
	}))
}

func (y *yard) write(ref volume.Ref) {
	y.Helper()
	if !y.purged[ref.Owner].IsZero() {
		return
	}
	y.ids++
	y.commit(ref, `INSERT INTO note (id, text) VALUES ($1, $2)`, y.ids, fmt.Sprint("note ", y.ids))
}

// commit commits a statement, and keeps what the volume is from then on.
func (y *yard) commit(ref volume.Ref, statement string, args ...any) {
	y.Helper()
	v := y.pool.Volume(ref)
	y.must(v.Write(ctx, func(tx *volume.Tx) error {
		_, err := tx.ExecText(ctx, statement, args...)
		return err
	}))
	y.must(v.Read(ctx, func(tx *volume.Tx) error {
		d, _, err := journal.Scan(ctx, tx.Tx, noted.Tables)
		if err != nil {
			return err
		}
		h, err := journal.ReadHead(ctx, tx.Tx)
		if err != nil {
			return err
		}
		c, err := journal.Get(ctx, tx.Tx, h.Seq)
		y.commits = append(y.commits, commit{ref, h.Seq, c.At, d.String()})
		return err
	}))
	y.shipper.Mark(ref) // as the pool does, a moment after the write returned
}

func (y *yard) snapshot(ref volume.Ref) {
	y.Helper()
	y.must(y.shipper.Snapshot(ctx, ref))
	y.stamp()
}

func (y *yard) blob(owner string) (key string) {
	y.Helper()
	if !y.purged[owner].IsZero() {
		return ""
	}
	y.ids++
	text := fmt.Sprint("file ", y.ids)
	sum := sha256.Sum256([]byte(text))
	hash := hex.EncodeToString(sum[:])
	key = "blobs/" + owner + "/" + hash[:2] + "/" + hash
	y.must(y.store.Put(ctx, key, strings.NewReader(text)))
	y.blobs[key] = owner
	y.stamp()
	return key
}

// name writes a row that names a file, among much else: a value that long lies in pieces in the file of a database.
func (y *yard) name(key string) {
	y.Helper()
	y.ids++
	text := strings.Repeat("x", 4000+y.ids%200) + ` {"file": "` + vault.FileHash(key) + `"} ` + strings.Repeat("y", 9000)
	y.commit(volume.Ref{Kind: "work", Owner: y.blobs[key]}, `INSERT INTO note (id, text) VALUES ($1, $2)`, y.ids, text)
	y.named[key] = y.ids
}

// unname removes the row.
func (y *yard) unname(key string) {
	y.Helper()
	y.commit(volume.Ref{Kind: "work", Owner: y.blobs[key]}, `DELETE FROM note WHERE id = $1`, y.named[key])
	y.named[key], y.last[key] = 0, y.clock.Now()
}

// purge marks a site as Purger does.
func (y *yard) purge(owner string) {
	y.Helper()
	if !strings.HasPrefix(owner, "site_") || !y.purged[owner].IsZero() {
		return
	}
	now := y.clock.Now()
	y.purged[owner] = now
	text, err := json.Marshal(vault.Expiry{Site: owner, Marked: now, NotBefore: now.Add(floor), Prefixes: []string{"blobs/" + owner + "/"}, Why: "test"})
	y.must(err)
	y.must(y.store.Put(ctx, "expiry/"+owner+".json", strings.NewReader(string(text))))
	y.stamp()
}

func (y *yard) sweeper() *purge.Sweeper {
	return &purge.Sweeper{Vault: vault.New(y.store), Remover: purge.FolderRemover{Dir: y.dir}, Floor: floor, Clock: y.clock, Settle: time.Nanosecond}
}

// sweep sweeps, and holds what must hold whatever happened before: nothing inside of the floor is gone, what is gone nobody needs, and the vault is whole.
func (y *yard) sweep() purge.Swept {
	y.Helper()
	before, err := y.store.List(ctx, "")
	y.must(err)
	dry, err := y.sweeper().Sweep(ctx, true)
	y.must(err)
	if again, err := y.store.List(ctx, ""); err != nil || !slices.Equal(before, again) {
		y.Fatalf("a dry sweep changed something: %v", err)
	}
	done, err := y.sweeper().Sweep(ctx, false)
	y.must(err)
	y.stamp()
	if !slices.Equal(dry.Removed, done.Removed) {
		y.Fatalf("the dry sweep said %v, removed was %v", dry.Removed, done.Removed)
	}
	y.holds(before, done)
	return done
}

func (y *yard) holds(before []string, done purge.Swept) {
	y.Helper()
	inside := y.clock.Now().Add(-floor)
	after, err := y.store.List(ctx, "")
	y.must(err)
	gone := slices.DeleteFunc(slices.Clone(before), func(key string) bool { return slices.Contains(after, key) })
	if !slices.Equal(gone, done.Removed) {
		y.Fatalf("gone are %v, said was %v", gone, done.Removed)
	}
	for _, key := range gone {
		if y.files[key].After(inside) {
			y.Fatalf("%s was stored %s, inside of the floor of %s, and is gone", key, y.files[key], inside)
		}
	}
	for key, owner := range y.blobs {
		expired := !y.purged[owner].IsZero() && !y.clock.Now().Before(y.purged[owner].Add(floor))
		if !expired && !slices.Contains(after, key) && (y.named[key] != 0 || y.last[key].After(inside)) {
			y.Fatalf("%s is gone, which a row names or named inside of the floor", key)
		}
	}
	found, err := vault.New(y.store).Verify(ctx, func(int, int) {})
	y.must(err)
	if len(found) > 0 {
		y.Fatalf("the vault is not whole: %v", found)
	}
	y.comesBack(inside)
}

// comesBack brings volumes back to the states of the retention: the newest one at its beginning, the newest of all, and some between.
func (y *yard) comesBack(inside time.Time) {
	y.Helper()
	for _, ref := range y.refs {
		if at := y.purged[ref.Owner]; !at.IsZero() && !y.clock.Now().Before(at.Add(floor)) {
			continue
		}
		var want []commit
		for _, c := range y.commits {
			if c.ref != ref {
				continue
			}
			if !c.at.After(inside) {
				want = want[:0] // a later one is the state at the floor
			}
			want = append(want, c)
		}
		for i, c := range want {
			if i != 0 && i != len(want)-1 && i%4 != 0 {
				continue
			}
			p, err := y.past.Past(ctx, ref, c.seq)
			if err != nil {
				y.Fatalf("%s cannot go back to commit %d of %s, with the floor at %s: %v", ref, c.seq, c.at, inside, err)
			}
			digest := p.Built.Digest
			y.must(p.Close())
			if digest != c.digest {
				y.Fatalf("%s at commit %d has digest %s, it had %s", ref, c.seq, digest, c.digest)
			}
		}
	}
}

// TestR6ASweepRemovesNothingInsideTheFloor lets months pass in random ways.
func TestR6ASweepRemovesNothingInsideTheFloor(t *testing.T) {
	runs := 0
	removed := 0
	rapid.Check(t, func(r *rapid.T) {
		if runs++; runs > 12 {
			return // each takes a second and more
		}
		dir, tmp := tempDir(t), tempDir(t)
		defer os.RemoveAll(dir)
		defer os.RemoveAll(tmp)
		store, err := vault.OpenFolder(dir)
		if err != nil {
			r.Fatal(err)
		}
		y := newYard(r, storagetest.SQLite(t), store, dir, tmp)
		defer y.pool.Close()
		steps := rapid.SliceOfN(rapid.IntRange(0, 29), 25, 45).Draw(r, "steps")
		for _, step := range steps {
			ref := y.refs[step%3]
			switch step / 3 {
			case 0, 1, 2:
				y.write(ref)
			case 3:
				y.ship()
			case 4:
				y.snapshot(ref)
			case 5, 6:
				y.clock.Advance(time.Duration(step%3*6+1) * day)
			case 7:
				y.blob(ref.Owner)
				for _, key := range slices.Sorted(maps.Keys(y.blobs)) { // some are named, and some of these not any more
					if !y.purged[y.blobs[key]].IsZero() || y.ids%3 == 0 {
						continue
					}
					if _, was := y.named[key]; !was {
						y.name(key)
					} else if y.named[key] != 0 && key[len(key)-1] < '8' {
						y.unname(key)
					}
				}
			case 8:
				y.ship()
				removed += len(y.sweep().Removed)
			case 9:
				if step == 27 {
					y.ship()
					y.purge(ref.Owner)
				}
			}
		}
		y.ship()
		for _, ref := range y.refs { // what shows that time goes on in the vault
			y.write(ref)
		}
		y.ship()
		removed += len(y.sweep().Removed)
	})
	if removed == 0 {
		t.Error("nothing was ever removed: this test proves nothing")
	}
}

func tempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(t.TempDir(), "yard")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func folderYard(t *testing.T) *yard {
	t.Helper()
	dir := t.TempDir()
	store, err := vault.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	y := newYard(t, storagetest.SQLite(t), store, dir, t.TempDir())
	t.Cleanup(y.pool.Close)
	return y
}

// age makes two snapshots of everything, a month apart and more, with commits before, between and after.
func (y *yard) age() {
	y.Helper()
	for range 2 {
		for _, ref := range y.refs {
			y.write(ref)
			y.ship()
			y.write(ref)
			y.snapshot(ref)
		}
		y.name(y.blob("site_a"))
		y.name(y.blob("site_b"))
		y.clock.Advance(20 * day)
	}
	y.clock.Advance(20 * day)
	for _, ref := range y.refs {
		y.write(ref)
	}
	y.ship()
}

func TestASweepTakesWhatIsOldAndReplaced(t *testing.T) {
	y := folderYard(t)
	y.age()
	done := y.sweep()
	if len(done.Removed) < 9 || done.Volumes != 3 {
		t.Errorf("%+v", done)
	}
	for _, key := range done.Removed {
		if !strings.HasPrefix(key, "segments/") && !strings.HasPrefix(key, "snapshots/") {
			t.Errorf("%s was removed", key)
		}
	}
	_, err := y.past.Past(ctx, y.refs[0], 2)
	if err == nil || !strings.Contains(err.Error(), "past the retention") {
		t.Errorf("a state from before the retention: %v", err)
	}
	if again := y.sweep(); len(again.Removed) != 0 {
		t.Errorf("removed again: %v", again.Removed)
	}
}

func TestAPurgedSiteLeavesTheVaultAfterTheRetention(t *testing.T) {
	y := folderYard(t)
	y.age()
	y.purge("site_a")
	of := func(keys []string) (n int) {
		for _, key := range keys {
			if strings.Contains(key, "site_a") && !strings.HasPrefix(key, "expiry/") && !strings.HasPrefix(key, "swept/") {
				n++
			}
		}
		return n
	}
	all, err := y.store.List(ctx, "")
	y.must(err)
	y.clock.Advance(floor - time.Minute)
	y.write(y.refs[1])
	y.ship()
	done := y.sweep() // what any site would lose
	left, err := y.store.List(ctx, "")
	y.must(err)
	for key, owner := range y.blobs {
		if owner == "site_a" && !slices.Contains(left, key) {
			t.Errorf("%s is gone a minute early", key)
		}
	}
	if of(left) == 0 || of(all) <= of(left) && len(done.Removed) == 0 {
		t.Fatalf("%d objects of the site", of(left))
	}
	y.clock.Advance(2 * time.Minute)
	y.write(y.refs[1])
	y.ship()
	y.sweep()
	left, err = y.store.List(ctx, "")
	y.must(err)
	if of(left) != 0 {
		t.Errorf("%d objects of the site are left: %v", of(left), left)
	}
}

// TestAClockThatJumpsAheadRemovesNothing has a machine that believes that it is years later.
func TestAClockThatJumpsAheadRemovesNothing(t *testing.T) {
	y := folderYard(t)
	y.age()
	y.sweep()
	before, err := y.store.List(ctx, "")
	y.must(err)
	s := y.sweeper()
	s.Clock = clock.NewFake(y.clock.Now().Add(5 * 365 * day))
	done, err := s.Sweep(ctx, false)
	y.must(err)
	if after, err := y.store.List(ctx, ""); err != nil || !slices.Equal(before, after) {
		t.Errorf("removed %v, %v", done.Removed, err)
	}
	// And nodes that believe so too, with what they stored: the store's own clock says when it came.
	y2 := folderYard(t)
	real := y2.clock.Now()
	y2.age()
	for key := range y2.files {
		y2.must(os.Chtimes(filepath.Join(y2.dir, filepath.FromSlash(key)), real, real.Add(y2.clock.Now().Sub(real))))
	}
	done, err = y2.sweeper().Sweep(ctx, false)
	y2.must(err)
	if len(done.Removed) != 0 || len(done.Kept) == 0 {
		t.Errorf("%+v", done)
	}
}

// TestASweepStopsAtDamage has a vault that is not understood.
func TestASweepStopsAtDamage(t *testing.T) {
	for what, find := range map[string]string{"a segment": "segments/*/*", "the snapshot that everything would rest on": "snapshots/work@site_b/*.db.zst", "a description": "snapshots/work@site_b/*.json"} {
		t.Run(what, func(t *testing.T) {
			y := folderYard(t)
			y.age()
			files, err := filepath.Glob(filepath.Join(y.dir, filepath.FromSlash(find)))
			if err != nil || len(files) < 2 {
				t.Fatal(files, err)
			}
			file := files[len(files)-1] // of snapshots the newest before the floor
			b, err := os.ReadFile(file)
			y.must(err)
			y.must(os.Chmod(file, 0o600))
			y.must(os.WriteFile(file, b[:len(b)/2], 0o600))
			before, err := y.store.List(ctx, "")
			y.must(err)
			if done, err := y.sweeper().Sweep(ctx, false); err == nil {
				t.Errorf("swept all the same: %+v", done)
			}
			if after, err := y.store.List(ctx, ""); err != nil || !slices.Equal(before, after) {
				t.Errorf("something changed: %v", err)
			}
		})
	}
}

// TestR6ALockedBucketRefusesEvenASweep sweeps a bucket: what it locks stays, whatever clocks say; what is not locked goes with all its versions.
func TestR6ALockedBucketRefusesEvenASweep(t *testing.T) {
	server := s3test.Start(t)
	for _, p := range []s3test.Protection{s3test.Locked, s3test.Versioned} {
		a := server.Bucket(p)
		y := newYard(t, storagetest.SQLite(t), vault.OpenBucket(server.Open(a), 30, clock.System), "", t.TempDir())
		t.Cleanup(y.pool.Close)
		y.age()
		remover, err := purge.OpenBucketRemover(a, s3test.Keys)
		y.must(err)
		s := &purge.Sweeper{Vault: vault.New(y.store), Remover: remover, Floor: floor, Clock: y.clock}
		before, err := y.store.List(ctx, "")
		y.must(err)
		done, err := s.Sweep(ctx, false)
		y.must(err)
		if len(done.Removed) != 0 || len(done.Kept) < 9 {
			t.Errorf("the bucket took everything just now, and yet: %+v", done)
		}
		for _, key := range done.Kept {
			err := remover.Remove(ctx, key)
			if locked := p == s3test.Locked; locked != errors.Is(err, purge.ErrLocked) {
				t.Errorf("locked %t: %v", locked, err)
			}
		}
		after, err := y.store.List(ctx, "")
		y.must(err)
		if p == s3test.Locked && !slices.Equal(before, after) || p == s3test.Versioned && len(after) != len(before)-len(done.Kept) {
			t.Errorf("%d objects of %d are left", len(after), len(before))
		}
		if p == s3test.Versioned {
			noVersions(t, server.Client(), a, done.Kept)
		}
	}
}

func noVersions(t *testing.T, c *minio.Client, a s3.Address, keys []string) {
	t.Helper()
	for o := range c.ListObjects(t.Context(), a.Bucket, minio.ListObjectsOptions{Recursive: true, WithVersions: true}) {
		if slices.Contains(keys, strings.TrimPrefix(o.Key, a.Prefix)) {
			t.Errorf("a version of %s is left", o.Key)
		}
	}
}
