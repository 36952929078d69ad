package mailing

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
)

// The secret that signs links of mails is a property of the site: owner 0.
var (
	qSecret    = storage.Register("wiki/property.secret", `SELECT value FROM wiki_property WHERE owner_id = 0 AND key = 'notice.secret'`)
	qSetSecret = storage.Register("wiki/property.set_secret", `INSERT INTO wiki_property (id, owner_id, key, value, version, author, created_us, updated_us) VALUES ($1, 0, 'notice.secret', $2, 1, NULL, $3, $3)`)
)

func scanText(r *storage.Rows) (s string, err error) { return s, r.Scan(&s) }

// Secret gives the secret of the site; the first time, in a write, it makes it.
func Secret(ctx context.Context, tx *volume.Tx) (string, error) {
	found, err := storage.All(ctx, tx.Tx, qSecret, scanText)
	if err != nil || len(found) > 0 {
		if len(found) > 0 {
			return found[0], err
		}
		return "", err
	}
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		return "", err
	}
	id, err := content.NextID(ctx, tx, 1)
	if err != nil {
		return "", err
	}
	secret := fmt.Sprintf("%q", hex.EncodeToString(b))
	_, err = tx.Exec(ctx, qSetSecret, id, secret, clock.Micros(tx.Now()))
	return secret, err
}

// Token signs that somebody may end their watch of a page without signing in.
func Token(secret, account string, id int64) string {
	m := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(m, "unsubscribe %s %d", account, id)
	return hex.EncodeToString(m.Sum(nil)[:20])
}
