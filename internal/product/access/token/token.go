// Package token keeps API tokens: made once, shown once, stored as a hash.
package token

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/access/session"
)

// prefix lets scanners for leaked secrets recognise a token.
const prefix = "hfat_"

// longest is what a token that ends may last.
const longest = 3650 * 24 * time.Hour

// Token describes an API token; the secret itself is nowhere.
type Token struct {
	ID       ids.Token
	Account  ids.Account
	Label    string
	Created  time.Time
	Expires  *time.Time
	LastUsed *time.Time
}

var (
	qInsert = storage.Register("access/api_token.insert", `INSERT INTO api_token (id, hash, account, label, created_us, expires_us, revoked_us) VALUES ($1, $2, $3, $4, $5, $6, NULL)`)
	qFind   = storage.Register("access/api_token.by_hash", `SELECT id, account, label, created_us, expires_us FROM api_token WHERE hash = $1 AND revoked_us IS NULL`)
	qList   = storage.Register("access/api_token.by_account", `SELECT t.id, t.account, t.label, t.created_us, t.expires_us, u.used_us FROM api_token t
		LEFT JOIN api_token_use u ON u.token = t.id WHERE t.account = $1 AND t.revoked_us IS NULL ORDER BY t.created_us, t.id LIMIT 200`)
	qRevoke = storage.Register("access/api_token.revoke", `UPDATE api_token SET revoked_us = $3 WHERE id = $1 AND account = $2 AND revoked_us IS NULL`)
	qUse    = storage.Register("access/api_token_use.set", `INSERT INTO api_token_use (token, used_us) VALUES ($1, $2)
		ON CONFLICT (token) DO UPDATE SET used_us = excluded.used_us`)
)

func hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Create makes a token for an account and gives the secret, which nobody can read again. A lifetime of zero never ends.
func Create(ctx context.Context, tx *volume.Tx, who ids.Account, label string, lifetime time.Duration) (secret string, t Token, err error) {
	if label == "" || len(label) > 200 {
		return "", t, fault.Invalid("label", "A token needs a label of at most 200 bytes.")
	}
	if lifetime < 0 || lifetime > longest {
		return "", t, fault.Invalid("lifetime", "A token ends after 1 to 3650 days, or never.")
	}
	body := session.Secret()
	secret = fmt.Sprintf("%s%s%08x", prefix, body, crc32.ChecksumIEEE([]byte(body)))
	t = Token{ID: ids.New[ids.Token](tx.Now()), Account: who, Label: label, Created: tx.Now()}
	var expires any
	if lifetime > 0 {
		e := tx.Now().Add(lifetime)
		t.Expires, expires = &e, clock.Micros(e)
	}
	if _, err := tx.Exec(ctx, qInsert, t.ID, hash(secret), who, label, clock.Micros(t.Created), expires); err != nil {
		return "", t, fmt.Errorf("create token: %w", err)
	}
	return secret, t, nil
}

type key struct{ hash string }

// Find gives the token of a secret, fault.KindUnauthenticated when there is none, it was revoked or is over. Mistyped secrets are refused
// without a look into the database.
func Find(ctx context.Context, tx *volume.Tx, secret string) (Token, error) {
	wrong := fault.Unauthenticated("Client must be authenticated to access this resource.")
	body, ok := strings.CutPrefix(secret, prefix)
	if !ok || len(body) < 9 || fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(body[:len(body)-8]))) != body[len(body)-8:] {
		return Token{}, wrong
	}
	h := hash(secret)
	t, err := volume.Memo(ctx, tx, key{h}, []string{"api_token"}, func() (Token, error) {
		ts, err := storage.All(ctx, tx.Tx, qFind, func(r *storage.Rows) (t Token, err error) {
			var created int64
			var expires *int64
			err = r.Scan(&t.ID, &t.Account, &t.Label, &created, &expires)
			t.Created, t.Expires = clock.FromMicros(created), instant(expires)
			return t, err
		}, h)
		if err == nil && len(ts) == 0 {
			err = storage.ErrNoRows
		}
		if err != nil {
			return Token{}, err
		}
		return ts[0], nil
	})
	if errors.Is(err, storage.ErrNoRows) || err == nil && t.Expires != nil && !tx.Now().Before(*t.Expires) {
		return Token{}, wrong
	}
	return t, err
}

func instant(us *int64) *time.Time {
	if us == nil {
		return nil
	}
	t := clock.FromMicros(*us)
	return &t
}

// List gives an account's tokens, oldest first, 200 at most.
func List(ctx context.Context, tx *volume.Tx, who ids.Account) ([]Token, error) {
	return storage.All(ctx, tx.Tx, qList, func(r *storage.Rows) (t Token, err error) {
		var created int64
		var expires, used *int64
		err = r.Scan(&t.ID, &t.Account, &t.Label, &created, &expires, &used)
		t.Created, t.Expires, t.LastUsed = clock.FromMicros(created), instant(expires), instant(used)
		return t, err
	}, who)
}

// Revoke ends one of an account's tokens at once.
func Revoke(ctx context.Context, tx *volume.Tx, who ids.Account, id ids.Token) error {
	n, err := tx.Exec(ctx, qRevoke, id, who, clock.Micros(tx.Now()))
	if err == nil && n == 0 {
		return fault.NotFound("There is no such token.")
	}
	return err
}

// Used notes when a token was last used.
func Used(ctx context.Context, tx *volume.Tx, id ids.Token) error {
	_, err := tx.Exec(ctx, qUse, id, clock.Micros(tx.Now()))
	return err
}
