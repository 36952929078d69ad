package webhook_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/webhook"
)

func TestTheInsideOfTheNetworkIsNotReached(t *testing.T) {
	called := false
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	defer inside.Close()
	c := webhook.New(clock.System, nil)
	for _, u := range []string{inside.URL, "http://localhost" + inside.URL[len("http://127.0.0.1"):], "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/",
		"http://[::1]:80/", "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/", "http://100.64.0.1/", "http://[fd00::1]/", "http://[64:ff9b::7f00:1]/"} {
		if _, err := c.Do(t.Context(), webhook.Request{URL: u}); !errors.Is(err, webhook.ErrForbiddenAddress) {
			t.Errorf("%s: %v", u, err)
		}
	}
	for _, u := range []string{"file:///etc/passwd", "gopher://x/", "http://user:pw@example.com/", "", "http:///x", "//example.com"} {
		if _, err := c.Do(t.Context(), webhook.Request{URL: u}); err == nil {
			t.Errorf("%q was called", u)
		}
	}
	if called {
		t.Error("the inside was called")
	}
}

func TestCallsAreSignedAndRedirectsNotFollowed(t *testing.T) {
	var got *http.Request
	var body []byte
	mux := http.NewServeMux()
	mux.HandleFunc("/hook", func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
	})
	mux.Handle("/away", http.RedirectHandler("http://10.0.0.1/", http.StatusFound))
	server := httptest.NewServer(mux)
	defer server.Close()
	c := webhook.New(clock.NewFake(time.Unix(1_700_000_000, 0)), []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
	answer, err := c.Do(t.Context(), webhook.Request{URL: server.URL + "/hook", ID: "msg_1", Body: []byte(`{"a":1}`), Secret: []byte("secret")})
	if err != nil || !answer.Delivered() || string(body) != `{"a":1}` {
		t.Fatalf("%+v %v %s", answer, err, body)
	}
	if s := got.Header.Get("webhook-signature"); s != webhook.Sign([]byte("secret"), "msg_1", "1700000000", body) || got.Header.Get("webhook-timestamp") != "1700000000" {
		t.Fatalf("headers %v", got.Header)
	}
	if answer, err := c.Do(t.Context(), webhook.Request{URL: server.URL + "/away"}); err != nil || answer.Delivered() || answer.Status != http.StatusFound {
		t.Fatalf("redirect: %+v %v", answer, err)
	}
}

func TestAddressesOfTheInsideAreRefusedWhenTheyAreEntered(t *testing.T) {
	webhook.New(clock.System, nil)
	for _, inside := range []string{"http://169.254.169.254/latest", "http://[::1]:80/", "http://localhost/", "http://a.LocalHost./", "http://10.1.2.3/x", "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/", "http://[fe80::1%25eth0]/"} {
		if err := webhook.CheckURL(inside); !errors.Is(err, webhook.ErrForbiddenAddress) {
			t.Errorf("%s: %v", inside, err)
		}
	}
	for _, wrong := range []string{"", "ftp://example.com/", "https://", "https://user:secret@example.com/", "mailto:a@example.com"} {
		if err := webhook.CheckURL(wrong); err == nil || errors.Is(err, webhook.ErrForbiddenAddress) {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	for _, fine := range []string{"https://example.com/hook", "http://8.8.8.8/", "https://[2606:4700::1111]/"} {
		if err := webhook.CheckURL(fine); err != nil {
			t.Error(err)
		}
	}
	webhook.New(clock.System, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
	if err := webhook.CheckURL("http://localhost:8080/"); err != nil {
		t.Errorf("the operator allows it: %v", err)
	}
}
