package incoming

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"strings"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/text/encoding/htmlindex"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/integration"
	"holdfast.dev/internal/product/oncall/maintenance"
)

// Limits of mail.
const (
	maxMail       = 5 << 20 // bytes
	maxRecipients = 20
	maxParts      = 50
)

// Resolver gives the on-call volume of a site with a context that names it; the zero site is the only one there is, when there is only one. An error means that nobody
// takes mail for it here.
type Resolver func(ctx context.Context, site ids.Site) (context.Context, *volume.Volume, error)

// Address gives the local part of the address by which an integration takes mail: its mailbox and the site, so that one mail server serves all sites. Where there
// is one site only the mailbox alone is enough.
func Address(mailbox string, site ids.Site) string {
	return mailbox + "+" + strings.TrimPrefix(site.String(), "site_")
}

// MailServer makes the server that takes mail for integrations of type Email. The caller gives it an address and listens; Close ends it. Mail is acknowledged once
// what it caused is durable, and an address that is no integration's is refused while the sender is still there to hear it.
func MailServer(resolve Resolver, log *slog.Logger) *smtp.Server {
	s := smtp.NewServer(&backend{resolve, log})
	s.Domain = "holdfast"
	s.MaxMessageBytes = maxMail
	s.MaxRecipients = maxRecipients
	s.ReadTimeout, s.WriteTimeout = time.Minute, time.Minute
	s.MaxLineLength = 4000
	return s
}

type backend struct {
	resolve Resolver
	log     *slog.Logger
}

// NewSession implements smtp.Backend.
func (b *backend) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{backend: b}, nil }

type target struct {
	ctx         context.Context
	v           *volume.Volume
	integration string
}

type session struct {
	*backend
	from string
	to   []target
}

// Reset implements smtp.Session.
func (s *session) Reset() { s.from, s.to = "", nil }

// Logout implements smtp.Session.
func (s *session) Logout() error { return nil }

// Mail implements smtp.Session.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return nil
}

var errNoMailbox = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "There is no such mailbox"}

// Rcpt implements smtp.Session.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	local, _, _ := strings.Cut(to, "@")
	mailbox, body, _ := strings.Cut(strings.ToLower(local), "+")
	var site ids.Site
	if body != "" {
		id, err := ids.Parse[ids.Site]("site_" + body)
		if err != nil {
			return errNoMailbox
		}
		site = id
	}
	ctx := identity.With(context.Background(), identity.Principal{Kind: identity.Key, Name: "mail"})
	ctx, v, err := s.resolve(identity.WithOrigin(ctx, identity.Origin{Source: "mail"}), site)
	if err != nil {
		return errNoMailbox
	}
	found := ""
	err = v.Read(ctx, func(tx *volume.Tx) error {
		all, err := integration.All(ctx, tx)
		if err != nil {
			return err
		}
		now, err := maintenance.At(ctx, tx)
		for _, i := range all {
			if i.Type == integration.TypeEmail && now.On(maintenance.Integration, i.ID, i.Enabled) && i.Write && i.Mailbox == mailbox {
				found = i.ID
			}
		}
		return err
	})
	switch {
	case err != nil:
		return s.later(err)
	case found == "":
		return errNoMailbox
	}
	s.to = append(s.to, target{ctx, v, found})
	return nil
}

// later lets the sender try again.
func (s *session) later(err error) error {
	s.log.Error("mail not taken", "error", err)
	return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Try again later"}
}

// Data implements smtp.Session.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	e, err := readMail(raw, s.from)
	if err != nil {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "The message cannot be read"}
	}
	for _, t := range s.to {
		err := t.v.Write(t.ctx, func(tx *volume.Tx) error {
			i, err := integration.Get(t.ctx, tx, t.integration)
			if err != nil {
				return err
			}
			payload := map[string]any{"subject": e.Message, "from": e.Source, "body": e.Description}
			_, err = receive(t.ctx, tx, i, "mail", alert.NewID(tx.Now()), raw, []Event{e}, payload)
			if errors.Is(err, storage.ErrText) {
				err = nil
			}
			return err
		})
		if err != nil {
			return s.later(err)
		}
	}
	return nil
}

var (
	resolvedSubject = regexp.MustCompile(`(?i)^\s*(?:(?:re|fwd?|aw|wg):\s*)*[\[(*]*\s*(?:resolved|recovery|recovered|ok|closed|cleared|up)\b[^\w\[]*`)
	marks           = regexp.MustCompile(`(?i)^\s*(?:(?:re|fwd?|aw|wg):\s*)*(?:\[(?:firing|problem|alert|alarm|down|critical|warning|error)[^\]]*\]|[*(]*(?:firing|problem|alert|alarm|down|critical|warning|error)[*)]*\s*[:-])?\s*`)
)

// readMail makes an event of a message. Messages of one subject, without the words that say their state, are one alert; automatic replies are none.
func readMail(raw []byte, from string) (Event, error) {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Event{}, err
	}
	decoder := mime.WordDecoder{CharsetReader: charset}
	subject, err := decoder.DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		subject = m.Header.Get("Subject")
	}
	e := Event{Status: Firing, Message: title(harmless(subject)), Source: from, Details: map[string]string{}, Priority: "P3"}
	if a, err := mail.ParseAddress(m.Header.Get("From")); err == nil {
		e.Source = a.Address
	}
	if e.Message == "" {
		e.Message = "Mail without a subject"
	}
	parts := 0
	body, html := textOf(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body, &parts, 0)
	if body == "" {
		body = tags.ReplaceAllString(html, " ")
	}
	e.Description = strings.TrimSpace(harmless(body))
	core := marks.ReplaceAllString(e.Message, "")
	if resolvedSubject.MatchString(e.Message) {
		e.Status = Resolved
		core = resolvedSubject.ReplaceAllString(e.Message, "")
	}
	e.Alias = "mail:" + strings.ToLower(strings.TrimSpace(core))
	switch p := strings.ToLower(m.Header.Get("X-Priority") + m.Header.Get("Importance")); {
	case strings.HasPrefix(p, "1"), strings.HasPrefix(p, "high"):
		e.Priority = "P1"
	case strings.HasPrefix(p, "2"):
		e.Priority = "P2"
	}
	if auto := strings.ToLower(m.Header.Get("Auto-Submitted")); strings.HasPrefix(auto, "auto-replied") || m.Header.Get("X-Autoreply") != "" {
		e.Status = Ignored
	}
	return e, nil
}

var tags = regexp.MustCompile(`(?s)<(?:script|style)\b.*?</(?:script|style)>|<[^>]*>`)

func harmless(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

func charset(label string, r io.Reader) (io.Reader, error) {
	enc, err := htmlindex.Get(label)
	if err != nil {
		return nil, err
	}
	return enc.NewDecoder().Reader(r), nil
}

// textOf finds the first plain text and the first HTML of a message.
func textOf(contentType, encoding string, r io.Reader, parts *int, level int) (plain, html string) {
	if *parts++; *parts > maxParts || level > 8 {
		return "", ""
	}
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		kind, params = "text/plain", nil
	}
	if strings.HasPrefix(kind, "multipart/") {
		mr := multipart.NewReader(r, params["boundary"])
		for {
			p, err := mr.NextRawPart()
			if err != nil {
				return plain, html
			}
			if p.FileName() != "" {
				*parts++
				continue
			}
			a, b := textOf(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p, parts, level+1)
			if plain == "" {
				plain = a
			}
			if html == "" {
				html = b
			}
		}
	}
	if kind != "text/plain" && kind != "text/html" {
		return "", ""
	}
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	}
	if cs := params["charset"]; cs != "" && !strings.EqualFold(cs, "utf-8") {
		if converted, err := charset(cs, r); err == nil {
			r = converted
		}
	}
	b, _ := io.ReadAll(io.LimitReader(r, 256<<10)) // what can be read of a damaged part is better than nothing
	if kind == "text/html" {
		return "", string(b)
	}
	return string(b), ""
}
