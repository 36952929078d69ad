package assurance

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// ContactCheck is whether a contact is known to be reachable: a mail with a link was sent, and the link was followed. It holds for that address alone.
type ContactCheck struct {
	Contact  ids.Contact `json:"contact"`
	Email    string      `json:"email"`
	Token    string      `json:"-"`
	Asked    time.Time   `json:"asked"`
	Verified *time.Time  `json:"verified"`
}

var (
	qAskContact    = storage.Register("assurance/contact.ask", `INSERT INTO assurance_contact (contact_id, email, token, asked_us, verified_us) VALUES ($1, $2, $3, $4, NULL) ON CONFLICT (contact_id) DO UPDATE SET email = excluded.email, token = excluded.token, asked_us = excluded.asked_us, verified_us = CASE WHEN assurance_contact.email = excluded.email THEN assurance_contact.verified_us ELSE NULL END`)
	qContactToken  = storage.Register("assurance/contact.by_token", `SELECT contact_id, email, token, asked_us, verified_us FROM assurance_contact WHERE token = $1`)
	qContactCheck  = storage.Register("assurance/contact.get", `SELECT contact_id, email, token, asked_us, verified_us FROM assurance_contact WHERE contact_id = $1`)
	qContactProved = storage.Register("assurance/contact.verified", `UPDATE assurance_contact SET verified_us = $2 WHERE contact_id = $1`)
	qContactGone   = storage.Register("assurance/contact.delete", `DELETE FROM assurance_contact WHERE contact_id = $1`)
)

// linkLasts is how long the link in a mail can be followed.
const linkLasts = 30 * 24 * time.Hour

func scanContact(r *storage.Rows) (c ContactCheck, err error) {
	var asked int64
	var verified *int64
	err = r.Scan(&c.Contact, &c.Email, &c.Token, &asked, &verified)
	c.Asked, c.Verified = clock.FromMicros(asked), instant(verified)
	return c, err
}

// AskContact begins to verify a contact and gives the token of the link to send. An earlier link ends.
func AskContact(ctx context.Context, tx *volume.Tx, c fleet.Contact) (token string, err error) {
	raw := make([]byte, 25)
	if _, err := rand.Read(raw); err != nil {
		panic(err) // crypto/rand does not fail on supported systems
	}
	token = strings.ToLower(base32.StdEncoding.EncodeToString(raw))
	_, err = tx.Exec(ctx, qAskContact, c.ID, c.Email, token, clock.Micros(tx.Now()))
	return token, err
}

// ConfirmContact notes that the link of a mail was followed.
func ConfirmContact(ctx context.Context, tx *volume.Tx, token string) (ContactCheck, error) {
	c, err := ContactByToken(ctx, tx, token)
	if err != nil {
		return c, err
	}
	_, err = tx.Exec(ctx, qContactProved, c.Contact, clock.Micros(tx.Now()))
	return c, err
}

// ContactByToken finds what a link is about.
func ContactByToken(ctx context.Context, tx *volume.Tx, token string) (ContactCheck, error) {
	c, err := storage.One(ctx, tx.Tx, qContactToken, scanContact, token)
	if errors.Is(err, storage.ErrNoRows) || err == nil && tx.Now().Sub(c.Asked) > linkLasts {
		return c, fault.NotFound("This link is not valid any more.")
	}
	return c, err
}

// CheckOf tells whether a contact was verified under the address that it has now; nil when it was never asked.
func CheckOf(ctx context.Context, tx *volume.Tx, c fleet.Contact) (*ContactCheck, error) {
	found, err := storage.One(ctx, tx.Tx, qContactCheck, scanContact, c.ID)
	if errors.Is(err, storage.ErrNoRows) || err == nil && found.Email != c.Email {
		return nil, nil
	}
	return &found, err
}

// ForgetContact drops what is known of a contact who is no more.
func ForgetContact(ctx context.Context, tx *volume.Tx, id ids.Contact) error {
	_, err := tx.Exec(ctx, qContactGone, id)
	return err
}
