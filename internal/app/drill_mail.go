package app

import (
	"io"
	"net"
	"slices"
	"strings"
	"sync"

	"github.com/emersion/go-smtp"
)

// drillMail is a mail server on loopback that keeps what it gets: who is told, and who must not be.
type drillMail struct {
	address string
	server  *smtp.Server

	mu     sync.Mutex
	closed bool // it takes no letters for now
	mails  []drillLetter
}

type drillLetter struct {
	to   []string
	text string // header and body as they came
}

func openDrillMail() (*drillMail, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	m := &drillMail{address: l.Addr().String()}
	m.server = smtp.NewServer(m)
	m.server.Domain = "localhost"
	go func() { _ = m.server.Serve(l) }() // ends with Close
	return m, nil
}

func (m *drillMail) close() { _ = m.server.Close() }

// NewSession implements smtp.Backend.
func (m *drillMail) NewSession(*smtp.Conn) (smtp.Session, error) { return &drillSession{m: m}, nil }

type drillSession struct {
	m  *drillMail
	to []string
}

// Mail implements smtp.Session.
func (s *drillSession) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt implements smtp.Session.
func (s *drillSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	if s.m.closed {
		return &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 2, 1}, Message: "try later"}
	}
	s.to = append(s.to, to)
	return nil
}

// Data implements smtp.Session.
func (s *drillSession) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	s.m.mails = append(s.m.mails, drillLetter{slices.Clone(s.to), strings.ReplaceAll(strings.ReplaceAll(string(b), "=\r\n", ""), "\r\n ", " ")})
	return nil
}

// Reset implements smtp.Session.
func (s *drillSession) Reset() { s.to = nil }

// Logout implements smtp.Session.
func (s *drillSession) Logout() error { return nil }

// shut lets the server refuse every letter for now, or take them again.
func (m *drillMail) shut(closed bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = closed
}

// count gives how many letters an address got that hold a text; every address where to is empty.
func (m *drillMail) count(to, text string) (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, l := range m.mails {
		if (to == "" || slices.Contains(l.to, to)) && strings.Contains(l.text, text) {
			n++
		}
	}
	return n
}
