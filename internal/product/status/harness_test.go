package status_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/blob"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/notify"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/vault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/platform/webhook"
	"holdfast.dev/internal/product/status"
	"holdfast.dev/internal/product/status/needs"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

// post is a real mail server on loopback; it refuses addresses that begin with gone@ for good, and with busy@ for now.
type post struct {
	mu    sync.Mutex
	mails []string
}

func (p *post) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{p}, nil }

type session struct{ *post }

func (s *session) Mail(string, *smtp.MailOptions) error { return nil }
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch {
	case strings.HasPrefix(to, "gone"):
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	case strings.HasPrefix(to, "busy"):
		return &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 2, 1}, Message: "try later"}
	}
	return nil
}
func (s *session) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, string(b))
	return err
}
func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

// take gives the mails that came since it was asked last.
func (p *post) take() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := p.mails
	p.mails = nil
	return out
}

type ledger struct {
	mu sync.Mutex
	at map[volume.Ref]time.Time
}

func (l *ledger) Wakes(context.Context) (map[volume.Ref]time.Time, error) { return nil, nil }
func (l *ledger) SetWake(_ context.Context, ref volume.Ref, at time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at[ref] = at
	return nil
}

// noAccounts is the suite's sign-in being gone: only keys work.
type noAccounts struct{}

func (noAccounts) Authenticate(r *http.Request) (httpkit.Caller, error) {
	if r.Header.Get("X-Test-Admin") != "" {
		return httpkit.Caller{Member: true, Principal: identity.Principal{Kind: identity.Key, Name: "admin", Admin: true}}, nil
	}
	return httpkit.Caller{}, nil
}

// world is one site with its status product, jobs and a clock that the test moves.
type world struct {
	t       testing.TB
	clock   *clock.Fake
	product *status.Product
	volume  *volume.Volume
	pool    *volume.Pool
	runner  *jobs.Runner
	post    *post
	http    http.Handler
	site    *httpkit.Site
	folder  string
	key     string
	page    string
}

var start = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

func newWorld(t testing.TB, e storage.Engine) *world {
	t.Helper()
	w := &world{t: t, clock: clock.NewFake(start), post: &post{}, folder: t.TempDir()}
	id := ids.New[ids.Site](start)
	w.site = &httpkit.Site{ID: id, Slug: "acme", Name: "Acme", BaseURL: "https://acme.example.com"}
	ref := volume.Ref{Kind: "status", Owner: id.String()}
	place := volume.Place{Engine: e, Generation: 1}
	w.pool = volume.NewPool(volume.Config{Clock: w.clock,
		Kinds:     []volume.Kind{{Name: "status", Migrations: append(jobs.Migrations(), status.Migrations()...), Tables: append(append([]storage.Table{}, jobs.Tables...), status.Tables()...)}},
		Locate:    func(context.Context, volume.Ref) (volume.Place, error) { return place, nil },
		Wake:      func(r volume.Ref, at time.Time) error { return w.runner.Wake(r, at) },
		Committed: func(r volume.Ref, _ []journal.Commit) { w.runner.Committed(r) },
	})
	t.Cleanup(w.pool.Close)
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	w.runner = jobs.New(jobs.Config{Pool: w.pool, Ledger: &ledger{at: map[volume.Ref]time.Time{}}, Clock: w.clock, Log: log,
		Context: func(ctx context.Context, _ volume.Ref) (context.Context, error) {
			return httpkit.WithSite(ctx, w.site), nil
		}})
	if err := w.pool.Create(t.Context(), ref, place); err != nil {
		t.Fatal(err)
	}
	w.volume = w.pool.Volume(ref)
	store, err := vault.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	blobs := blob.Open(t.TempDir(), id.String(), store)
	w.product = status.New(status.Deps{Clock: w.clock, Volume: func(context.Context) (*volume.Volume, error) { return w.volume, nil }, Blobs: func(context.Context) needs.Blobs { return blobs },
		Accounts: noAccounts{}, Senders: needs.Senders{Mail: w.mailer(), Webhook: webhook.New(w.clock, []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")})}, Folder: w.folder})
	for kind, h := range w.product.Jobs() {
		w.runner.Handle(kind, h)
	}
	ctx := httpkit.WithSite(t.Context(), w.site)
	if err := w.product.SetUp(ctx, w.volume); err != nil {
		t.Fatal(err)
	}
	if err := w.product.SetUp(ctx, w.volume); err != nil { // it runs again when the product is switched on again
		t.Fatal(err)
	}
	if w.key, err = w.product.CreateKey(ctx, w.volume, id, ""); err != nil {
		t.Fatal(err)
	}
	mux := httpkit.NewMux(noAccounts{}, log)
	mux.Handle(w.product.Routes()...)
	w.http = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		mux.ServeHTTP(rw, r.WithContext(httpkit.WithSite(r.Context(), w.site)))
	})
	var pages []struct{ ID, Name string }
	w.api("GET", "/v1/pages", nil, 200, &pages)
	if len(pages) != 1 || pages[0].Name != "Acme" {
		t.Fatalf("pages %+v", pages)
	}
	w.page = pages[0].ID
	return w
}

func (w *world) mailer() *notify.Mailer {
	server := smtp.NewServer(w.post)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	go server.Serve(l) //nolint:errcheck // it ends when the test closes it
	m, err := notify.NewMailer("smtp://"+l.Addr().String()+"?from=status@example.com", w.clock)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { m.Close(); server.Close() })
	return m
}

// request sends a request and gives the answer.
func (w *world) request(method, path, contentType, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	w.http.ServeHTTP(rec, r)
	return rec
}

// api calls the manage API with the key and expects a status.
func (w *world) api(method, path string, body any, want int, out any) {
	w.t.Helper()
	var b []byte
	if body != nil {
		var err error
		if b, err = json.Marshal(body); err != nil {
			w.t.Fatal(err)
		}
	}
	rec := w.request(method, path, "application/json", string(b), "Authorization", "OAuth "+w.key, "X-Test-Admin", "yes")
	if rec.Code != want {
		w.t.Fatalf("%s %s: %d, not %d: %s", method, path, rec.Code, want, rec.Body)
	}
	if out != nil {
		if err := json.Unmarshal(rec.Body.Bytes(), out); err != nil {
			w.t.Fatalf("%s %s: %v in %s", method, path, err, rec.Body)
		}
	}
}

// v1 calls the manage API below the page.
func (w *world) v1(method, path string, body any, want int, out any) {
	w.t.Helper()
	w.api(method, "/v1/pages/"+w.page+path, body, want, out)
}

// get reads the public page.
func (w *world) get(path string) string {
	w.t.Helper()
	rec := w.request("GET", path, "", "")
	if rec.Code != 200 {
		w.t.Fatalf("GET %s: %d %s", path, rec.Code, rec.Body)
	}
	return rec.Body.String()
}

// form sends a form of the public page.
func (w *world) form(path string, values url.Values) *httptest.ResponseRecorder {
	return w.request("POST", path, "application/x-www-form-urlencoded", values.Encode())
}

func (w *world) run() {
	w.t.Helper()
	if err := w.runner.RunDue(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// pass lets time go by, minute after minute, with the jobs that come due.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	for ; d > 0; d -= time.Minute {
		w.clock.Advance(min(d, time.Minute))
		w.run()
	}
}

func (w *world) component(name string) string {
	w.t.Helper()
	var c struct{ ID string }
	w.v1("POST", "/components", obj{"component": obj{"name": name}}, 201, &c)
	return c.ID
}

type obj map[string]any

type incidentBody struct {
	ID, Status, Impact string
	ResolvedAt         *time.Time `json:"resolved_at"`
	StartedAt          *time.Time `json:"started_at"`
	Updates            []struct {
		ID, Status, Body string
		Affected         []struct {
			Code string
			Old  string `json:"old_status"`
			New  string `json:"new_status"`
		} `json:"affected_components"`
	} `json:"incident_updates"`
}

func (w *world) incident(id string) (i incidentBody) {
	w.t.Helper()
	w.v1("GET", "/incidents/"+id, nil, 200, &i)
	return i
}

func (w *world) statusOf(component string) string {
	w.t.Helper()
	var c struct{ Status string }
	w.v1("GET", "/components/"+component, nil, 200, &c)
	return c.Status
}

var linkForm = regexp.MustCompile(`https://acme\.example\.com(/status/(?:confirm|manage)/[a-z0-9-]+/)`)

// subscribe brings an address through the double opt-in.
func (w *world) subscribe(address string, components ...string) {
	w.t.Helper()
	if rec := w.form("/status/subscribe/", url.Values{"email": {address}, "component": components}); rec.Code != 200 {
		w.t.Fatalf("subscribe %s: %d %s", address, rec.Code, rec.Body)
	}
	w.run()
	mails := w.post.take()
	if len(mails) != 1 {
		w.t.Fatalf("%d confirmations for %s", len(mails), address)
	}
	link := linkForm.FindStringSubmatch(decodeQP(mails[0]))
	if link == nil {
		w.t.Fatalf("no link in %s", mails[0])
	}
	if page := w.get(link[1]); !strings.Contains(page, "Yes, subscribe") {
		w.t.Fatalf("confirmation page: %s", page)
	}
	if rec := w.form(link[1], url.Values{"do": {"confirm"}}); rec.Code != 200 {
		w.t.Fatalf("confirm: %d", rec.Code)
	}
	w.clock.Advance(time.Hour) // the next one is not slowed down
}

// decodeQP takes the soft line ends of quoted-printable away.
func decodeQP(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "=\r\n", ""), "=3D", "=")
}

func to(mail string) string {
	for line := range strings.Lines(mail) {
		if rest, ok := strings.CutPrefix(line, "To: <"); ok {
			return strings.TrimRight(rest, ">\r\n")
		}
	}
	return ""
}

func subjects(mails []string) string {
	var out []string
	for _, m := range mails {
		for line := range strings.Lines(m) {
			if rest, ok := strings.CutPrefix(line, "Subject: "); ok {
				out = append(out, to(m)+" "+strings.TrimSpace(rest))
			}
		}
	}
	return fmt.Sprint(out)
}
