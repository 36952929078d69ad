package vault_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/vault"
	"holdfast.dev/internal/platform/volume"
)

// slow is a store in a folder whose snapshots of one volume wait until they are let through.
type slow struct {
	vault.Store
	of      string
	reached chan struct{}
	let     chan struct{}
}

func (s *slow) Put(ctx context.Context, key string, r io.Reader) error {
	if strings.HasPrefix(key, "snapshots/"+s.of) && !strings.HasSuffix(key, ".json") {
		s.reached <- struct{}{}
		<-s.let
	}
	return s.Store.Put(ctx, key, r)
}

// A snapshot that takes long holds up no commit, and what waits for its first one is not called stored (R18).
func TestASnapshotHoldsUpNoShipment(t *testing.T) {
	folder, err := vault.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	store := &slow{Store: folder, of: "work@site_a", reached: make(chan struct{}, 1), let: make(chan struct{})}
	s := newShip(t, store, false)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { s.shipper.Run(ctx); close(ended) }()
	if err := s.write(t.Context(), s.refs[0]); err != nil {
		t.Fatal(err)
	}
	<-store.reached
	segments := func() int {
		keys, err := store.List(t.Context(), "segments/")
		if err != nil {
			t.Fatal(err)
		}
		return len(keys)
	}
	for before := segments(); before < 4; before = segments() {
		if err := s.write(t.Context(), s.refs[1]); err != nil {
			t.Fatal(err)
		}
		for segments() == before {
			time.Sleep(5 * time.Millisecond)
		}
	}
	s.clock.Advance(time.Hour)
	if s.shipper.Waiting() < time.Hour {
		t.Errorf("a volume waits for its first snapshot, and all is said to be stored for %s", s.shipper.Waiting())
	}
	close(store.let)
	for s.shipper.Waiting() > 0 {
		time.Sleep(5 * time.Millisecond)
	}
	stop()
	<-ended
	if found := s.verify(); len(found) > 0 {
		t.Error(found)
	}
}

// A volume that is an earlier state of itself, as one is that was built from what the vault had before the last shipment, is left out: it ends nobody's shipment.
func TestAnEarlierStateIsNotShipped(t *testing.T) {
	s := folderShip(t)
	s.fill()
	err := s.pool.Volume(s.refs[0]).Direct(t.Context(), func(tx *storage.Tx) error {
		_, err := tx.ExecText(t.Context(), "UPDATE journal_head SET sealed_seq = seq + 3")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, ref := range s.refs {
		if err := s.write(t.Context(), ref); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.shipper.Ship(t.Context()); err != nil {
		t.Fatal(err)
	}
	err = s.pool.Volume(s.refs[1]).Read(t.Context(), func(tx *volume.Tx) error {
		h, err := journal.ReadHead(t.Context(), tx.Tx)
		if err == nil && h.SealedSeq != h.Seq {
			t.Errorf("the other volume is shipped up to %d of %d", h.SealedSeq, h.Seq)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
