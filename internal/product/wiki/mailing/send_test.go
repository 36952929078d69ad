package mailing_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/notify"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/product/wiki/mailing"
	"holdfast.dev/internal/product/wiki/needs"
	"holdfast.dev/internal/product/wiki/notice"
	"holdfast.dev/internal/product/wiki/page"
	"holdfast.dev/internal/product/wiki/restriction"
	"holdfast.dev/internal/product/wiki/setup"
	"holdfast.dev/internal/product/wiki/space"
	"holdfast.dev/internal/product/wiki/watch"
	"holdfast.dev/internal/product/wiki/wikitest"
	"holdfast.dev/internal/richtext/adf"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

var people = map[string]needs.Person{"user_ann": {AccountID: "user_ann", DisplayName: "Ann", Email: "ann@example.com", Active: true}, "user_bob": {AccountID: "user_bob", DisplayName: "Bob", Email: "bob@example.com", Active: true}}

func TestWatchersAreToldOfWhatTheyMaySee(t *testing.T) {
	storagetest.Engines(t, func(t *testing.T, e storage.Engine) {
		ctx := context.Background()
		v := wikitest.Open(t, e, clock.NewFake(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)))
		mailer, err := notify.NewMailer("smtp://127.0.0.1:1?from=a@example.com", clock.System)
		if err != nil {
			t.Fatal(err)
		}
		sender := &mailing.Sender{Mail: mailer}
		s := &space.Space{Key: "DOC", Name: "Docs"}
		var p *content.Content
		write := func(fn func(tx *volume.Tx) error) {
			t.Helper()
			if err := v.Write(ctx, fn); err != nil {
				t.Fatal(err)
			}
		}
		write(func(tx *volume.Tx) error { return setup.Space(ctx, tx, "user_ann", s, false) })
		write(func(tx *volume.Tx) error {
			if err := watch.Set(ctx, tx, "user_bob", watch.Space, watch.ID(s.ID), true); err != nil {
				return err
			}
			p, err = page.Create(ctx, tx, "user_ann", page.New{Kind: content.Page, Space: s, Title: "News", Body: adf.Doc(adf.Paragraph(adf.Text("something new")))})
			return err
		})
		due := func(kind string) (found []*jobs.Job) {
			t.Helper()
			if err := v.Read(ctx, func(tx *volume.Tx) error {
				all, err := jobs.InState(ctx, tx, jobs.StateDue, time.Time{}, 100)
				found = slices.DeleteFunc(all, func(j *jobs.Job) bool { return j.Kind != kind })
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return found
		}
		news := due(notice.JobKind)
		if len(news) != 1 {
			t.Fatalf("%d notices", len(news))
		}
		write(func(tx *volume.Tx) error { return mailing.Spread(sender, ctx, tx, news[0]) })
		mails := due(mailing.MailKind)
		if len(mails) != 1 {
			t.Fatalf("%d mails: ann wrote it herself, bob watches the space", len(mails))
		}
		var l mailing.Letter
		if err := json.Unmarshal(mails[0].Payload, &l); err != nil {
			t.Fatal(err)
		}
		read := func() (mail *notify.Mail) {
			t.Helper()
			if err := v.Read(ctx, func(tx *volume.Tx) error { mail, err = mailing.Compose(ctx, tx, l, people, nil); return err }); err != nil {
				t.Fatal(err)
			}
			return mail
		}
		mail := read()
		if mail == nil || mail.Subject != "[Docs] News" || !strings.Contains(mail.Text, "something new") || !strings.Contains(mail.Headers["List-Unsubscribe"], "token=") {
			t.Fatalf("%+v", mail)
		}
		token := mail.Headers["List-Unsubscribe"][strings.Index(mail.Headers["List-Unsubscribe"], "token=")+6:]
		token = strings.TrimSuffix(token, ">")
		if err := v.Write(ctx, func(tx *volume.Tx) error { return mailing.Unsubscribe(ctx, tx, "user_ann", p.ID, token) }); err == nil {
			t.Error("the link of one ends the watch of another")
		}
		write(func(tx *volume.Tx) error { return mailing.Unsubscribe(ctx, tx, "user_bob", p.ID, token) })
		write(func(tx *volume.Tx) error {
			return restriction.Set(ctx, tx, p, restriction.Read, []restriction.Subject{{Type: "user", Name: "user_ann"}})
		})
		if mail := read(); mail != nil {
			t.Errorf("bob is told of a page that he may not see: %s", mail.Text)
		}
	})
}
