// Package ids makes identifiers that say what they are. In April 2022 a script was handed site identifiers where app
// identifiers were meant, and the API took both. Here each kind has its own Go type, its own prefix on the wire and a
// check symbol that covers the prefix, so that neither a wrong kind nor a mistyped identifier is ever looked up.
//
// Wire form: prefix, underscore, 26 symbols of lower-case Crockford base32 (48 bits of milliseconds, 80 bits of
// randomness, so that identifiers of one kind sort by time), 2 check symbols over prefix and body.
package ids

import (
	"crypto/rand"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"
)

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// ErrKind is the cause of every refusal of an identifier of another kind, or of none.
var ErrKind = errors.New("identifier of the wrong kind")

// ErrChecksum is the cause of every refusal of a damaged identifier.
var ErrChecksum = errors.New("identifier is mistyped or damaged")

// Kind is implemented by the marker types below; its prefix starts the wire form.
type Kind interface{ Prefix() string }

// ID is an identifier of one kind. The zero value is no identifier.
type ID[K Kind] struct{ s string }

// The kinds of identifier.
type (
	orgKind     struct{}
	siteKind    struct{}
	accountKind struct{}
	groupKind   struct{}
	tokenKind   struct{}
	sessionKind struct{}
	opKind      struct{}
	restoreKind struct{}
	contactKind struct{}
	appKind     struct{}
	planKind    struct{}
	purgeKind   struct{}
	mediaKind   struct{}
	jobKind     struct{}
	reportKind  struct{}
)

// Prefix implements Kind.
func (orgKind) Prefix() string     { return "org" }
func (siteKind) Prefix() string    { return "site" }
func (accountKind) Prefix() string { return "user" }
func (groupKind) Prefix() string   { return "group" }
func (tokenKind) Prefix() string   { return "token" }
func (sessionKind) Prefix() string { return "session" }
func (opKind) Prefix() string      { return "op" }
func (restoreKind) Prefix() string { return "restore" }
func (contactKind) Prefix() string { return "contact" }
func (appKind) Prefix() string     { return "app" }
func (planKind) Prefix() string    { return "plan" }
func (purgeKind) Prefix() string   { return "purge" }
func (mediaKind) Prefix() string   { return "media" }
func (jobKind) Prefix() string     { return "job" }
func (reportKind) Prefix() string  { return "report" }

// The identifier types.
type (
	Org       = ID[orgKind]
	Site      = ID[siteKind]
	Account   = ID[accountKind]
	Group     = ID[groupKind]
	Token     = ID[tokenKind]
	Session   = ID[sessionKind]
	Operation = ID[opKind]
	Restore   = ID[restoreKind]
	Contact   = ID[contactKind]
	App       = ID[appKind]
	Plan      = ID[planKind]
	Purge     = ID[purgeKind]
	Media     = ID[mediaKind]
	Job       = ID[jobKind]
	Report    = ID[reportKind]
)

// New makes a fresh identifier; at is its time part.
func New[I ~struct{ s string }](at time.Time) I {
	var id I
	return newFor(id, at)
}

func newFor[I any](id I, at time.Time) I {
	m, ok := any(&id).(interface{ mint(time.Time) })
	if !ok {
		panic("ids: New of a type that is no identifier")
	}
	m.mint(at)
	return id
}

func (id *ID[K]) mint(at time.Time) {
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:8], uint64(at.UnixMilli())<<16)
	if _, err := rand.Read(raw[6:]); err != nil {
		panic(err) // crypto/rand does not fail on supported systems
	}
	id.s = format(prefixOf[K](), raw)
}

func prefixOf[K Kind]() string { var k K; return k.Prefix() }

func format(prefix string, raw [16]byte) string {
	var b strings.Builder
	b.Grow(len(prefix) + 29)
	b.WriteString(prefix)
	b.WriteByte('_')
	hi, lo := binary.BigEndian.Uint64(raw[:8]), binary.BigEndian.Uint64(raw[8:])
	for i := range 26 {
		shift := uint(5 * (25 - i))
		var v uint64
		switch {
		case shift >= 64:
			v = hi >> (shift - 64)
		case shift > 59:
			v = hi<<(64-shift) | lo>>shift
		default:
			v = lo >> shift
		}
		b.WriteByte(alphabet[v&31])
	}
	body := b.String()
	return body + check(body)
}

// check folds the body into ten bits modulo a prime, so that every single wrong symbol and every swap of two neighbours
// changes it: no power of 37 and no difference of two bytes is a multiple of 1021.
func check(body string) string {
	var c uint32
	for i := range len(body) {
		c = (c*37 + uint32(body[i])) % 1021
	}
	return string([]byte{alphabet[c&31], alphabet[c>>5]})
}

// Parse reads the wire form of one kind. It refuses other kinds before looking at anything else.
func Parse[I ~struct{ s string }](s string) (I, error) {
	var id I
	p, ok := any(&id).(interface{ parse(string) error })
	if !ok {
		panic("ids: Parse of a type that is no identifier")
	}
	return id, p.parse(s)
}

func (id *ID[K]) parse(s string) error {
	want := prefixOf[K]()
	got, body, ok := strings.Cut(s, "_")
	if !ok || got != want {
		return fmt.Errorf("%q is not a %s identifier (%s_…): %w", clip(s), want, want, ErrKind)
	}
	if len(body) != 28 || check(s[:len(s)-2]) != s[len(s)-2:] {
		return fmt.Errorf("%q: %w", clip(s), ErrChecksum)
	}
	for i := range 26 {
		if strings.IndexByte(alphabet, body[i]) < 0 {
			return fmt.Errorf("%q: %w", clip(s), ErrChecksum)
		}
	}
	id.s = s
	return nil
}

func clip(s string) string {
	if len(s) > 60 {
		return s[:60] + "…"
	}
	return s
}

// String gives the wire form, empty for the zero value.
func (id ID[K]) String() string { return id.s }

// IsZero tells whether this is no identifier.
func (id ID[K]) IsZero() bool { return id.s == "" }

// MarshalText implements encoding.TextMarshaler.
func (id ID[K]) MarshalText() ([]byte, error) { return []byte(id.s), nil }

// UnmarshalText implements encoding.TextUnmarshaler and refuses other kinds.
func (id *ID[K]) UnmarshalText(b []byte) error { return id.parse(string(b)) }

// Value implements driver.Valuer: the wire form, NULL for the zero value.
func (id ID[K]) Value() (driver.Value, error) {
	if id.s == "" {
		return nil, nil
	}
	return id.s, nil
}

// Scan implements sql.Scanner.
func (id *ID[K]) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		id.s = ""
		return nil
	case string:
		return id.parse(v)
	case []byte:
		return id.parse(string(v))
	}
	return fmt.Errorf("scan %T as identifier: %w", src, ErrKind)
}
