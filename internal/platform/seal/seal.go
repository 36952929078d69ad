// Package seal keeps secrets that a program must be able to read again, such as a customer's credentials for their own bucket: encrypted in the database, with a
// key in a file beside it that leaves the machine with no copy, snapshot or segment.
//
// Whoever has the database alone, or the vault alone, learns nothing. Whoever loses the file must ask for the secrets again.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"holdfast.dev/internal/base/durable"
)

// ErrOtherKey is returned for a secret that another key sealed, that was changed, or that was moved to where it does not belong.
var ErrOtherKey = errors.New("the secret was sealed with another key or for another place: give it again")

// Box seals and opens secrets with one key.
type Box struct{ aead cipher.AEAD }

const keyBytes = 32

// LoadBox reads the key from a file that its owner alone can read, and makes one when there is none.
func LoadBox(path string) (*Box, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = makeKey(path)
	}
	if err != nil {
		return nil, fmt.Errorf("key of secrets: %w", err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != keyBytes {
		return nil, fmt.Errorf("key of secrets: %s is damaged", path)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return &Box{aead}, err
}

// makeKey writes a new key; when another process did so first, that one's is taken.
func makeKey(path string) ([]byte, error) {
	key := make([]byte, keyBytes)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	if err := durable.MakeDir(filepath.Dir(path)); err != nil {
		return nil, err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), "key-*") // readable by its owner alone
	if err != nil {
		return nil, err
	}
	defer os.Remove(tmp.Name())
	text := []byte(hex.EncodeToString(key))
	_, err = tmp.Write(text)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(tmp.Name(), path); errors.Is(err, fs.ErrExist) {
		return os.ReadFile(path)
	} else if err != nil {
		return nil, err
	}
	return text, durable.Sync(filepath.Dir(path))
}

// Seal encrypts a secret for one place, which Open must name again: what it is and whose.
func (b *Box) Seal(secret []byte, place string) string {
	return base64.StdEncoding.EncodeToString(b.aead.Seal(nil, nil, secret, []byte(place)))
}

// Open gives a secret that was sealed for a place, or ErrOtherKey.
func (b *Box) Open(sealed, place string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return nil, ErrOtherKey
	}
	secret, err := b.aead.Open(nil, nil, raw, []byte(place))
	if err != nil {
		return nil, ErrOtherKey
	}
	return secret, nil
}
