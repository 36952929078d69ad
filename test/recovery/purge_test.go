//go:build slow

package recovery

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"holdfast.dev/internal/app"
	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/lifecycle"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/platform/watch"
	"holdfast.dev/internal/product/access"
	"holdfast.dev/internal/purge"
)

// dependencies lists what a command is made of.
func dependencies(t *testing.T, command string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", command).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))
}

func TestR3PurgeIsNotInTheDependencyGraphOfHoldfast(t *testing.T) {
	const code = "holdfast.dev/internal/purge"
	if !slices.Contains(dependencies(t, "holdfast.dev/cmd/holdfast-purge"), code) {
		t.Fatalf("%s is not where it should be: this test proves nothing", code)
	}
	if slices.Contains(dependencies(t, "holdfast.dev/cmd/holdfast"), code) {
		t.Fatalf("%s is in the dependency graph of what serves and operates sites", code)
	}
}

// letterbox is a mail server of the outside world; away, it takes nothing.
type letterbox struct {
	mu    sync.Mutex
	away  bool
	mails []string
	addr  string
}

type letter struct{ b *letterbox }

func (l letter) Mail(string, *smtp.MailOptions) error { return nil }
func (l letter) Rcpt(string, *smtp.RcptOptions) error {
	l.b.mu.Lock()
	defer l.b.mu.Unlock()
	if l.b.away {
		return &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 2, 1}, Message: "try later"}
	}
	return nil
}
func (l letter) Reset()        {}
func (l letter) Logout() error { return nil }
func (l letter) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	l.b.mu.Lock()
	defer l.b.mu.Unlock()
	l.b.mails = append(l.b.mails, string(b))
	return err
}

// NewSession implements smtp.Backend.
func (b *letterbox) NewSession(*smtp.Conn) (smtp.Session, error) { return letter{b}, nil }

func (b *letterbox) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.mails)
}

func newLetterbox(t *testing.T) *letterbox {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &letterbox{addr: l.Addr().String()}
	s := smtp.NewServer(b)
	s.Domain = "localhost"
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return b
}

// ending is a customer whose site is about to end, and a neighbour.
type ending struct {
	t      *testing.T
	ctx    context.Context
	clock  *clock.Fake
	node   *app.Node
	post   *letterbox
	site   *fleet.Site
	other  *fleet.Site
	ledger *watch.Ledger
	purger *purge.Purger
}

func operator(name string) context.Context {
	return identity.With(context.Background(), identity.Principal{Kind: identity.Operator, Name: name})
}

func newEnding(t *testing.T) *ending {
	e := &ending{t: t, ctx: identity.AsSystem(context.Background(), "test"), clock: clock.NewFake(time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC)), post: newLetterbox(t)}
	data := t.TempDir()
	var err error
	if e.node, err = app.Open(e.ctx, app.Options{Data: data, SMTP: "smtp://" + e.post.addr}, e.clock, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.node.Close)
	for slug, site := range map[string]**fleet.Site{"acme": &e.site, "other": &e.other} {
		if *site, _, err = e.node.FirstRun(e.ctx, app.FirstRun{Org: slug, Slug: slug, Site: slug, Admin: access.NewPerson{Email: "ann@" + slug + ".example", Name: "Ann", Password: "a long enough password"}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.node.Shipper.Flush(e.ctx); err != nil {
		t.Fatal(err)
	}
	if e.ledger, err = watch.OpenLedger(filepath.Join(data, "watch", "ledger.jsonl"), e.clock); err != nil {
		t.Fatal(err)
	}
	var seen []watch.Seen
	for _, s := range []*fleet.Site{e.site, e.other} {
		seen = append(seen, watch.Seen{Site: s.ID.String(), Slug: s.Slug, Org: s.Org.String(), State: string(s.State)})
	}
	if err := e.ledger.Add(seen); err != nil {
		t.Fatal(err)
	}
	e.purger = &purge.Purger{Control: e.control(), Engine: e.node.Engine, Vault: e.node.Vault.Store(), Floor: 30 * 24 * time.Hour, Blobs: filepath.Join(data, "blobs"), Ledger: e.ledger, Clock: e.clock}
	return e
}

func (e *ending) control() *volume.Volume { return e.node.Pool.Volume(fleet.ControlRef) }

func (e *ending) ok(err error) {
	e.t.Helper()
	if err != nil {
		e.t.Fatal(err)
	}
}

func (e *ending) tell() int {
	e.t.Helper()
	n, err := e.node.TellTombstoned(e.ctx)
	e.ok(err)
	return n
}

func (e *ending) tombstone() {
	e.t.Helper()
	e.ok(e.node.Fleet.SetState(e.ctx, e.site.ID, fleet.Suspended, "the contract ends"))
	s, err := e.node.Fleet.Site(e.site.ID)
	e.ok(err)
	e.ok(e.node.Tombstone(e.ctx, s, "the contract ended on 31 March"))
}

func (e *ending) ask() ids.Purge {
	e.t.Helper()
	s, err := e.node.Fleet.Site(e.site.ID)
	e.ok(err)
	id, err := e.node.AskPurge(operator("ann"), s, lifecycle.EndOfContract, "the contract ended on 31 March")
	e.ok(err)
	return id
}

func (e *ending) approve(id ids.Purge, name string, site ids.Site) error {
	ctx := operator(name)
	return e.control().Write(ctx, func(tx *volume.Tx) error { return lifecycle.Approve(ctx, tx, id, site) })
}

func (e *ending) lacks(id ids.Purge, want int) {
	e.t.Helper()
	missing, err := e.purger.Check(e.ctx, id)
	e.ok(err)
	if len(missing) != want {
		e.t.Fatalf("%d conditions are missing, not %d: %q", len(missing), want, missing)
	}
	var refused *purge.Refusal
	if want > 0 {
		if _, err := e.purger.Run(e.ctx, id, e.site.ID); !errors.As(err, &refused) {
			e.t.Fatalf("it ran: %v", err)
		}
	}
}

func TestR4PurgeIsLateDoubledAndSingle(t *testing.T) {
	e := newEnding(t)
	if err := e.node.Tombstone(e.ctx, e.site, "too soon"); !fault.Is(err, fault.KindConflict) {
		t.Fatalf("a site in use was tombstoned: %v", err)
	}
	e.tombstone()
	if n := e.tell(); n != 1 || e.tell() != 0 {
		t.Fatalf("%d notices at the tombstone", n)
	}
	id := e.ask()
	if err := e.approve(id, "ann", e.site.ID); !fault.Is(err, fault.KindForbidden) {
		t.Fatalf("she approved her own request: %v", err)
	}
	if err := e.approve(id, "bob", e.other.ID); !fault.Is(err, fault.KindInvalid) {
		t.Fatalf("an approval for another tenant: %v", err)
	}
	e.lacks(id, 4) // the countdown, two notices, the approvals
	e.ok(e.approve(id, "bob", e.site.ID))
	if err := e.approve(id, "bob", e.site.ID); !fault.Is(err, fault.KindConflict) {
		t.Fatalf("he approved twice: %v", err)
	}
	e.lacks(id, 4)
	e.ok(e.approve(id, "cleo", e.site.ID))
	e.lacks(id, 3)

	// The mail server is away when the second notice is due: it is tried again, and the record says so.
	e.clock.Advance(23 * 24 * time.Hour)
	e.post.away = true
	if n := e.tell(); n != 0 {
		t.Fatalf("%d handed over to nobody", n)
	}
	e.post.mu.Lock()
	e.post.away = false
	e.post.mu.Unlock()
	if n := e.tell(); n != 0 {
		t.Fatal("tried again at once")
	}
	e.clock.Advance(2 * time.Minute)
	if n := e.tell(); n != 1 {
		t.Fatalf("%d handed over after the wait", n)
	}
	e.clock.Advance(6 * 24 * time.Hour)
	if n := e.tell(); n != 1 || e.post.count() != 3 {
		t.Fatalf("%d, %d mails", n, e.post.count())
	}
	e.lacks(id, 3) // the countdown, and both notices were late
	e.clock.Advance(24*time.Hour - 3*time.Minute)
	e.lacks(id, 3) // a minute early
	e.clock.Advance(3 * time.Minute)
	e.lacks(id, 0)
	var refused *purge.Refusal
	if _, err := e.purger.Run(e.ctx, id, e.other.ID); !errors.As(err, &refused) {
		t.Fatalf("the purge of another site than the one named: %v", err)
	}

	// Until the very end the site can be resumed, and then the request is worth nothing.
	e.ok(e.node.Fleet.SetState(e.ctx, e.site.ID, fleet.Active, "they pay again"))
	e.lacks(id, 5)
}

// ended is a customer whose countdown is over, with a request that lacks nothing.
func ended(t *testing.T) (*ending, ids.Purge) {
	e := newEnding(t)
	e.tombstone()
	e.tell()
	id := e.ask()
	e.ok(e.approve(id, "bob", e.site.ID))
	e.ok(e.approve(id, "cleo", e.site.ID))
	e.clock.Advance(23 * 24 * time.Hour)
	e.tell()
	e.clock.Advance(6 * 24 * time.Hour)
	e.tell()
	e.clock.Advance(24 * time.Hour)
	e.lacks(id, 0)
	return e, id
}

func TestR4APurgeDestroysOneSiteAndNothingOfTheVault(t *testing.T) {
	e, id := ended(t)
	e.ok(e.node.Shipper.Flush(e.ctx))
	before, err := e.node.Vault.Store().List(e.ctx, "")
	e.ok(err)
	for _, ref := range e.node.Fleet.VolumesOf(e.site.ID.String()) {
		e.ok(e.node.Pool.Evict(e.ctx, ref))
	}
	res, err := e.purger.Run(e.ctx, id, e.site.ID)
	e.ok(err)
	if len(res.Databases) != 3 || !res.Expiry.Equal(e.clock.Now().Add(30*24*time.Hour)) {
		t.Fatalf("%+v", res)
	}
	names, err := e.node.Engine.List(e.ctx)
	e.ok(err)
	neighbours := 0
	for _, name := range names {
		if strings.Contains(name, e.site.ID.String()) {
			t.Errorf("%s is still there", name)
		}
		if strings.Contains(name, e.other.ID.String()) {
			neighbours++
		}
	}
	if neighbours != 3 {
		t.Errorf("the neighbour has %d databases", neighbours)
	}
	after, err := e.node.Vault.Store().List(e.ctx, "")
	e.ok(err)
	for _, key := range before {
		if !slices.Contains(after, key) {
			t.Errorf("the vault lost %s inside its retention floor", key)
		}
	}
	if !slices.Contains(after, "expiry/"+e.site.ID.String()+".json") {
		t.Error("the vault has no mark of the expiry")
	}
	expected := e.ledger.Expected()
	if len(expected) != 1 || expected[0].Site != e.other.ID.String() {
		t.Errorf("the watcher expects %v", expected)
	}
	if _, err := e.node.Fleet.Refresh(e.ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := e.node.Fleet.Site(e.site.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("the site is still known: %v", err)
	}
	var refused *purge.Refusal
	if _, err := e.purger.Run(e.ctx, id, e.site.ID); !errors.As(err, &refused) {
		t.Errorf("a request ran twice: %v", err)
	}
}

func TestR3OperatorsCredentialsPurgeNothing(t *testing.T) {
	data := t.TempDir()
	if err := purge.Prove(data, "anything"); !fault.Is(err, fault.KindUnauthenticated) {
		t.Fatal(err)
	}
	token, err := purge.Enroll(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := purge.Prove(data, token); err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []string{"", "hfop_" + strings.TrimPrefix(token, "hfpurge_"), token + "a"} {
		if err := purge.Prove(data, wrong); !fault.Is(err, fault.KindUnauthenticated) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	if _, err := purge.Enroll(data); !fault.Is(err, fault.KindConflict) {
		t.Errorf("a second credential: %v", err)
	}
	if st, err := os.Stat(filepath.Join(data, "purge", "credential.sha256")); err != nil || st.Mode().Perm() != 0o400 {
		t.Error(st, err)
	}
}
