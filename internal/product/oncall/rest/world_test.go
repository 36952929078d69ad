package rest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/blob"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/ratelimit"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/vault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall"
	"holdfast.dev/internal/product/oncall/needs"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

// ledger holds when volumes must be looked at, as the control database does.
type ledger struct {
	mu sync.Mutex
	at map[volume.Ref]time.Time
}

func (l *ledger) Wakes(context.Context) (map[volume.Ref]time.Time, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[volume.Ref]time.Time{}
	for k, v := range l.at {
		out[k] = v
	}
	return out, nil
}

func (l *ledger) SetWake(_ context.Context, ref volume.Ref, at time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at[ref] = at
	return nil
}

// world is a site with on-call and an administrator, served over HTTP in the process.
type world struct {
	t       testing.TB
	clock   *clock.Fake
	site    *httpkit.Site
	ctx     context.Context
	v       *volume.Volume
	product *oncall.Product
	runner  *jobs.Runner
	mux     http.Handler
	key     string
	person  *identity.Principal // who is signed in, nil for keys
	joined  []needs.Person      // people beside Ann
}

// Authenticate implements httpkit.Authenticator: the accounts of the site, as the access product proves them.
func (w *world) Authenticate(*http.Request) (httpkit.Caller, error) {
	if w.person == nil {
		return httpkit.Caller{Principal: identity.Principal{Kind: identity.Anonymous}}, nil
	}
	return httpkit.Caller{Principal: *w.person, Member: true}, nil
}

var ann = needs.Person{AccountID: "user_ann", DisplayName: "Ann Sieber", Email: "ann@example.com", TimeZone: "UTC", Active: true, Admin: true}

func newWorld(t testing.TB, e storage.Engine) *world {
	t.Helper()
	c := clock.NewFake(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	w := &world{t: t, clock: c, site: &httpkit.Site{ID: ids.New[ids.Site](c.Now()), Slug: "acme", Name: "Acme", BaseURL: "http://acme.test"}}
	kind := volume.Kind{Name: "oncall", Migrations: slices.Concat(jobs.Migrations(), oncall.Migrations()), Tables: slices.Concat(jobs.Tables, oncall.Tables())}
	ref := volume.Ref{Kind: "oncall", Owner: w.site.ID.String()}
	place := volume.Place{Engine: e, Generation: 1}
	pool := volume.NewPool(volume.Config{Kinds: []volume.Kind{kind}, Clock: c, Locate: func(context.Context, volume.Ref) (volume.Place, error) { return place, nil },
		Wake: func(ref volume.Ref, at time.Time) error { return w.runner.Wake(ref, at) }})
	t.Cleanup(pool.Close)
	w.runner = jobs.New(jobs.Config{Pool: pool, Ledger: &ledger{at: map[volume.Ref]time.Time{}}, Clock: c, Log: slog.New(slog.DiscardHandler),
		Context: func(ctx context.Context, _ volume.Ref) (context.Context, error) {
			return httpkit.WithSite(ctx, w.site), nil
		}})
	store, err := vault.OpenFolder(filepath.Join(t.TempDir(), "vault"))
	if err != nil {
		t.Fatal(err)
	}
	files := blob.Open(filepath.Join(t.TempDir(), "blobs"), w.site.ID.String(), store)
	w.v = pool.Volume(ref)
	w.product = oncall.New(oncall.Deps{Clock: c, Volume: func(context.Context) (*volume.Volume, error) { return w.v, nil }, Accounts: w,
		Blobs:  func(context.Context) needs.Blobs { return files },
		Issues: func(context.Context) needs.Issues { return nil }, Status: func(context.Context) needs.StatusIncidents { return nil },
		Limit: ratelimit.New(500, time.Second, 100, c)})
	for kind, h := range w.product.Jobs() {
		w.runner.Handle(kind, h)
	}
	w.ctx = httpkit.WithSite(identity.AsSystem(t.Context(), "test"), w.site)
	if err := pool.Create(w.ctx, ref, place); err != nil {
		t.Fatal(err)
	}
	if err := w.product.SetUp(w.ctx, w.v); err != nil {
		t.Fatal(err)
	}
	if err := w.product.SyncPeople(w.ctx, w.v, []needs.Person{ann}); err != nil {
		t.Fatal(err)
	}
	if w.key, err = w.product.CreateKey(w.ctx, w.v, w.site.ID, "test"); err != nil {
		t.Fatal(err)
	}
	mux := httpkit.NewMux(w, slog.New(slog.DiscardHandler))
	mux.Handle(w.product.Routes()...)
	wrapped, err := httpkit.Wrap(mux, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	w.mux = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		wrapped.ServeHTTP(rw, r.WithContext(httpkit.WithSite(r.Context(), w.site)))
	})
	return w
}

// signIn makes requests come from a person's browser instead of a key.
func (w *world) signIn(admin bool) {
	w.person = &identity.Principal{Kind: identity.Token, Account: ids.New[ids.Account](w.clock.Now()), Name: "Ann Sieber", Email: "ann@example.com", Admin: admin}
}

func (w *world) raw(method, path, contentType, body string, headers ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", contentType)
	} else {
		r.ContentLength = 0
	}
	if w.person == nil {
		r.Header.Set("Authorization", "GenieKey "+w.key)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	w.mux.ServeHTTP(rec, r)
	return rec
}

// call sends a request and gives the status and the body as JSON.
func (w *world) call(method, path, body string) (int, map[string]any) {
	w.t.Helper()
	rec := w.raw(method, path, "application/json", body)
	out := map[string]any{}
	b, _ := io.ReadAll(rec.Body)
	if len(b) > 0 {
		if err := json.Unmarshal(b, &out); err != nil {
			w.t.Fatalf("%s %s: %d %s", method, path, rec.Code, b)
		}
	}
	return rec.Code, out
}

// ok is call for what must answer a status; it gives data, or the whole body where there is none.
func (w *world) ok(status int, method, path, body string) map[string]any {
	w.t.Helper()
	code, out := w.call(method, path, body)
	if code != status {
		w.t.Fatalf("%s %s %s: %d, not %d: %v", method, path, body, code, status, out)
	}
	if d, ok := out["data"].(map[string]any); ok {
		return d
	}
	return out
}

// async sends a request that is processed later and gives its outcome.
func (w *world) async(method, path, body string) map[string]any {
	w.t.Helper()
	out := w.ok(202, method, path, body)
	if out["result"] != "Request will be processed" {
		w.t.Fatalf("%v", out)
	}
	return w.ok(200, "GET", "/v2/alerts/requests/"+out["requestId"].(string), "")
}

func (w *world) run() {
	w.t.Helper()
	if err := w.runner.RunDue(w.ctx); err != nil {
		w.t.Fatal(err)
	}
}

func text(v any) string { return fmt.Sprint(v) }
