// Package session keeps browser sessions: a random token in the cookie, its hash in the database.
package session

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// Lifetime is how long a session lasts.
const Lifetime = 14 * 24 * time.Hour

// Session is a signed-in browser, or a program that keeps cookies.
type Session struct {
	Account ids.Account
	CSRF    string // empty for a program
	Expires time.Time
}

var (
	qInsert = storage.Register("access/session.insert", `INSERT INTO session (hash, account, csrf, created_us, expires_us) VALUES ($1, $2, $3, $4, $5)`)
	qGet    = storage.Register("access/session.get", `SELECT account, csrf, expires_us FROM session WHERE hash = $1`)
	qDelete = storage.Register("access/session.delete", `DELETE FROM session WHERE hash = $1`)
	qExpire = storage.Register("access/session.expire", `DELETE FROM session WHERE expires_us < $1`)
)

func hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Secret gives 256 random bits as text.
func Secret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// Start makes a session and gives the token for the cookie, which is stored nowhere. Expired sessions go on the way.
func Start(ctx context.Context, tx *volume.Tx, who ids.Account, program bool) (token string, s Session, err error) {
	if _, err := tx.Exec(ctx, qExpire, clock.Micros(tx.Now())); err != nil {
		return "", s, fmt.Errorf("expire sessions: %w", err)
	}
	token, s = Secret(), Session{Account: who, Expires: tx.Now().Add(Lifetime)}
	if !program {
		s.CSRF = Secret()
	}
	if _, err := tx.Exec(ctx, qInsert, hash(token), who, s.CSRF, clock.Micros(tx.Now()), clock.Micros(s.Expires)); err != nil {
		return "", s, fmt.Errorf("start session: %w", err)
	}
	return token, s, nil
}

type key struct{ hash string }

// Find gives the session of a cookie's token, fault.KindUnauthenticated when there is none or it is over.
func Find(ctx context.Context, tx *volume.Tx, token string) (Session, error) {
	h := hash(token)
	s, err := volume.Memo(ctx, tx, key{h}, []string{"session"}, func() (Session, error) {
		var s Session
		var expires int64
		err := tx.Get(ctx, qGet, []any{h}, &s.Account, &s.CSRF, &expires)
		s.Expires = clock.FromMicros(expires)
		return s, err
	})
	if errors.Is(err, storage.ErrNoRows) || err == nil && !tx.Now().Before(s.Expires) {
		return s, fault.Unauthenticated("Your session is over; sign in again.")
	}
	return s, err
}

// End ends a session.
func End(ctx context.Context, tx *volume.Tx, token string) error {
	_, err := tx.Exec(ctx, qDelete, hash(token))
	return err
}
