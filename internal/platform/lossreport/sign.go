package lossreport

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// Signer signs with the node's key.
type Signer interface {
	Sign(digest []byte) []byte
	Public() ed25519.PublicKey
}

// digest gives what is signed of a document: its JSON without the signature. Go writes the same value as the same bytes.
func digest(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b)
	return sum[:], nil
}

// Sign signs roots.
func (r *Roots) Sign(s Signer) error {
	r.PublicKey, r.Signature = hex.EncodeToString(s.Public()), ""
	d, err := digest(r)
	if err == nil {
		r.Signature = hex.EncodeToString(s.Sign(d))
	}
	return err
}

// Sign adds the totals up and signs a report.
func (r *Report) Sign(s Signer) error {
	r.add()
	r.PublicKey, r.Signature = hex.EncodeToString(s.Public()), ""
	d, err := digest(r)
	if err == nil {
		r.Signature = hex.EncodeToString(s.Sign(d))
	}
	return err
}

var errAltered = errors.New("the signature does not fit: the document was altered after it was signed")

func checkSignature(v any, key, signature string) error {
	pub, err := hex.DecodeString(key)
	if err != nil || len(pub) != ed25519.PublicKeySize {
		return errors.New("the public key is damaged")
	}
	sig, err := hex.DecodeString(signature)
	if err != nil {
		return errors.New("the signature is damaged")
	}
	d, err := digest(v)
	if err != nil {
		return err
	}
	if !ed25519.Verify(pub, d, sig) {
		return errAltered
	}
	return nil
}

// Check tells whether roots are as they were signed.
func (r Roots) Check() error {
	if r.Format != RootsFormat {
		return fmt.Errorf("these are no roots: format %q", r.Format)
	}
	signature := r.Signature
	r.Signature = ""
	return checkSignature(&r, r.PublicKey, signature)
}
