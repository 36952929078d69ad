package subscriber

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/product/status/shortid"
)

// The purposes of signed links: a link for one is none for another.
const (
	ForConfirm = "confirm"
	ForManage  = "manage" // to choose components and to unsubscribe
)

var encoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// Token signs a subscriber's identifier for a purpose: the last part of a link in a mail.
func Token(secret []byte, purpose, id string) string {
	return id + "-" + encoding.EncodeToString(mac(secret, purpose, id)[:20])
}

// ParseToken gives the subscriber of a link, or says that it is not one of ours.
func ParseToken(secret []byte, purpose, token string) (id string, err error) {
	id, sig, _ := strings.Cut(token, "-")
	raw, err := encoding.DecodeString(sig)
	if err != nil || !shortid.Valid(id) || !hmac.Equal(raw, mac(secret, purpose, id)[:20]) {
		return "", fault.NotFound("This link is not complete or no longer works.")
	}
	return id, nil
}

// HookSecret is what the messages to a webhook subscriber are signed with; the confirmation tells it to the receiver.
func HookSecret(secret []byte, id string) []byte { return mac(secret, "hook", id) }

func mac(secret []byte, purpose, id string) []byte {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(purpose + ":" + id))
	return h.Sum(nil)
}
