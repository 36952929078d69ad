package channel

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
)

// What a signed link lets whoever has it do, and nothing else.
const (
	LinkAck      = "ack"      // acknowledge an alert
	LinkClose    = "close"    // close an alert
	LinkVerify   = "verify"   // verify a contact
	LinkCallback = "callback" // report about a message, and pass on replies to it
	LinkCalendar = "ical"     // read a calendar; does not expire
)

// LinkLives is how long a link in a message works.
const LinkLives = 7 * 24 * time.Hour

// Link is something that may be done to one thing in the name of one person until a time.
type Link struct {
	What, ID, Person string
	Until            time.Time // zero: until the secret changes
}

// Sign gives the token of a link.
func Sign(secret []byte, l Link) string {
	until := int64(0)
	if !l.Until.IsZero() {
		until = l.Until.Unix()
	}
	text := strings.Join([]string{l.What, l.ID, l.Person, strconv.FormatInt(until, 36)}, "\x00")
	return base64.RawURLEncoding.EncodeToString(append([]byte(text), mac(secret, text)...))
}

func mac(secret []byte, text string) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte("oncall-link\x00" + text))
	return h.Sum(nil)[:20]
}

// Open gives what a token lets its bearer do. One that was forged or damaged is refused as not found, one that is too old as gone.
func Open(secret []byte, token string, now time.Time) (Link, error) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) < 24 || len(secret) == 0 {
		return Link{}, fault.NotFound("This link is not valid.")
	}
	text := string(raw[:len(raw)-20])
	parts := strings.Split(text, "\x00")
	if !hmac.Equal(raw[len(raw)-20:], mac(secret, text)) || len(parts) != 4 {
		return Link{}, fault.NotFound("This link is not valid.")
	}
	until, err := strconv.ParseInt(parts[3], 36, 64)
	if err != nil {
		return Link{}, fault.NotFound("This link is not valid.")
	}
	l := Link{What: parts[0], ID: parts[1], Person: parts[2]}
	if until != 0 {
		if l.Until = time.Unix(until, 0).UTC(); now.After(l.Until) {
			return Link{}, fault.New(fault.KindGone, "This link has expired.")
		}
	}
	return l, nil
}
