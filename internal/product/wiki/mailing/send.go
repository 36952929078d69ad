// Package mailing sends what package notice has noted to the people who watch. Who is told, and of what, is decided when a mail is written, so that
// nobody hears of what they may no longer see. Every mail has a signed link that ends the watch.
package mailing

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/notify"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/label"
	"holdfast.dev/internal/product/wiki/link"
	"holdfast.dev/internal/product/wiki/needs"
	"holdfast.dev/internal/product/wiki/notice"
	"holdfast.dev/internal/product/wiki/viewer"
	"holdfast.dev/internal/product/wiki/watch"
	"holdfast.dev/internal/richtext/extract"
)

// MailKind names the jobs that send one mail each.
const MailKind = "wiki.mail"

// maxWatchers bounds who is told of one change.
const maxWatchers = 5000

// Letter is the payload of a job that sends a mail.
type Letter struct {
	notice.News
	Account string `json:"account"`
}

// Sender tells watchers.
type Sender struct {
	Directory func(ctx context.Context) needs.Directory
	Mail      *notify.Mailer // nil where there is no mail: nobody is told
}

// Handlers gives the handlers of this package's jobs.
func (s *Sender) Handlers() map[string]jobs.Handler {
	return map[string]jobs.Handler{notice.JobKind: {InTx: s.spread}, MailKind: {Do: s.send}}
}

// spread makes a job of its own for everybody who is to be told, so that one address that cannot be reached keeps nobody else waiting.
func (s *Sender) spread(ctx context.Context, tx *volume.Tx, j *jobs.Job) error {
	var n notice.News
	if err := json.Unmarshal(j.Payload, &n); err != nil {
		return fmt.Errorf("%w: %w", jobs.ErrGiveUp, err)
	}
	if s.Mail == nil {
		return nil
	}
	if _, err := Secret(ctx, tx); err != nil {
		return err
	}
	told := map[string]bool{n.Actor: true}
	labels, err := label.Of(ctx, tx, n.Owner, "")
	if err != nil {
		return err
	}
	watched := [][2]string{{watch.Content, watch.ID(n.Owner)}, {watch.Space, watch.ID(n.Space)}}
	for _, l := range labels {
		watched = append(watched, [2]string{watch.Label, l.String()})
	}
	for _, w := range watched {
		who, err := watch.Of(ctx, tx, w[0], w[1], 0, maxWatchers)
		if err != nil {
			return err
		}
		for _, account := range who {
			if told[account] {
				continue
			}
			told[account] = true
			payload, err := json.Marshal(Letter{n, account})
			if err != nil {
				return err
			}
			key := fmt.Sprintf("%d.%d.%s.%s", n.Content, n.Version, n.Kind, account)
			if err := jobs.Put(ctx, tx, jobs.Job{Kind: MailKind, Key: key, Payload: payload}); err != nil {
				return err
			}
		}
	}
	return nil
}

// send writes and sends one mail. Whoever may no longer see the page, or has left, gets none.
func (s *Sender) send(ctx context.Context, v *volume.Volume, j *jobs.Job) error {
	var l Letter
	if err := json.Unmarshal(j.Payload, &l); err != nil {
		return fmt.Errorf("%w: %w", jobs.ErrGiveUp, err)
	}
	people, err := s.Directory(ctx).Everybody(ctx)
	if err != nil {
		return err
	}
	to, ok := people[l.Account]
	if !ok || !to.Active || to.Email == "" || s.Mail == nil {
		return nil
	}
	groups, err := s.Directory(ctx).Groups(ctx, l.Account)
	if err != nil {
		return err
	}
	var mail *notify.Mail
	err = v.Read(ctx, func(tx *volume.Tx) error {
		mail, err = compose(ctx, tx, l, people, groups)
		return err
	})
	if err != nil || mail == nil {
		return err
	}
	mail.To = to.Email
	err = s.Mail.Send(ctx, *mail)
	var refused *notify.Error
	if errors.As(err, &refused) && refused.Permanent {
		return fmt.Errorf("%w: %w", jobs.ErrGiveUp, err)
	}
	return err
}

// compose writes a mail, nil when there is nothing to tell.
func compose(ctx context.Context, tx *volume.Tx, l Letter, people map[string]needs.Person, groups []string) (*notify.Mail, error) {
	who, err := viewer.Of(ctx, tx, l.Account, groups)
	if err != nil {
		return nil, err
	}
	owner, err := who.See(ctx, tx, l.Owner)
	if fault.Is(err, fault.KindNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	what, err := who.See(ctx, tx, l.Content)
	if fault.Is(err, fault.KindNotFound) || err == nil && (what.Status != content.Current || owner.Status != content.Current) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	version, err := content.VersionOf(ctx, tx, l.Content, l.Version)
	if err != nil {
		return nil, err
	}
	doc, err := content.Document(version.Body)
	if err != nil {
		return nil, err
	}
	secret, err := Secret(ctx, tx)
	if err != nil {
		return nil, err
	}
	base, space := httpkit.BaseURL(ctx), who.Spaces.Get(owner.SpaceID)
	verb := map[notice.Kind]string{notice.Created: "published", notice.Edited: "edited", notice.Commented: "commented on"}[l.Kind]
	name := people[l.Actor].DisplayName
	if name == "" {
		name = "Somebody"
	}
	leave := fmt.Sprintf("%s/wiki/unsubscribe?content=%d&account=%s&token=%s", base, owner.ID, url.QueryEscape(l.Account), Token(secret, l.Account, owner.ID))
	text := fmt.Sprintf("%s %s “%s” in %s.\n\n%s\n\n%s/wiki%s\n", name, verb, owner.Title, space.Name, extract.Summary(doc, 1000), base, link.WebUI(space, what))
	if version.Message != "" {
		text += "\n" + version.Message + "\n"
	}
	text += "\n-- \nYou watch this page, its space or one of its labels. To stop watching the page: " + leave + "\n"
	return &notify.Mail{Subject: fmt.Sprintf("[%s] %s", space.Name, owner.Title), Text: text, MessageID: fmt.Sprintf("%d.%d.%s.%s@holdfast.wiki", l.Content, l.Version, l.Kind, l.Account),
		Headers: map[string]string{"List-Unsubscribe": "<" + leave + ">", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}}, nil
}

// Unsubscribe ends a watch by the link of a mail.
func Unsubscribe(ctx context.Context, tx *volume.Tx, account string, id int64, token string) error {
	if err := CheckToken(ctx, tx, account, id, token); err != nil {
		return err
	}
	return watch.Set(ctx, tx, account, watch.Content, watch.ID(id), false)
}

// CheckToken refuses a link that is not one of ours.
func CheckToken(ctx context.Context, tx *volume.Tx, account string, id int64, token string) error {
	found, err := storage.All(ctx, tx.Tx, qSecret, scanText)
	if err != nil {
		return err
	}
	if len(found) == 0 || !hmac.Equal([]byte(Token(found[0], account, id)), []byte(token)) {
		return fault.NotFound("This link is not valid.")
	}
	return nil
}
