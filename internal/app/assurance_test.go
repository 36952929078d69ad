package app

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/assurance"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/operator"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/platform/webhook"
	"holdfast.dev/internal/product/access"
	"holdfast.dev/internal/product/tracker/project"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

// plant is an installation whose backups are tested.
type plant struct {
	t     *testing.T
	node  *Node
	clock *clock.Fake
	site  *fleet.Site
	vault string
}

func newPlant(t *testing.T, database string) *plant {
	t.Helper()
	p := &plant{t: t, clock: clock.NewFake(time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC)), vault: filepath.Join(t.TempDir(), "vault")}
	var err error
	if p.node, err = Open(t.Context(), Options{Data: t.TempDir(), Database: database, Vault: p.vault}, p.clock, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.node.Close)
	org, err := p.node.CreateOrg(p.ctx(), "Acme")
	if err == nil {
		p.site, err = p.node.CreateSite(p.ctx(), org.ID, "acme", "Acme", "tracker", "oncall")
	}
	if err == nil {
		_, err = p.node.products.access.CreateAccount(p.ctx(), org.ID, access.NewPerson{Email: "ann@acme.example", Name: "Ann", Password: testPassword})
	}
	if err != nil {
		t.Fatal(err)
	}
	p.write("FIRST")
	return p
}

func (p *plant) ctx() context.Context { return identity.AsSystem(context.Background(), "test") }

// write commits something and waits until the vault has it.
func (p *plant) write(key string) {
	p.t.Helper()
	p.commit(key)
	if err := p.node.Shipper.Flush(p.ctx()); err != nil {
		p.t.Fatal(err)
	}
}

func (p *plant) commit(key string) {
	p.t.Helper()
	err := p.node.Pool.Volume(volume.Ref{Kind: "work", Owner: p.site.ID.String()}).Write(p.ctx(), func(tx *volume.Tx) error {
		_, err := project.Create(p.ctx(), tx, project.New{Key: key, Name: "Project " + key})
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// look lets the tester look until a day is over in which everything became due.
func (p *plant) look() {
	p.t.Helper()
	p.clock.Advance(assurance.Every)
	if err := p.node.tester.Look(p.ctx()); err != nil {
		p.t.Fatal(err)
	}
}

func (p *plant) state(owner string) ProofRow {
	p.t.Helper()
	rows, _, _, err := p.node.Proofs(p.ctx())
	if err != nil {
		p.t.Fatal(err)
	}
	for _, row := range rows {
		if row.Owner == owner {
			return row
		}
	}
	p.t.Fatalf("nothing is known of the backup of %s", owner)
	return ProofRow{}
}

// TestR19EverythingIsRestoredAndProvenByItself lets time pass over an installation on both engines: every site, the people of its organization and the control
// database are restored into scratch, proven by their digests, and removed.
func TestR19EverythingIsRestoredAndProvenByItself(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			database := ""
			if engine == "postgres" {
				database = storagetest.PostgresURL(t)
			}
			p := newPlant(t, database)
			if err := p.node.tester.Look(p.ctx()); err != nil {
				t.Fatal(err)
			}
			before, err := p.node.Engine.List(p.ctx())
			if err != nil {
				t.Fatal(err)
			}
			p.look()
			for _, owner := range []string{p.site.ID.String(), p.site.Org.String(), controlOwner} {
				if row := p.state(owner); row.State != assurance.StateProven || row.Rows == 0 || row.Bytes == 0 || row.Error != "" {
					t.Errorf("%+v", row)
				}
			}
			var tests []assurance.Test
			err = p.node.control().Read(p.ctx(), func(tx *volume.Tx) (err error) {
				tests, err = assurance.Tests(p.ctx(), tx, p.site.ID.String(), 10)
				return err
			})
			if err != nil || len(tests) != 1 || len(tests[0].Volumes) != 2 {
				t.Fatal(err, tests)
			}
			for _, v := range tests[0].Volumes {
				err := p.node.Pool.Volume(volume.Ref{Kind: v.Kind, Owner: p.site.ID.String()}).Read(p.ctx(), func(tx *volume.Tx) error {
					h, err := journal.ReadHead(p.ctx(), tx.Tx)
					if err == nil && (h.Seq != v.Commit || h.Digest.String() != v.Digest || h.Rows != v.Rows) {
						t.Errorf("proven was %+v, the live one is at %d %s with %d rows", v, h.Seq, h.Digest, h.Rows)
					}
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			after, err := p.node.Engine.List(p.ctx())
			if err != nil || len(after) != len(before) {
				t.Errorf("the live fleet has other databases than before: %v %v %v", err, before, after)
			}
			if left, _ := filepath.Glob(filepath.Join(p.node.Options.Data, "tmp", "past-*")); len(left) > 0 {
				t.Errorf("scratch stays behind: %v", left)
			}
		})
	}
}

// TestR19WhatIsWrongWithABackupIsNamed damages the vault in ways that nothing else notices until the bad day.
func TestR19WhatIsWrongWithABackupIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		harm func(t *testing.T, p *plant)
		says string
	}{
		"a byte of a segment is flipped": {func(t *testing.T, p *plant) {
			p.write("FLIPPED")
			flip(t, filepath.Join(p.vault, "segments"))
		}, "damaged are: segments/"},
		"nothing is shipped any more": {func(t *testing.T, p *plant) {
			// Nothing can be put into the vault any more, as when its disk is full or its credentials ended.
			if err := os.Rename(filepath.Join(p.vault, "incoming"), filepath.Join(p.vault, "away")); err != nil {
				t.Fatal(err)
			}
			p.commit("LOST")
		}, "the vault lacks commits"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlant(t, "")
			if err := p.node.tester.Look(p.ctx()); err != nil {
				t.Fatal(err)
			}
			p.look()
			c.harm(t, p)
			p.clock.Advance(2 * time.Hour)
			p.look()
			row := p.state(p.site.ID.String())
			if row.State != assurance.StateFailed || !strings.Contains(row.Error, c.says) || row.Proven == nil {
				t.Errorf("%+v", row)
			}
			if _, err := p.node.Fleet.Site(p.site.ID); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestR19AMissingAttachmentIsNamed removes a file from the vault that a row names.
func TestR19AMissingAttachmentIsNamed(t *testing.T) {
	w := newTown(t)
	ann := w.token["acme"]
	var me struct{ AccountID string }
	if err := json.Unmarshal([]byte(w.must("GET", "/rest/api/3/myself", "", ann)), &me); err != nil {
		t.Fatal(err)
	}
	w.must("POST", "/rest/api/3/project", `{"key":"APP","name":"App","projectTypeKey":"software","leadAccountId":"`+me.AccountID+`"}`, ann)
	w.must("POST", "/rest/api/2/issue", `{"fields":{"project":{"key":"APP"},"issuetype":{"name":"Task"},"summary":"s"}}`, ann)
	w.attach("APP-1", "a.txt", "the contract")
	ctx := identity.AsSystem(t.Context(), "test")
	test, err := w.node.tester.Test(ctx, w.acme.ID.String())
	if err != nil || !test.Proven || test.Attachments != 1 {
		t.Fatalf("%v %+v", err, test)
	}
	gone := newestOf(t, filepath.Join(w.node.Options.Data, "vault", "blobs", w.acme.ID.String()))
	if err := os.Remove(gone); err != nil {
		t.Fatal(err)
	}
	test, err = w.node.tester.Test(ctx, w.acme.ID.String())
	if err != nil || test.Proven || !strings.Contains(test.Error, filepath.Base(gone)) || !strings.Contains(test.Error, "missing") {
		t.Fatalf("%v %+v", err, test)
	}
}

// TestR19AlarmsGoOutByMailAndByCall follows an alarm and the heartbeat to where they arrive.
func TestR19AlarmsGoOutByMailAndByCall(t *testing.T) {
	w := newTown(t)
	office := w.openPostOffice()
	outside := newEars(t)
	w.node.Webhooks = webhook.New(w.clock, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
	ctx := identity.AsSystem(t.Context(), "test")
	err := w.node.control().Write(ctx, func(tx *volume.Tx) error {
		if _, err := operator.Create(ctx, tx, "olga", "olga@platform.example", true); err != nil {
			return err
		}
		return assurance.SetSettings(ctx, tx, assurance.Settings{OverdueDays: 8, RootsDays: 7, HeartbeatURL: outside.url + "/beat", HeartbeatAuthorization: "GenieKey k", AlarmURL: outside.url + "/alarm"})
	})
	if err != nil {
		t.Fatal(err)
	}
	dead := w.node.newDeadMan()
	look := func() {
		t.Helper()
		if err := w.node.tester.Look(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := dead.Check(ctx); err != nil {
			t.Fatal(err)
		}
	}
	look()
	if heard := outside.heard(); len(heard) != 1 || !strings.HasPrefix(heard[0], "/beat GenieKey k") {
		t.Fatalf("%q", heard)
	}
	w.clock.Advance(9 * 24 * time.Hour)
	if _, err := dead.Check(ctx); err != nil { // the tester sleeps
		t.Fatal(err)
	}
	letters := office.to("olga@platform.example")
	if len(letters) != 1 || !strings.Contains(letters[0], "itself has not run") || !strings.Contains(letters[0], "Site acme") {
		t.Errorf("%q", letters)
	}
	heard := outside.heard()
	if len(heard) != 2 || !strings.HasPrefix(heard[1], "/alarm") || !strings.Contains(heard[1], "holdfast.alarm") || !strings.Contains(heard[1], "Site acme") {
		t.Errorf("%q", heard)
	}
	look()
	if heard := outside.heard(); len(heard) != 3 || !strings.HasPrefix(heard[2], "/beat") {
		t.Errorf("all is proven again, and outside nobody hears it: %q", heard)
	}
	office.mu.Lock()
	office.closed = true
	office.mu.Unlock()
	if err := w.node.raise(ctx, "", "s", "t", nil); err == nil {
		t.Error("nobody was told, and it is not said")
	}
}

// ears takes calls.
type ears struct {
	url string
	mu  sync.Mutex
	all []string
}

func newEars(t *testing.T) *ears {
	e := &ears{}
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		e.mu.Lock()
		defer e.mu.Unlock()
		e.all = append(e.all, r.URL.Path+" "+r.Header.Get("Authorization")+" "+r.Header.Get("webhook-signature")+" "+string(b))
	}))
	t.Cleanup(s.Close)
	e.url = s.URL
	return e
}

func (e *ears) heard() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]string{}, e.all...)
}

// flip changes a byte here and there in every file under a folder.
func flip(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err == nil {
			for i := len(b) / 8; i < len(b); i += 61 {
				b[i] ^= 1
			}
			err = os.Chmod(path, 0o600)
		}
		if err == nil {
			err = os.WriteFile(path, b, 0o600)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// newestOf finds the file under a folder that was written last.
func newestOf(t *testing.T, dir string) (newest string) {
	t.Helper()
	var at time.Time
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		st, err := d.Info()
		if err == nil && !st.ModTime().Before(at) {
			newest, at = path, st.ModTime()
		}
		return err
	})
	if err != nil || newest == "" {
		t.Fatalf("%v: nothing under %s", err, dir)
	}
	return newest
}
