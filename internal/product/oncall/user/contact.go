package user

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/google/uuid"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/notify"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/platform/webhook"
)

// The methods of a contact.
const (
	Email   = "email"
	SMS     = "sms"
	Voice   = "voice"
	Mobile  = "mobile" // web push: Address is the endpoint of the subscription
	Webhook = "webhook"
)

// Methods lists them all.
var Methods = []string{Email, SMS, Voice, Mobile, Webhook}

// Contact is one way to reach a person.
type Contact struct {
	ID, PersonID      string
	Method, Address   string
	Enabled, Verified bool
	Secret            string // of a webhook: what signs; of a push subscription: its keys
	Created           time.Time

	codeHash  string
	codeUntil time.Time
	codeTries int
}

// Usable tells whether alerts go to the contact, and why not.
func (c *Contact) Usable() (ok bool, reason string) {
	switch {
	case !c.Verified:
		return false, "the contact is not verified"
	case !c.Enabled:
		return false, "the contact is disabled"
	}
	return true, ""
}

const contactColumns = `id, person_id, method, address, enabled, verified, code_hash, code_until_us, code_tries, secret, created_us`

var (
	qContacts   = storage.Register("oncall/contact.all", `SELECT `+contactColumns+` FROM contact`)
	qContactsOf = storage.Register("oncall/contact.of", `SELECT `+contactColumns+` FROM contact WHERE person_id = $1 ORDER BY person_id, created_us, id`)
	qContact    = storage.Register("oncall/contact.get", `SELECT `+contactColumns+` FROM contact WHERE id = $1`)
	qContactPut = storage.Register("oncall/contact.put", `INSERT INTO contact (`+contactColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (id) DO UPDATE SET method = excluded.method, address = excluded.address, enabled = excluded.enabled, verified = excluded.verified, code_hash = excluded.code_hash,
		code_until_us = excluded.code_until_us, code_tries = excluded.code_tries, secret = excluded.secret`)
	qContactDrop = storage.Register("oncall/contact.delete", `DELETE FROM contact WHERE id = $1`)
)

// AllContacts gives the contacts of everybody, in no order.
func AllContacts(ctx context.Context, tx *volume.Tx) ([]*Contact, error) {
	return storage.All(ctx, tx.Tx, qContacts, scanContact)
}

// ContactsOf gives a person's contacts in the order in which they were added.
func ContactsOf(ctx context.Context, tx *volume.Tx, personID string) ([]*Contact, error) {
	return storage.All(ctx, tx.Tx, qContactsOf, scanContact, personID)
}

// GetContact gives a contact; storage.ErrNoRows when there is none.
func GetContact(ctx context.Context, tx *volume.Tx, id string) (*Contact, error) {
	return storage.One(ctx, tx.Tx, qContact, scanContact, id)
}

func scanContact(r *storage.Rows) (*Contact, error) {
	c := &Contact{}
	var enabled, verified, until, created int64
	if err := r.Scan(&c.ID, &c.PersonID, &c.Method, &c.Address, &enabled, &verified, &c.codeHash, &until, &c.codeTries, &c.Secret, &created); err != nil {
		return nil, err
	}
	c.Enabled, c.Verified, c.codeUntil, c.Created = enabled == 1, verified == 1, clock.FromMicros(until), clock.FromMicros(created)
	return c, nil
}

// maxContacts bounds the contacts of a person.
const maxContacts = 50

// SaveContact makes or changes a contact.
func SaveContact(ctx context.Context, tx *volume.Tx, c *Contact) error {
	if err := CheckAddress(c.Method, c.Address); err != nil {
		return err
	}
	if c.ID == "" {
		have, err := ContactsOf(ctx, tx, c.PersonID)
		if err != nil {
			return err
		}
		if len(have) >= maxContacts {
			return fault.Bad("A user can have at most %d contacts.", maxContacts)
		}
		for _, h := range have {
			if h.Method == c.Method && h.Address == c.Address {
				return fault.Conflict("The user has this contact already.")
			}
		}
		c.ID, c.Created = uuid.NewString(), tx.Now()
	}
	until := int64(0)
	if !c.codeUntil.IsZero() {
		until = clock.Micros(c.codeUntil)
	}
	_, err := tx.Exec(ctx, qContactPut, c.ID, c.PersonID, c.Method, c.Address, truth(c.Enabled), truth(c.Verified), c.codeHash, until, c.codeTries, c.Secret, clock.Micros(c.Created))
	return err
}

// DeleteContact forgets a contact.
func DeleteContact(ctx context.Context, tx *volume.Tx, id string) error {
	_, err := tx.Exec(ctx, qContactDrop, id)
	return err
}

// CheckAddress refuses what is no address of a method. Phone numbers are digits with the country code; a dash, as in 1-5551234567, divides the two.
func CheckAddress(method, address string) error {
	switch method {
	case Email:
		if err := notify.CheckAddress(address); err != nil {
			return fault.Invalid("to", "%s", err)
		}
	case SMS, Voice:
		digits := strings.NewReplacer("+", "", "-", "", " ", "").Replace(address)
		if len(digits) < 6 || len(digits) > 15 || strings.Trim(digits, "0123456789") != "" {
			return fault.Invalid("to", "%.40q is no phone number: write country code and number, as 1-5551234567.", address)
		}
	case Mobile, Webhook:
		if err := webhook.CheckURL(address); err != nil {
			return fault.Invalid("to", "%s", err)
		}
	default:
		return fault.Invalid("method", "method must be one of %s.", strings.Join(Methods, ", "))
	}
	return nil
}

const (
	codeLives = 30 * time.Minute
	codeTries = 5
)

// NewCode makes a contact wait for a code and gives it, to be sent there and nowhere else.
func NewCode(ctx context.Context, tx *volume.Tx, c *Contact) (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", err
	}
	code := fmt.Sprintf("%06d", n)
	c.codeHash, c.codeUntil, c.codeTries = hashCode(c.ID, code), tx.Now().Add(codeLives), 0
	return code, SaveContact(ctx, tx, c)
}

// Verify compares a code with the one that was sent. ok tells whether the contact is verified now; a wrong try is counted, so the caller must commit
// either way.
func Verify(ctx context.Context, tx *volume.Tx, c *Contact, code string) (ok bool, err error) {
	if c.codeHash == "" || tx.Now().After(c.codeUntil) || c.codeTries >= codeTries {
		return false, fault.Bad("There is no code to compare with any more; ask for a new one.")
	}
	if subtle.ConstantTimeCompare([]byte(hashCode(c.ID, strings.TrimSpace(code))), []byte(c.codeHash)) != 1 {
		c.codeTries++
		return false, SaveContact(ctx, tx, c)
	}
	c.Verified, c.Enabled, c.codeHash, c.codeTries = true, true, "", 0
	return true, SaveContact(ctx, tx, c)
}

func hashCode(contact, code string) string {
	sum := sha256.Sum256([]byte(contact + " " + code))
	return hex.EncodeToString(sum[:])
}
