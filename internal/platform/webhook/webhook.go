// Package webhook sends HTTP requests to addresses that customers typed in. It promises that such an address cannot reach the inside of the
// operator's network: every connection is checked after the name was resolved, redirects are not followed, answers and time are limited.
// Bodies are signed as the Standard Webhooks specification says (webhook-id, webhook-timestamp, webhook-signature: v1).
package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"holdfast.dev/internal/base/clock"
)

// ErrForbiddenAddress is the cause of a refusal to connect to the inside of a network.
var ErrForbiddenAddress = errors.New("addresses inside of the operator's network are not called")

// Client calls addresses that customers configured.
type Client struct {
	http  *http.Client
	clock clock.Clock
}

// New makes a client. allow lists private networks that the operator lets customers reach, loopback in tests for instance.
func New(c clock.Clock, allow []netip.Prefix) *Client {
	reachable.Store(&allow)
	guard := func(_, address string, _ syscall.RawConn) error { return check(address, allow) }
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: guard}
	return &Client{clock: c, http: &http.Client{Timeout: 30 * time.Second,
		Transport: &http.Transport{DialContext: dialer.DialContext, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 4, IdleConnTimeout: 30 * time.Second,
			TLSHandshakeTimeout: 10 * time.Second, MaxResponseHeaderBytes: 64 << 10},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Transport gives the guarded way out to another client that calls addresses of customers.
func (c *Client) Transport() http.RoundTripper { return c.http.Transport }

// check refuses every address that is not of the public internet, unless the operator allows it.
func check(address string, allow []netip.Prefix) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := ap.Addr().Unmap()
	for _, p := range allow {
		if p.Contains(ip) {
			return nil
		}
	}
	if !public(ip) {
		return fmt.Errorf("%s: %w", ip, ErrForbiddenAddress)
	}
	return nil
}

// special are the networks of the IANA special-purpose registries that netip has no name for.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
}

func public(ip netip.Addr) bool {
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
		return false
	}
	for _, p := range special {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

// reachable are the private networks that the clients of this process may reach, so that CheckURL can say early what a call would be refused for.
var reachable atomic.Pointer[[]netip.Prefix]

// CheckURL refuses what can never be called: other schemes than http and https, no host, credentials in the address, and hosts that are written as an address
// inside of the operator's network. What a name leads to is checked with every call.
func CheckURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.User != nil || len(s) > 2000 {
		return fmt.Errorf("%q is no address that can be called: write https://HOST/PATH", s)
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		host = "127.0.0.1"
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		var allow []netip.Prefix
		if p := reachable.Load(); p != nil {
			allow = *p
		}
		if err := check(netip.AddrPortFrom(ip.WithZone(""), 80).String(), allow); err != nil {
			return fmt.Errorf("%q cannot be called: %w", s, ErrForbiddenAddress)
		}
	}
	return nil
}

// Request is one call.
type Request struct {
	Method string // POST when empty
	URL    string
	ID     string // of the message; the same for every try
	Body   []byte
	Type   string // of the body; application/json when empty
	Secret []byte // signs the body; none: not signed
	// OldSecret signs it too, where the receiver may not know the newer one yet.
	OldSecret []byte
	Headers   http.Header
}

// Response is the answer: its status, and the start of its body for the delivery log.
type Response struct {
	Status int
	Body   string
}

// Delivered tells whether the receiver took the message: 2xx, nothing else.
func (r Response) Delivered() bool { return r.Status >= 200 && r.Status < 300 }

// keptBody bounds how much of an answer is kept, in bytes.
const keptBody = 2000

// Do sends a request. An error means that there was no answer.
func (c *Client) Do(ctx context.Context, q Request) (Response, error) {
	if err := CheckURL(q.URL); err != nil {
		return Response{}, err
	}
	if q.Method == "" {
		q.Method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, q.Method, q.URL, bytes.NewReader(q.Body))
	if err != nil {
		return Response{}, err
	}
	for k, v := range q.Headers {
		req.Header[http.CanonicalHeaderKey(k)] = v
	}
	if q.Type == "" {
		q.Type = "application/json"
	}
	req.Header.Set("Content-Type", q.Type)
	req.Header.Set("User-Agent", "Holdfast")
	if q.ID != "" {
		at := strconv.FormatInt(c.clock.Now().Unix(), 10)
		req.Header.Set("webhook-id", q.ID)
		req.Header.Set("webhook-timestamp", at)
		if len(q.Secret) > 0 {
			signatures := Sign(q.Secret, q.ID, at, q.Body)
			if len(q.OldSecret) > 0 {
				signatures += " " + Sign(q.OldSecret, q.ID, at, q.Body)
			}
			req.Header.Set("webhook-signature", signatures)
		}
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return Response{}, err
	}
	defer resp.Body.Close()
	start, err := io.ReadAll(io.LimitReader(resp.Body, keptBody))
	return Response{Status: resp.StatusCode, Body: string(start)}, err
}

// Sign gives the signature of a body: "v1," and base64 of HMAC-SHA256 over "id.timestamp.body".
func Sign(secret []byte, id, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
