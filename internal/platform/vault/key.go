package vault

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"

	"holdfast.dev/internal/base/durable"
)

// Signer signs what this node puts into the vault.
type Signer struct {
	key ed25519.PrivateKey
}

// Fingerprint names a public key: 16 hexadecimal digits of its hash.
func Fingerprint(pub ed25519.PublicKey) string {
	sum := sha256.Sum256(pub)
	return hex.EncodeToString(sum[:8])
}

// LoadSigner reads the node's signing key from a file readable by its owner alone; it makes one when there is none, which is also
// what a rebuild on a new machine does. The public half is put into the store, where verifiers find it.
func LoadSigner(ctx context.Context, path string, s Store) (*Signer, error) {
	seed, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		seed = make([]byte, ed25519.SeedSize)
		if _, err := rand.Read(seed); err != nil {
			return nil, err
		}
		err = durable.WriteFile(path, []byte(hex.EncodeToString(seed)))
	} else if err == nil {
		seed, err = hex.DecodeString(strings.TrimSpace(string(seed)))
	}
	if err != nil {
		return nil, fmt.Errorf("signing key: %w", err)
	}
	if len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("signing key %s is damaged", path)
	}
	k := &Signer{ed25519.NewKeyFromSeed(seed)}
	pub := k.Public()
	err = s.Put(ctx, keyKey(Fingerprint(pub)), strings.NewReader(hex.EncodeToString(pub)))
	if err != nil && !errors.Is(err, ErrExists) {
		return nil, err
	}
	return k, nil
}

// Public gives the public half.
func (k *Signer) Public() ed25519.PublicKey { return k.key.Public().(ed25519.PublicKey) }

// Sign signs a digest of what is stored.
func (k *Signer) Sign(digest []byte) []byte { return ed25519.Sign(k.key, digest) }

// keyring finds public keys in the store and remembers them.
type keyring struct {
	store Store
	mu    sync.Mutex
	keys  map[string]ed25519.PublicKey
}

func newKeyring(s Store) *keyring { return &keyring{store: s, keys: map[string]ed25519.PublicKey{}} }

// KeyError says that a public key of the store cannot be used, so that nothing it signed can be checked.
type KeyError struct {
	Fingerprint string
	Err         error
}

// Error implements error.
func (e *KeyError) Error() string { return fmt.Sprintf("signing key %s: %s", e.Fingerprint, e.Err) }

// Unwrap gives the cause.
func (e *KeyError) Unwrap() error { return e.Err }

func keyKey(fingerprint string) string { return "keys/" + fingerprint + ".pub" }

// readKey reads a public key and checks that it is the one that its name says.
func readKey(ctx context.Context, s Store, fingerprint string) (ed25519.PublicKey, error) {
	text, err := readAll(ctx, s, keyKey(fingerprint), 1000)
	if err != nil {
		return nil, &KeyError{fingerprint, err}
	}
	raw, err := hex.DecodeString(string(bytes.TrimSpace(text)))
	if err != nil || len(raw) != ed25519.PublicKeySize || Fingerprint(raw) != fingerprint {
		return nil, &KeyError{fingerprint, ErrDamaged}
	}
	return raw, nil
}

func (r *keyring) verify(ctx context.Context, fingerprint string, digest, sig []byte) error {
	r.mu.Lock()
	pub := r.keys[fingerprint]
	r.mu.Unlock()
	if pub == nil {
		var err error
		if pub, err = readKey(ctx, r.store, fingerprint); err != nil {
			return err
		}
		r.mu.Lock()
		r.keys[fingerprint] = pub
		r.mu.Unlock()
	}
	if !ed25519.Verify(pub, digest, sig) {
		return fmt.Errorf("the signature does not fit: %w", ErrDamaged)
	}
	return nil
}
