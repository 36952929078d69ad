package notify_test

import (
	"errors"
	"io"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/notify"
)

// post is a real mail server on loopback that keeps what it takes and refuses the address nobody@….
type post struct {
	mu       sync.Mutex
	sessions int
	mails    []string
}

func (p *post) NewSession(*smtp.Conn) (smtp.Session, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sessions++
	return &session{p}, nil
}

type session struct{ *post }

func (s *session) Mail(string, *smtp.MailOptions) error { return nil }
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch {
	case strings.HasPrefix(to, "nobody@"):
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	case strings.HasPrefix(to, "busy@"):
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

func newPost(t *testing.T) (*post, *notify.Mailer) {
	t.Helper()
	p := &post{}
	server := smtp.NewServer(p)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(l) //nolint:errcheck // it ends when the test closes it
	t.Cleanup(func() { server.Close() })
	m, err := notify.NewMailer("smtp://"+l.Addr().String()+"?from=holdfast@example.com", clock.System)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return p, m
}

func TestMailIsHandedOverOnOneConnection(t *testing.T) {
	p, m := newPost(t)
	for range 3 {
		err := m.Send(t.Context(), notify.Mail{To: "ada@example.com", FromName: "Ünïcode", Subject: "Disk full — jetzt\r\nBcc: everyone@example.com", Text: "Hällo", HTML: "<p>Hällo</p>",
			MessageID: "one@example.com", Headers: map[string]string{"List-Unsubscribe": "<https://example.com/u>"}})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(p.mails) != 3 || p.sessions != 1 {
		t.Fatalf("%d mails over %d connections", len(p.mails), p.sessions)
	}
	got, err := mail.ReadMessage(strings.NewReader(p.mails[0]))
	if err != nil {
		t.Fatal(err)
	}
	if got.Header.Get("Bcc") != "" || got.Header.Get("Message-ID") != "<one@example.com>" || got.Header.Get("List-Unsubscribe") == "" || got.Header.Get("To") != "<ada@example.com>" {
		t.Fatalf("headers %v", got.Header)
	}
}

func TestRefusalsSayWhetherToTryAgain(t *testing.T) {
	_, m := newPost(t)
	for to, permanent := range map[string]bool{"nobody@example.com": true, "busy@example.com": false, "a@example.com, b@example.com": true, "x\r\nBcc: y@example.com": true} {
		err := m.Send(t.Context(), notify.Mail{To: to, Subject: "x", Text: "x"})
		var e *notify.Error
		if !errors.As(err, &e) || e.Permanent != permanent {
			t.Errorf("%q: %v (permanent %v)", to, err, e != nil && e.Permanent)
		}
	}
	if err := m.Send(t.Context(), notify.Mail{To: "ada@example.com", Subject: "x", Text: "after refusals"}); err != nil {
		t.Fatal(err)
	}
}

func TestAServerThatIsAwayIsTriedAgain(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	m, err := notify.NewMailer("smtp://"+address, clock.NewFake(time.Unix(0, 0)))
	if err != nil {
		t.Fatal(err)
	}
	var e *notify.Error
	if err := m.Send(t.Context(), notify.Mail{To: "ada@example.com"}); !errors.As(err, &e) || e.Permanent {
		t.Fatalf("%v", err)
	}
	if err := (*notify.Mailer)(nil).Send(t.Context(), notify.Mail{}); !errors.Is(err, notify.ErrNoMail) {
		t.Fatal(err)
	}
}
