package channel

import (
	"context"
	"crypto/rand"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
)

// Open gives what a token lets its bearer do, whether the present secret signed it or the one before it while that counts.
func (s *Settings) Open(token string, now time.Time) (Link, error) {
	l, err := Open(s.LinkSecret, token, now)
	if fault.Is(err, fault.KindNotFound) && now.Before(s.OldUntil) {
		return Open(s.OldLinkSecret, token, now)
	}
	return l, err
}

// Rotate makes a new secret for links; those of the old one work until an instant. fault.KindConflict while an older one still counts.
func Rotate(ctx context.Context, tx *volume.Tx, until time.Time) error {
	s, err := readSettings(ctx, tx)
	if err != nil {
		return err
	}
	if tx.Now().Before(s.OldUntil) {
		return fault.Conflict("The secret before this one still counts, until %s.", s.OldUntil.UTC().Format(time.RFC3339))
	}
	s.OldLinkSecret, s.OldUntil, s.LinkSecret = s.LinkSecret, until.UTC(), make([]byte, 32)
	if _, err := rand.Read(s.LinkSecret); err != nil {
		return err
	}
	return saveSettings(ctx, tx, s)
}

// Unrotate takes back a rotation whose old secret counts until an instant; what the new one signed meanwhile counts as long as the old one would have.
// Where there was no such rotation nothing happens; an old secret that is over does not come back: fault.KindConflict.
func Unrotate(ctx context.Context, tx *volume.Tx, until time.Time) error {
	s, err := readSettings(ctx, tx)
	if err != nil || s.OldLinkSecret == nil || !s.OldUntil.Equal(until) {
		return err
	}
	if !tx.Now().Before(until) {
		return fault.Conflict("The old secret ended at %s; it does not come back.", until.UTC().Format(time.RFC3339))
	}
	// One microsecond less tells this state from that of the rotation, so that taking back twice is taking back once.
	s.LinkSecret, s.OldLinkSecret, s.OldUntil = s.OldLinkSecret, s.LinkSecret, until.Add(-time.Microsecond).UTC()
	return saveSettings(ctx, tx, s)
}

// OldUntil tells until when an old secret of links counts; zero for none that does at the instant of tx.
func OldUntil(ctx context.Context, tx *volume.Tx) (time.Time, error) {
	s, err := readSettings(ctx, tx)
	if err != nil || !tx.Now().Before(s.OldUntil) {
		return time.Time{}, err
	}
	return s.OldUntil, nil
}
