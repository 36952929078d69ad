package vault_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/s3/s3test"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/vault"
	"holdfast.dev/internal/platform/volume"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

var noted = volume.Kind{Name: "work", Migrations: []storage.Migration{storage.Inline("test", `CREATE TABLE note (id BIGINT PRIMARY KEY, text TEXT);`, nil)}, Tables: []storage.Table{{Name: "note"}}}

// ship is a few volumes, and what carries them into a store.
type ship struct {
	t       *testing.T
	store   vault.Store
	vault   *vault.Vault
	shipper *vault.Shipper
	pool    *volume.Pool
	clock   *clock.Fake
	refs    []volume.Ref
	ids     int
	away    error // of the first volume, which cannot be opened while it is set
}

func newShip(t *testing.T, store vault.Store, synchronous bool) *ship {
	t.Helper()
	s := &ship{t: t, store: store, vault: vault.New(store), clock: clock.NewFake(time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC)), refs: []volume.Ref{{Kind: "work", Owner: "site_a"}, {Kind: "work", Owner: "site_b"}}}
	place := volume.Place{Engine: storagetest.SQLite(t), Generation: 1}
	c := volume.Config{Kinds: []volume.Kind{noted}, Clock: s.clock, Committed: func(ref volume.Ref, _ []journal.Commit) { s.shipper.Mark(ref) },
		Locate: func(_ context.Context, ref volume.Ref) (volume.Place, error) {
			if s.away != nil && ref == s.refs[0] {
				return volume.Place{}, s.away
			}
			return place, nil
		}}
	if synchronous {
		c.Shipped = func(ctx context.Context, ref volume.Ref, seq int64) error { return s.shipper.Wait(ctx, ref, seq) }
	}
	s.pool = volume.NewPool(c)
	t.Cleanup(s.pool.Close)
	signer, err := vault.LoadSigner(t.Context(), filepath.Join(t.TempDir(), "key"), store)
	if err != nil {
		t.Fatal(err)
	}
	s.shipper = vault.NewShipper(vault.ShipperConfig{Vault: s.vault, Pool: s.pool, Signer: signer, Node: "test", Tmp: t.TempDir(), Clock: s.clock, Log: slog.New(slog.DiscardHandler)})
	s.shipper.Synchronous = synchronous
	for _, ref := range s.refs {
		if err := s.pool.Create(t.Context(), ref, place); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.vault.Init(t.Context(), vault.Marker{Created: s.clock.Now(), RetentionDays: 30}); err != nil {
		t.Fatal(err)
	}
	return s
}

// folderShip ships into a folder.
func folderShip(t *testing.T) *ship {
	t.Helper()
	folder, err := vault.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return newShip(t, folder, false)
}

func (s *ship) write(ctx context.Context, ref volume.Ref) error {
	s.ids++
	err := s.pool.Volume(ref).Write(ctx, func(tx *volume.Tx) error {
		_, err := tx.ExecText(ctx, `INSERT INTO note (id, text) VALUES ($1, $2)`, s.ids, strings.Repeat("note ", 50))
		return err
	})
	s.shipper.Mark(ref) // as the pool does, a moment after the write returned
	return err
}

// fill makes segments and snapshots of both volumes, and a blob.
func (s *ship) fill() {
	s.t.Helper()
	for i := range 6 {
		for _, ref := range s.refs {
			if err := s.write(s.t.Context(), ref); err != nil {
				s.t.Fatal(err)
			}
			if i == 3 {
				if err := s.shipper.Snapshot(s.t.Context(), ref); err != nil {
					s.t.Fatal(err)
				}
			}
		}
		s.clock.Advance(time.Minute)
		if err := s.shipper.Flush(s.t.Context()); err != nil {
			s.t.Fatal(err)
		}
	}
	if err := s.store.Put(s.t.Context(), "blobs/site_a/01/01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b", strings.NewReader("\n")); err != nil {
		s.t.Fatal(err)
	}
}

func (s *ship) verify(expected ...vault.Expected) []vault.Finding {
	s.t.Helper()
	found, err := vault.New(s.store).Verify(s.t.Context(), func(int, int) {}, expected...)
	if err != nil {
		s.t.Fatal(err)
	}
	return found
}

// TestEveryDamagedObjectIsNamed damages every object of a vault in every way, one at a time, and looks for its name and no other.
func TestEveryDamagedObjectIsNamed(t *testing.T) {
	dir := t.TempDir()
	store, err := vault.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := newShip(t, store, false)
	s.fill()
	everyObjectIsNamed(t, s, func(key string) string { return filepath.Join(dir, filepath.FromSlash(key)) })
}

// TestEveryDamagedObjectOfABucketIsNamed does so where the vault is in a bucket: its server's disk is damaged.
func TestEveryDamagedObjectOfABucketIsNamed(t *testing.T) {
	server := s3test.Start(t)
	a := server.Bucket(s3test.Plain)
	s := newShip(t, vault.OpenBucket(server.Open(a), 30, clock.System), false)
	s.fill()
	everyObjectIsNamed(t, s, func(key string) string { return server.File(a, key) })
}

func everyObjectIsNamed(t *testing.T, s *ship, file func(string) string) {
	keys, err := s.store.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if found := s.verify(); len(found) > 0 || len(keys) < 16 {
		t.Fatalf("%d objects, found %v before anything was done", len(keys), found)
	}
	var want []vault.Expected // what a live volume and its rows know
	for _, key := range keys {
		if strings.HasPrefix(key, "blobs/") || strings.HasPrefix(key, "snapshots/") && strings.HasSuffix(key, ".json") {
			want = append(want, vault.Expected{Object: key, By: "a row names it"})
		}
	}
	for _, ref := range s.refs {
		err := s.pool.Volume(ref).Read(t.Context(), func(tx *volume.Tx) error {
			h, err := journal.ReadHead(t.Context(), tx.Tx)
			want = append(want, vault.Expected{Object: h.Key, By: ref.String() + " was sealed there"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range keys {
		path := file(key)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for how, broken := range map[string][]byte{"flipped at the start": flip(whole, 0), "flipped in the middle": flip(whole, len(whole)/2), "flipped at the end": flip(whole, len(whole)-1),
			"truncated": whole[:len(whole)/2], "emptied": {}, "missing": nil} {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if broken != nil {
				if err := os.WriteFile(path, broken, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			found := s.verify(want...)
			harmless := key == "vault.json" || strings.HasSuffix(key, ".pub") // text, of which some flips change nothing that is read
			if named := len(found) == 1 && found[0].Object == key; !named && !(harmless && len(found) == 0) {
				t.Errorf("%s %s: found %+v", key, how, found)
			}
			if err := os.WriteFile(path, whole, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if found := s.verify(want...); len(found) > 0 {
		t.Errorf("put back, and still: %v", found)
	}
}

func flip(b []byte, at int) []byte {
	out := bytes.Clone(b)
	out[at] ^= 16
	return out
}

// TestADamagedSegmentTakesOnlyWhatItHolds damages the list of a segment before the newest snapshot: what came after can still be read, and nobody is told that nothing happened.
func TestADamagedSegmentTakesOnlyWhatItHolds(t *testing.T) {
	dir := t.TempDir()
	store, err := vault.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := newShip(t, store, false)
	s.fill()
	segments, err := store.List(t.Context(), "segments/")
	if err != nil {
		t.Fatal(err)
	}
	path := store.Path(segments[1])
	whole, err := os.ReadFile(path)
	if err == nil {
		err = os.Chmod(path, 0o600)
	}
	if err == nil {
		err = os.WriteFile(path, whole[:len(whole)-90], 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	v := vault.New(store)
	for _, ref := range s.refs {
		frames, err := v.History(t.Context(), ref.String())
		if err != nil {
			t.Fatal(err)
		}
		first, why, err := v.Reach(ref.String())
		if err != nil || first < 2 || !strings.Contains(why, segments[1]) || frames[0].From > first+1 {
			t.Errorf("%s: from %d (%s), frames from %d, %v", ref, first, why, frames[0].From, err)
		}
	}
	snapshots, err := filepath.Glob(filepath.Join(dir, "snapshots", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range snapshots {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := v.History(t.Context(), s.refs[0].String()); err == nil || !strings.Contains(err.Error(), segments[1]) {
		t.Errorf("without a snapshot: %v", err)
	}
}

// TestASynchronousWriteIsInTheStoreWhenItReturns reads the store alone after each write (R18: nothing is lost with the disk).
func TestASynchronousWriteIsInTheStoreWhenItReturns(t *testing.T) {
	stores(t, func(t *testing.T, store vault.Store) {
		s := newShip(t, store, true)
		run, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { s.shipper.Run(run); close(done) }()
		defer func() { stop(); <-done }()
		for i := range 8 {
			ref := s.refs[i%2]
			var receipt volume.Receipt
			if err := s.write(volume.WithReceipt(t.Context(), &receipt), ref); err != nil {
				t.Fatal(err)
			}
			frames, err := vault.New(store).History(t.Context(), ref.String())
			if err != nil || len(receipt.Commits) != 1 || frames[len(frames)-1].To < receipt.Commits[0].Seq {
				t.Fatalf("%v is not in the store, %v", receipt, err)
			}
		}
	})
}

// TestASynchronousWriteSaysWhenTheStoreIsAway takes the store away.
func TestASynchronousWriteSaysWhenTheStoreIsAway(t *testing.T) {
	dir := t.TempDir()
	store, err := vault.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := newShip(t, store, true)
	run, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { s.shipper.Run(run); close(done) }()
	defer func() { stop(); <-done }()
	if err := s.write(t.Context(), s.refs[0]); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	impatient, give := context.WithTimeout(t.Context(), time.Second)
	defer give()
	if err := s.write(impatient, s.refs[0]); !fault.Is(err, fault.KindUnavailable) {
		t.Errorf("%v", err)
	}
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
	if err := s.write(t.Context(), s.refs[0]); err != nil { // and all that waited goes with it
		t.Fatal(err)
	}
	if found := s.verify(); len(found) > 0 {
		t.Errorf("%v", found)
	}
}

// TestASegmentThatWasFinishedLateIsSeen has two nodes store at once: the one with the smaller key is the later one to finish.
func TestASegmentThatWasFinishedLateIsSeen(t *testing.T) {
	store, err := vault.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := newShip(t, store, false)
	s.fill()
	keys, err := store.List(t.Context(), "segments/")
	if err != nil {
		t.Fatal(err)
	}
	late := keys[len(keys)-2]
	path := store.Path(late)
	if err := os.Rename(path, path+".late"); err != nil {
		t.Fatal(err)
	}
	v := vault.New(store)
	before, err := v.Volumes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".late", path); err != nil {
		t.Fatal(err)
	}
	for _, ref := range before {
		frames, err := v.History(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}
		all, err := vault.New(store).History(t.Context(), ref)
		if err != nil || len(frames) != len(all) {
			t.Errorf("%s: %d frames of %d, %v", ref, len(frames), len(all), err)
		}
	}
}

// TestAClockThatJumpsBackBetweenStartsHidesNothing starts another node an hour earlier.
func TestAClockThatJumpsBackBetweenStartsHidesNothing(t *testing.T) {
	store, err := vault.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := newShip(t, store, false)
	s.fill()
	reader := vault.New(store)
	if _, err := reader.Volumes(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.clock.Advance(-time.Hour)
	signer, err := vault.LoadSigner(t.Context(), filepath.Join(t.TempDir(), "key"), store)
	if err != nil {
		t.Fatal(err)
	}
	s.shipper = vault.NewShipper(vault.ShipperConfig{Vault: vault.New(store), Pool: s.pool, Signer: signer, Node: "test", Tmp: t.TempDir(), Clock: s.clock, Log: slog.New(slog.DiscardHandler)})
	var receipt volume.Receipt
	if err := s.write(volume.WithReceipt(t.Context(), &receipt), s.refs[0]); err != nil {
		t.Fatal(err)
	}
	if err := s.shipper.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	frames, err := reader.History(t.Context(), s.refs[0].String())
	if err != nil || frames[len(frames)-1].To != receipt.Commits[0].Seq {
		keys, _ := store.List(t.Context(), "segments/")
		t.Errorf("commit %d is not in the frames up to %d, %v; segments are %q", receipt.Commits[0].Seq, frames[len(frames)-1].To, err, keys)
	}
}
