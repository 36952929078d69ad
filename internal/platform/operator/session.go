package operator

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// SessionLasts is how long a browser stays signed in. It is a working day, not a month: what is open here can reach every customer.
const SessionLasts = 12 * time.Hour

var (
	qSessionAdd  = storage.Register("operator/session.insert", `INSERT INTO operator_session (secret_hash, operator, created_us, expires_us) VALUES ($1, $2, $3, $4)`)
	qSessionGet  = storage.Register("operator/session.by_hash", `SELECT o.name, o.email, o.owner, o.created_us, o.disabled_us FROM operator_session s JOIN operator o ON o.name = s.operator WHERE s.secret_hash = $1 AND s.expires_us > $2`)
	qSessionEnd  = storage.Register("operator/session.delete", `DELETE FROM operator_session WHERE secret_hash = $1`)
	qSessionOver = storage.Register("operator/session.delete_over", `DELETE FROM operator_session WHERE expires_us <= $1`)
)

// StartSession begins a browser's session of an operator and gives the secret for its cookie, which nobody can read again.
func StartSession(ctx context.Context, tx *volume.Tx, o Operator) (secret string, err error) {
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	secret = hex.EncodeToString(raw)
	now := tx.Now()
	if _, err := tx.Exec(ctx, qSessionOver, clock.Micros(now)); err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, qSessionAdd, hash(secret), o.Name, clock.Micros(now), clock.Micros(now.Add(SessionLasts)))
	return secret, err
}

// FindSession gives the operator of a session at an instant, fault.KindUnauthenticated when it is over or they were disabled.
func FindSession(ctx context.Context, tx *volume.Tx, secret string, now time.Time) (Operator, error) {
	o, err := storage.One(ctx, tx.Tx, qSessionGet, scan, hash(secret), clock.Micros(now))
	if errors.Is(err, storage.ErrNoRows) || err == nil && !o.Active {
		return Operator{}, fault.Unauthenticated("The session is over; sign in again.")
	}
	return o, err
}

// EndSession ends a session; ending one that is over does nothing.
func EndSession(ctx context.Context, tx *volume.Tx, secret string) error {
	_, err := tx.Exec(ctx, qSessionEnd, hash(secret))
	return err
}

// CSRF gives the token that unsafe requests of a session repeat. It follows from the secret, which scripts of other pages cannot read.
func CSRF(secret string) string { return hash("csrf of " + secret) }
