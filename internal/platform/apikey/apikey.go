// Package apikey makes the keys that programs of one site use without an account: an integration that raises alerts, a script that publishes
// an incident. A key says which site it is for, so that one address can serve many sites, and is kept as a hash only. It promises that a key of
// one site or kind never passes for another's; it decides nothing about what a key may do.
package apikey

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"net/http"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
)

var encoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// New makes a key of a kind ("oncall", "status") for a site: KIND-<the site's identifier without prefix>-<160 random bits>. It is shown once.
func New(kind string, site ids.Site) string {
	raw := make([]byte, 20)
	if _, err := rand.Read(raw); err != nil {
		panic(err) // crypto/rand does not fail on supported systems
	}
	return kind + "-" + strings.TrimPrefix(site.String(), "site_") + "-" + encoding.EncodeToString(raw)
}

// Hash gives what is kept of a key. Keys are random, so that a fast hash is enough.
func Hash(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// Site tells which site a key of a kind claims to be for; fault.KindUnauthenticated when it has not the form of one. The claim is proven
// by finding the key's hash in that site's volume.
func Site(kind, key string) (ids.Site, error) {
	parts := strings.Split(key, "-")
	if len(parts) == 3 && parts[0] == kind {
		if id, err := ids.Parse[ids.Site]("site_" + parts[1]); err == nil {
			return id, nil
		}
	}
	return ids.Site{}, fault.Unauthenticated("Could not authenticate with the given key.")
}

// FromRequest gives the key that a request brings as `Authorization: GenieKey …` or `OAuth …`, or in the query as apiKey or api_key, which clients
// that cannot set headers do; empty when there is none.
func FromRequest(r *http.Request) string {
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "GenieKey") || strings.EqualFold(scheme, "OAuth") {
		return strings.TrimSpace(key)
	}
	if strings.Contains(r.URL.RawQuery, "api") {
		q := r.URL.Query()
		if k := q.Get("apiKey"); k != "" {
			return k
		}
		return q.Get("api_key")
	}
	return ""
}

// SiteOf gives the site that a request's key names, whatever its kind; ok is false when it brings none.
func SiteOf(r *http.Request) (ids.Site, bool) {
	key := FromRequest(r)
	kind, _, found := strings.Cut(key, "-")
	if !found {
		return ids.Site{}, false
	}
	id, err := Site(kind, key)
	return id, err == nil
}
