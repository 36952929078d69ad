package purge

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"holdfast.dev/internal/base/fault"
)

// prefix is that of no other token: an operator's proves nothing here.
const prefix = "hfpurge_"

func credentialFile(data string) string { return filepath.Join(data, "purge", "credential.sha256") }

// Enroll makes the credential of the purge, once, and gives it. Whoever keeps it is nobody who operates.
func Enroll(data string) (token string, err error) {
	path := credentialFile(data)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	raw := make([]byte, 25)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	token = prefix + strings.ToLower(base32.StdEncoding.EncodeToString(raw))
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o400)
	if errors.Is(err, fs.ErrExist) {
		return "", fault.Conflict("The purge has its credential already; remove %s by hand to give it another.", path)
	}
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(digest(token))
	return token, errors.Join(err, f.Sync(), f.Close())
}

// Prove refuses a credential that is not the purge's.
func Prove(data, token string) error {
	want, err := os.ReadFile(credentialFile(data))
	if errors.Is(err, fs.ErrNotExist) {
		return fault.Unauthenticated("The purge has no credential yet: run `holdfast-purge enroll`.")
	}
	if err != nil {
		return fmt.Errorf("credential of the purge: %w", err)
	}
	if !strings.HasPrefix(token, prefix) || subtle.ConstantTimeCompare(want, []byte(digest(token))) != 1 {
		return fault.Unauthenticated("This is not the credential of the purge. Operators' tokens are none.")
	}
	return nil
}

func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
