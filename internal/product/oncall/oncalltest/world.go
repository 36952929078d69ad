// Package oncalltest is a site's on-call for tests: a real volume, the real engine and timers under a clock that the test moves, a real mail server on
// loopback that keeps what it gets, and a real receiver of webhooks.
package oncalltest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/notify"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/platform/webhook"
	"holdfast.dev/internal/product/oncall/engine"
	"holdfast.dev/internal/product/oncall/needs"
)

// Start is when worlds begin: a Monday morning.
var Start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// World is one site.
type World struct {
	T       testing.TB
	engine  storage.Engine
	clock   clock.Clock
	ledger  *ledger
	Clock   *clock.Fake
	V       *volume.Volume
	Runner  *jobs.Runner
	Senders needs.Senders
	Inbox   *Inbox
	Hooks   *Hooks
	Ctx     context.Context
}

// Inbox keeps the mails that came.
type Inbox struct {
	mu      sync.Mutex
	mails   []Mail
	OnMail  func(Mail) // called for each, before it is accepted
	Refuse  error      // given instead of accepting
	Address string     // host:port
}

// Mail is one that came.
type Mail struct {
	To, Subject, Body string
	Header            mail.Header
}

// Hooks keeps the webhooks that came.
type Hooks struct {
	mu     sync.Mutex
	URL    string
	Got    []Hook
	Status int // to answer with; 0 is 200
}

// Hook is one that came.
type Hook struct {
	Header http.Header
	Body   string
}

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
	if l.at[ref] = at; at.IsZero() {
		delete(l.at, ref)
	}
	return nil
}

var ref = volume.Ref{Kind: "oncall", Owner: "site_test"}

// New makes a world on an engine.
func New(t testing.TB, e storage.Engine) *World { return NewAt(t, e, clock.NewFake(Start)) }

// NewAt makes a world under any clock; World.Clock is nil unless it is a fake one.
func NewAt(t testing.TB, e storage.Engine, c clock.Clock) *World {
	w := &World{T: t, Inbox: newInbox(t), Hooks: newHooks(t), engine: e, clock: c, ledger: &ledger{at: map[volume.Ref]time.Time{}}}
	w.Clock, _ = c.(*clock.Fake)
	mailer, err := notify.NewMailer("smtp://"+w.Inbox.Address+"?from=oncall@holdfast.example", c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(mailer.Close)
	w.Senders = needs.Senders{Mail: mailer, Webhook: webhook.New(c, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})}
	w.Ctx = httpkit.WithSite(t.Context(), &httpkit.Site{Slug: "acme", Name: "Acme", BaseURL: "https://acme.example"})
	pool := w.start()
	if err := pool.Create(t.Context(), ref, volume.Place{Engine: e, Generation: 1}); err != nil {
		t.Fatal(err)
	}
	return w
}

// Restart is the process killed and started again: what it had in memory is gone, what it wrote is there.
func (w *World) Restart() { w.start() }

// start makes what a process has: a pool of volumes and a runner of their jobs.
func (w *World) start() *volume.Pool {
	t, e, c := w.T, w.engine, w.clock
	place := volume.Place{Engine: e, Generation: 1}
	files, tables := schema(t)
	pool := volume.NewPool(volume.Config{Clock: c,
		Kinds:     []volume.Kind{{Name: "oncall", Migrations: append(jobs.Migrations(), files...), Tables: append(tables, jobs.Tables...)}},
		Locate:    func(context.Context, volume.Ref) (volume.Place, error) { return place, nil },
		Wake:      func(r volume.Ref, at time.Time) error { return w.Runner.Wake(r, at) },
		Committed: func(r volume.Ref, _ []journal.Commit) { w.Runner.Committed(r) },
	})
	t.Cleanup(pool.Close)
	w.Runner = jobs.New(jobs.Config{Pool: pool, Ledger: w.ledger, Clock: c, Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
		Context: func(ctx context.Context, _ volume.Ref) (context.Context, error) {
			return httpkit.WithSite(ctx, httpkit.SiteFrom(w.Ctx)), nil
		}})
	for kind, h := range engine.Jobs(c, w.Senders) {
		w.Runner.Handle(kind, h)
	}
	w.V = pool.Volume(ref)
	return pool
}

var tableName = regexp.MustCompile(`(?m)^CREATE TABLE (\w+)`)

// schema reads the product's migrations from their folder, so that this package does not need the product.
func schema(t testing.TB) ([]storage.Migration, []storage.Table) {
	_, here, _, _ := runtime.Caller(0)
	dir := filepath.Join(filepath.Dir(here), "..", "migrations")
	names, err := filepath.Glob(filepath.Join(dir, "*.sql"))
	if err != nil || len(names) == 0 {
		t.Fatal("no migrations", err)
	}
	var tables []storage.Table
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range tableName.FindAllStringSubmatch(string(b), -1) {
			tables = append(tables, storage.Table{Name: m[1]})
		}
	}
	return storage.Migrations("oncall", os.DirFS(dir)), tables
}

// Write runs fn as one commit.
func (w *World) Write(fn func(ctx context.Context, tx *volume.Tx) error) {
	w.T.Helper()
	if err := w.V.Write(w.Ctx, func(tx *volume.Tx) error { return fn(w.Ctx, tx) }); err != nil {
		w.T.Fatal(err)
	}
}

// Read runs fn on one instant.
func (w *World) Read(fn func(ctx context.Context, tx *volume.Tx) error) {
	w.T.Helper()
	if err := w.V.Read(w.Ctx, func(tx *volume.Tx) error { return fn(w.Ctx, tx) }); err != nil {
		w.T.Fatal(err)
	}
}

// Run runs what is due now.
func (w *World) Run() {
	w.T.Helper()
	if err := w.Runner.RunDue(w.T.Context()); err != nil {
		w.T.Fatal(err)
	}
}

// Pass lets time pass, in steps short enough that every timer runs at its time, within ten seconds.
func (w *World) Pass(d time.Duration) {
	w.T.Helper()
	for d > 0 {
		step := min(d, 10*time.Second)
		w.Clock.Advance(step)
		d -= step
		w.Run()
	}
}

func newInbox(t testing.TB) *Inbox {
	in := &Inbox{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	in.Address = l.Addr().String()
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{in: in}, nil }))
	s.Domain = "localhost"
	s.MaxRecipients = 10
	go func() { _ = s.Serve(l) }() // ends with Close
	t.Cleanup(func() { _ = s.Close() })
	return in
}

type session struct {
	in *Inbox
	to string
}

func (s *session) Mail(string, *smtp.MailOptions) error      { return nil }
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error { s.to = to; return nil }
func (s *session) Reset()                                    {}
func (s *session) Logout() error                             { return nil }
func (s *session) Data(r io.Reader) error {
	m, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(m.Body)
	if err != nil {
		return err
	}
	return s.in.accept(Mail{s.to, m.Header.Get("Subject"), string(body), m.Header})
}

func (in *Inbox) accept(m Mail) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.Refuse != nil {
		return in.Refuse
	}
	if in.OnMail != nil {
		in.OnMail(m)
	}
	in.mails = append(in.mails, m)
	return nil
}

// SetRefuse makes the server refuse mails with an error, nil to accept them again.
func (in *Inbox) SetRefuse(err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.Refuse = err
}

// Take gives the mails that came since the last call.
func (in *Inbox) Take() []Mail {
	in.mu.Lock()
	defer in.mu.Unlock()
	out := in.mails
	in.mails = nil
	return out
}

// Expect compares the mails since the last call, as "to: subject", in any order of those that came together.
func (w *World) Expect(want ...string) []Mail {
	w.T.Helper()
	got := w.Inbox.Take()
	left := append([]string{}, want...)
	for _, m := range got {
		line := m.To + ": " + m.Subject
		found := false
		for i, x := range left {
			if x == line {
				left, found = append(left[:i], left[i+1:]...), true
				break
			}
		}
		if !found {
			w.T.Errorf("at %s: unexpected mail %q", w.Clock.Now().Format("15:04:05"), line)
		}
	}
	if len(left) > 0 {
		w.T.Errorf("at %s: no mail %q", w.Clock.Now().Format("15:04:05"), left)
	}
	return got
}

func newHooks(t testing.TB) *Hooks {
	h := &Hooks{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.Got = append(h.Got, Hook{r.Header.Clone(), string(body)})
		if h.Status != 0 {
			w.WriteHeader(h.Status)
		}
		fmt.Fprint(w, "ok")
	}))
	t.Cleanup(s.Close)
	h.URL = s.URL + "/hook"
	return h
}

// Take gives the webhooks that came since the last call.
func (h *Hooks) Take() []Hook {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := h.Got
	h.Got = nil
	return out
}

// Text undoes the quoted-printable line ends and equal signs of a mail's body, enough to find links in it.
func (m Mail) Text() string {
	return strings.NewReplacer("=\r\n", "", "=3D", "=").Replace(m.Body)
}

// Answer makes the receiver answer webhooks with a status from now on.
func (h *Hooks) Answer(status int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.Status = status
}
