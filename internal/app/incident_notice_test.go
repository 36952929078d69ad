package app

import (
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/notify"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/volume"
)

// postOffice is a mail server on loopback that keeps letters by their receiver; closed, it takes none.
type postOffice struct {
	mu     sync.Mutex
	closed bool
	mails  map[string][]string
}

type counter struct {
	o  *postOffice
	to string
}

func (c *counter) Mail(string, *smtp.MailOptions) error { return nil }
func (c *counter) Rcpt(to string, _ *smtp.RcptOptions) error {
	c.o.mu.Lock()
	defer c.o.mu.Unlock()
	c.to = to
	if c.o.closed {
		return &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 2, 1}, Message: "try later"}
	}
	return nil
}
func (c *counter) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	c.o.mu.Lock()
	defer c.o.mu.Unlock()
	c.o.mails[c.to] = append(c.o.mails[c.to], strings.ReplaceAll(string(b), "=\r\n", ""))
	return err
}
func (c *counter) Reset()        {}
func (c *counter) Logout() error { return nil }

// NewSession implements smtp.Backend.
func (o *postOffice) NewSession(*smtp.Conn) (smtp.Session, error) { return &counter{o: o}, nil }

func (o *postOffice) to(address string) []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]string(nil), o.mails[address]...)
}

func (w *town) openPostOffice() *postOffice {
	w.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	o := &postOffice{mails: map[string][]string{}}
	s := smtp.NewServer(o)
	s.Domain = "localhost"
	go func() { _ = s.Serve(l) }()
	w.t.Cleanup(func() { _ = s.Close() })
	if w.node.Mailer, err = notify.NewMailer("smtp://"+l.Addr().String(), w.clock); err != nil {
		w.t.Fatal(err)
	}
	return o
}

func (w *town) care() {
	w.t.Helper()
	if err := w.node.CareForIncidents(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// TestR23TheAffectedAreToldAndNobodyElse loses the on-call volume of one customer and follows what its contacts get and see.
func TestR23TheAffectedAreToldAndNobodyElse(t *testing.T) {
	w := newTown(t)
	w.node.Options.BaseURL = w.http.URL
	office := w.openPostOffice()
	if _, err := w.node.AddContact(as("ann"), "acme", "acme", fleet.Contact{Name: "Cleo", Email: "cleo@private.example"}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.node.AddContact(as("ann"), "acme", "other", fleet.Contact{Name: "Cleo", Email: "cleo@private.example"}); !fault.Is(err, fault.KindInvalid) {
		t.Fatalf("a contact for the site of another customer: %v", err)
	}
	watcher, stop, err := w.node.newWatcher(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if err := w.node.Shipper.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	ref := volume.Ref{Kind: "oncall", Owner: w.acme.ID.String()}
	if err := w.node.Pool.Evict(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(w.node.Options.Data, ref.Name(1)+".db")); err != nil {
		t.Fatal(err)
	}
	office.closed = true // the first attempt finds no mail server
	if err := watcher.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.care()
	office.mu.Lock()
	office.closed = false
	office.mu.Unlock()
	w.clock.Advance(time.Minute)
	w.care()
	w.care()
	mails := office.to("cleo@private.example")
	if len(mails) != 1 || len(office.to("ann@acme.example")) != 1 || len(office.to("ann@other.example")) != 0 {
		t.Fatalf("%d, %d and %d mails", len(mails), len(office.to("ann@acme.example")), len(office.to("ann@other.example")))
	}
	link := regexp.MustCompile(`/incident/[a-z2-7]{40}`).FindString(mails[0])
	if link == "" || !strings.Contains(mails[0], "from the moment at which its restore begins") {
		t.Fatalf("no link or no estimate in\n%s", mails[0])
	}

	page := func() string {
		t.Helper()
		code, body := w.call(http.DefaultClient, "GET", link, "")
		if code != http.StatusOK || strings.Contains(body, "<script") || strings.Contains(body, "other") && strings.Contains(body, w.other.ID.String()) {
			t.Fatalf("the page: %d %s", code, body)
		}
		return body
	}
	if body := page(); !strings.Contains(body, "How the sites of acme stand") || !strings.Contains(body, "missing on our machines") || !strings.Contains(body, `lang="en"`) {
		t.Fatal(body)
	}
	if code, _ := w.call(http.DefaultClient, "GET", "/incident/"+strings.Repeat("a", 40), ""); code != http.StatusNotFound {
		t.Fatalf("a guessed link: %d", code)
	}

	if _, err := w.node.UpdateIncidents(as("ann"), w.other.Org, "for nobody"); !fault.Is(err, fault.KindNotFound) {
		t.Fatalf("somebody who is not affected was written to: %v", err)
	}
	if _, err := w.node.UpdateIncidents(t.Context(), ids.Org{}, "by nobody"); !fault.Is(err, fault.KindForbidden) {
		t.Fatal(err)
	}
	if told, err := w.node.UpdateIncidents(as("ann"), ids.Org{}, "A disk <died>. We have the copy."); err != nil || told != 1 {
		t.Fatal(told, err)
	}
	w.care()
	if n := len(office.to("cleo@private.example")); n != 2 || len(office.to("ann@other.example")) != 0 {
		t.Fatalf("%d mails after the update", n)
	}
	if body := page(); !strings.Contains(body, "A disk &lt;died&gt;.") {
		t.Fatal(body)
	}

	if _, err := w.node.RestoreSite(as("ann"), w.acme, recovery.Target{}, "test", nil); err != nil {
		t.Fatal(err)
	}
	if err := watcher.Check(t.Context()); err != nil { // it is over when the watcher says so, too
		t.Fatal(err)
	}
	w.care()
	w.care()
	if mails := office.to("cleo@private.example"); len(mails) != 3 || !strings.Contains(mails[2], "Everything of yours is back") {
		t.Fatalf("%d mails, the last: %s", len(mails), mails[len(mails)-1])
	}
	if body := page(); !strings.Contains(body, "Over since") || !strings.Contains(body, "Back since") {
		t.Fatal(body)
	}
}
