package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"holdfast.dev/internal/base/clock"
)

// Mail is one message to one person.
type Mail struct {
	From, FromName string // empty: the mailer's own
	To             string
	Subject        string
	Text           string
	HTML           string // optional alternative
	MessageID      string // optional, without angle brackets; a mail sent twice keeps it, so that the receiver can tell
	Headers        map[string]string
	Files          []File
}

// File is an attachment of a mail.
type File struct {
	Name    string
	Content []byte
}

// Error is a message that was not handed over. A permanent one will never be taken.
type Error struct {
	Permanent bool
	Err       error
}

// Error implements error.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// ErrNoMail is returned where no mail server was configured.
var ErrNoMail = errors.New("no mail server is configured: start with --smtp smtp://HOST:PORT")

// Mailer sends mail over SMTP. Connections are kept open between messages for some seconds, since a handshake costs more than a message.
type Mailer struct {
	host string
	port int
	from string
	opts []gomail.Option
	idle chan *connection
	now  clock.Clock
}

type connection struct {
	client *gomail.Client
	used   time.Time
}

const (
	keptConnections = 16
	idleConnection  = 20 * time.Second
	sendTimeout     = 30 * time.Second
)

// NewMailer makes a mailer from smtp://[USER:PASSWORD@]HOST[:PORT][?from=ADDRESS] or smtps://…. With smtp, TLS is used where the server
// offers it; with ?tls=required, always.
func NewMailer(address string, c clock.Clock) (*Mailer, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || (u.Scheme != "smtp" && u.Scheme != "smtps") {
		return nil, fmt.Errorf("%q is no mail server: write smtp://HOST:PORT or smtps://USER:PASSWORD@HOST:PORT", address)
	}
	m := &Mailer{host: u.Hostname(), port: 25, idle: make(chan *connection, keptConnections), now: c}
	if u.Scheme == "smtps" {
		m.port = 465
		m.opts = append(m.opts, gomail.WithSSL())
	} else {
		policy := gomail.TLSOpportunistic
		if u.Query().Get("tls") == "required" {
			policy = gomail.TLSMandatory
		}
		m.opts = append(m.opts, gomail.WithTLSPolicy(policy))
	}
	if p := u.Port(); p != "" {
		if m.port, err = strconv.Atoi(p); err != nil {
			return nil, fmt.Errorf("%q is no port", p)
		}
	}
	tlsConfig := &tls.Config{ServerName: m.host, MinVersion: tls.VersionTLS12}
	if ip := net.ParseIP(m.host); ip != nil && ip.IsLoopback() {
		tlsConfig.InsecureSkipVerify = true // a server on this machine needs no certificate to be trusted
	}
	m.opts = append(m.opts, gomail.WithPort(m.port), gomail.WithTimeout(sendTimeout), gomail.WithTLSConfig(tlsConfig), gomail.WithoutNoop())
	if u.User != nil {
		pw, _ := u.User.Password()
		m.opts = append(m.opts, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(u.User.Username()), gomail.WithPassword(pw))
	}
	if m.from = u.Query().Get("from"); m.from == "" {
		host, err := os.Hostname()
		if err != nil || !strings.Contains(host, ".") {
			host = "localhost.localdomain"
		}
		m.from = "holdfast@" + host
	}
	return m, CheckAddress(m.from)
}

// CheckAddress refuses what is no plain mail address: header injection, several addresses, none.
func CheckAddress(s string) error {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || a.Name != "" || len(s) > 254 || strings.ContainsAny(s, "\r\n\t ,;<>") {
		return fmt.Errorf("%q is not a mail address", s)
	}
	return nil
}

// Send hands a message to the mail server. Its errors are *Error.
func (m *Mailer) Send(ctx context.Context, x Mail) error {
	if m == nil {
		return &Error{Err: ErrNoMail}
	}
	msg, err := m.message(x)
	if err != nil {
		return &Error{Permanent: true, Err: err}
	}
	c, err := m.connect(ctx)
	if err != nil {
		return &Error{Err: fmt.Errorf("mail server %s: %w", m.host, err)}
	}
	if err := c.client.Send(msg); err != nil {
		_ = c.client.Close() // it may be in the middle of a dialogue; the message is what matters
		var refused *gomail.SendError
		permanent := errors.As(err, &refused) && !refused.IsTemp() && refused.ErrorCode() >= 500
		return &Error{Permanent: permanent, Err: fmt.Errorf("mail server %s: %w", m.host, err)}
	}
	m.keep(c)
	return nil
}

func (m *Mailer) message(x Mail) (*gomail.Msg, error) {
	from := x.From
	if from == "" {
		from = m.from
	}
	for _, a := range []string{from, x.To} {
		if err := CheckAddress(a); err != nil {
			return nil, err
		}
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := msg.FromFormat(oneLine(x.FromName), from); err != nil {
		return nil, err
	}
	if err := msg.To(x.To); err != nil {
		return nil, err
	}
	msg.Subject(oneLine(x.Subject))
	msg.SetDateWithValue(m.now.Now())
	if x.MessageID != "" {
		msg.SetMessageIDWithValue(oneLine(x.MessageID))
	} else {
		msg.SetMessageID()
	}
	for k, v := range x.Headers {
		msg.SetGenHeader(gomail.Header(oneLine(k)), oneLine(v))
	}
	msg.SetBodyString(gomail.TypeTextPlain, x.Text)
	if x.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, x.HTML)
	}
	for _, f := range x.Files {
		if err := msg.AttachReader(oneLine(f.Name), bytes.NewReader(f.Content)); err != nil {
			return nil, err
		}
	}
	return msg, nil
}

// oneLine keeps text that becomes a header from becoming two.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\r' || r == '\n' || r == 0 }), " ")
}

func (m *Mailer) connect(ctx context.Context) (*connection, error) {
	for {
		select {
		case c := <-m.idle:
			if m.now.Now().Sub(c.used) < idleConnection && c.client.Reset() == nil {
				return c, nil
			}
			_ = c.client.Close() // it was idle for too long or the server hung up
			continue
		default:
		}
		client, err := gomail.NewClient(m.host, m.opts...)
		if err != nil {
			return nil, err
		}
		return &connection{client: client}, client.DialWithContext(ctx)
	}
}

func (m *Mailer) keep(c *connection) {
	c.used = m.now.Now()
	select {
	case m.idle <- c:
	default:
		_ = c.client.Close() // enough are kept; the message went out
	}
}

// Close ends the connections that are kept.
func (m *Mailer) Close() {
	if m == nil {
		return
	}
	for {
		select {
		case c := <-m.idle:
			_ = c.client.Close() // nothing is in flight on it
		default:
			return
		}
	}
}
