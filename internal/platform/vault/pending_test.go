package vault_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// sealed gives up to which commit a volume knows that the store has it, and its newest one.
func (s *ship) sealed(ref volume.Ref) (sealed, newest int64) {
	s.t.Helper()
	err := s.pool.Volume(ref).Read(s.t.Context(), func(tx *volume.Tx) error {
		h, err := journal.ReadHead(s.t.Context(), tx.Tx)
		sealed, newest = h.SealedSeq, h.Seq
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return sealed, newest
}

// A volume that somebody has locked at a prompt cannot be told what is stored; the commits of others are stored meanwhile (R18).
func TestALockedVolumeHoldsUpNoOther(t *testing.T) {
	s := folderShip(t)
	s.fill()
	locked, free := make(chan struct{}), make(chan struct{})
	ended := make(chan error, 1)
	if err := s.write(t.Context(), s.refs[0]); err != nil {
		t.Fatal(err)
	}
	go func() {
		ended <- s.pool.Volume(s.refs[0]).Direct(t.Context(), func(*storage.Tx) error {
			close(locked)
			<-free
			return nil
		})
	}()
	<-locked
	ctx, stop := context.WithCancel(t.Context())
	ran := make(chan struct{})
	go func() { s.shipper.Run(ctx); close(ran) }()
	for range 3 {
		if err := s.write(t.Context(), s.refs[1]); err != nil {
			t.Fatal(err)
		}
		for sealed, newest := s.sealed(s.refs[1]); sealed < newest; sealed, newest = s.sealed(s.refs[1]) {
			time.Sleep(5 * time.Millisecond)
		}
	}
	if sealed, newest := s.sealed(s.refs[0]); sealed == newest {
		t.Error("the locked volume was told: it was not locked, and this test proves nothing")
	}
	if !s.shipper.Unshipped(s.refs[0]) {
		t.Error("a volume that does not know yet what is stored is called shipped")
	}
	close(free)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	for sealed, newest := s.sealed(s.refs[0]); sealed < newest; sealed, newest = s.sealed(s.refs[0]) {
		time.Sleep(5 * time.Millisecond)
	}
	stop()
	<-ran
	if found := s.verify(); len(found) > 0 {
		t.Error(found)
	}
}

// A volume that cannot be read for a while is not forgotten: it waits to be stored, and is when it can be read again, without anybody committing anything to it.
func TestAVolumeThatCannotBeReadIsTriedAgain(t *testing.T) {
	s := folderShip(t)
	s.fill()
	if err := s.write(t.Context(), s.refs[0]); err != nil {
		t.Fatal(err)
	}
	s.away = errors.New("it is being rebuilt")
	if err := s.shipper.Ship(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.clock.Advance(time.Minute)
	if !s.shipper.Unshipped(s.refs[0]) || s.shipper.Waiting() < time.Minute {
		t.Errorf("it is said to wait for %s", s.shipper.Waiting())
	}
	s.away = nil
	if err := s.shipper.Ship(t.Context()); err != nil {
		t.Fatal(err)
	}
	if sealed, newest := s.sealed(s.refs[0]); sealed != newest || s.shipper.Unshipped(s.refs[0]) || s.shipper.Waiting() != 0 {
		t.Errorf("shipped up to %d of %d, waiting for %s", sealed, newest, s.shipper.Waiting())
	}
}

// One whose tables somebody dropped waits for nothing either, although its database can be opened.
func TestAVolumeWithoutTablesIsNotTriedAgain(t *testing.T) {
	s := folderShip(t)
	s.fill()
	err := s.pool.Volume(s.refs[0]).Direct(t.Context(), func(tx *storage.Tx) error {
		_, err := tx.ExecText(t.Context(), "DROP TABLE journal_head")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.shipper.Mark(s.refs[0])
	if err := s.shipper.Ship(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.shipper.Unshipped(s.refs[0]) || s.shipper.Waiting() != 0 {
		t.Errorf("it is said to wait for %s", s.shipper.Waiting())
	}
}

// One whose database is gone waits for nothing: what the store has is all there is.
func TestAVolumeThatIsGoneIsNotTriedAgain(t *testing.T) {
	s := folderShip(t)
	s.fill()
	s.away = storage.ErrMissing
	s.shipper.Mark(s.refs[0])
	if err := s.shipper.Ship(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.clock.Advance(time.Minute)
	if s.shipper.Unshipped(s.refs[0]) || s.shipper.Waiting() != 0 {
		t.Errorf("it is said to wait for %s", s.shipper.Waiting())
	}
}
