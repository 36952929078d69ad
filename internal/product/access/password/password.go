// Package password turns passwords into argon2id hashes and compares them in constant time, with the same work for accounts that do not exist.
package password

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"

	"holdfast.dev/internal/base/fault"
)

// Parameters after RFC 9106, second recommended option, with memory cut to what a small server can give to several logins at once.
const (
	memoryKiB = 32 * 1024
	passes    = 2
	lanes     = 1
	minLength = 10
	maxLength = 256
)

// common are passwords of sufficient length that everybody tries first.
var common = map[string]bool{"1234567890": true, "password123": true, "password1234": true, "qwertyuiop": true, "0123456789": true, "letmein1234": true,
	"administrator": true, "changeme123": true, "passwordpassword": true, "iloveyou123": true, "qwerty12345": true, "welcome1234": true}

// Check refuses passwords that are too short, too long or too common.
func Check(password string) error {
	switch {
	case len(password) < minLength:
		return fault.Invalid("password", "A password needs at least %d characters.", minLength)
	case len(password) > maxLength:
		return fault.Invalid("password", "A password has at most %d bytes.", maxLength)
	case common[strings.ToLower(password)]:
		return fault.Invalid("password", "This password is one of the first that anybody would try.")
	}
	return nil
}

// Hash gives the stored form: argon2id$v=19$m=…,t=…,p=…$salt$hash.
func Hash(password string) (string, error) {
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	sum := argon2.IDKey([]byte(password), salt, passes, memoryKiB, lanes, 32)
	enc := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", memoryKiB, passes, lanes, enc(salt), enc(sum)), nil
}

// decoy is compared against when there is no account, so that the answer takes as long.
const decoy = "argon2id$v=19$m=32768,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// Matches compares a password with a stored form; an empty one never matches and costs the same.
func Matches(stored, password string) bool {
	real := stored != ""
	if !real {
		stored = decoy
	}
	if len(password) > maxLength {
		return false
	}
	parts := strings.Split(stored, "$")
	if len(parts) != 5 {
		return false
	}
	var m, t uint32
	var p uint8
	if _, err := fmt.Sscanf(parts[2], "m=%d,t=%d,p=%d", &m, &t, &p); err != nil {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[3])
	if err != nil {
		return false
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, t, m, p, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1 && real
}
