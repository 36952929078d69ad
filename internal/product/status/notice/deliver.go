package notice

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/notify"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/platform/webhook"
	"holdfast.dev/internal/product/status/needs"
	"holdfast.dev/internal/product/status/page"
	"holdfast.dev/internal/product/status/subscriber"
)

// attempts bounds the tries of a delivery: with growing pauses, about an hour.
const attempts = 12

// Jobs gives the handlers of this package's jobs by kind.
func Jobs(out needs.Senders) map[string]jobs.Handler {
	d := deliverer{out}
	return map[string]jobs.Handler{
		SpreadKind:  {InTx: Spread},
		PurgeKind:   {InTx: Purge},
		MailKind:    {Do: d.mails, Lease: 5 * time.Minute, Attempts: attempts},
		HookKind:    {Do: d.hook, Attempts: attempts},
		ConfirmKind: {Do: d.confirm, Attempts: attempts},
	}
}

type deliverer struct{ out needs.Senders }

// target is one subscriber of a delivery, with what to tell.
type target struct {
	notice *Notice
	page   *page.Page
	sub    *subscriber.Subscriber
}

// targets reads those of a delivery who are still to be told.
func targets(ctx context.Context, v *volume.Volume, j *jobs.Job) (out []target, err error) {
	var d delivering
	if err := json.Unmarshal(j.Payload, &d); err != nil {
		return nil, errors.Join(err, jobs.ErrGiveUp)
	}
	err = v.Read(ctx, func(tx *volume.Tx) error {
		n, p, err := load(ctx, tx, d.Notice)
		if fault.Is(err, fault.KindNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, id := range d.Subscribers {
			s, err := subscriber.Get(ctx, tx, n.PageID, id)
			if fault.Is(err, fault.KindNotFound) {
				continue // they left meanwhile
			}
			if err != nil {
				return err
			}
			was, err := done(ctx, tx, n.ID, id)
			if err != nil {
				return err
			}
			if !was && s.State == subscriber.Active {
				out = append(out, target{n, p, s})
			}
		}
		return nil
	})
	return out, err
}

// result is how a try went.
type result struct {
	state, detail string
}

func failed(err error, permanent bool) result {
	if permanent {
		return result{Refused, err.Error()}
	}
	return result{Failed, err.Error()}
}

// settle writes results down, in one commit, and gives an error when somebody is to be tried again.
func settle(ctx context.Context, v *volume.Volume, j *jobs.Job, list []target, results []result) error {
	var again []string
	err := v.Write(context.WithoutCancel(ctx), func(tx *volume.Tx) error {
		again = nil
		for k, t := range list {
			if k >= len(results) {
				again = append(again, "not tried yet")
				continue
			}
			r := results[k]
			if err := fared(ctx, tx, t.notice.ID, t.sub.ID, r.state, r.detail); err != nil {
				return err
			}
			s, err := subscriber.Get(ctx, tx, t.page.ID, t.sub.ID)
			if fault.Is(err, fault.KindNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			switch last := j.Attempts >= attempts; {
			case r.state == Sent:
				err = subscriber.Took(ctx, tx, s)
			case r.state == Refused || last:
				err = subscriber.Lost(ctx, tx, s, r.state == Refused, r.detail)
			default:
				again = append(again, r.detail)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || len(again) == 0 {
		return err
	}
	return fmt.Errorf("%d of %d were not reached: %s", len(again), len(list), again[0])
}

// mails is the job of MailKind.
func (d deliverer) mails(ctx context.Context, v *volume.Volume, j *jobs.Job) error {
	list, err := targets(ctx, v, j)
	if err != nil || len(list) == 0 {
		return err
	}
	var results []result
	for _, t := range list {
		if ctx.Err() != nil {
			break // the lease is about to end: the rest is for the next try
		}
		err := d.out.Mail.Send(ctx, t.mail())
		var refusal *notify.Error
		switch {
		case err == nil:
			results = append(results, result{state: Sent})
		default:
			results = append(results, failed(err, errors.As(err, &refusal) && refusal.Permanent))
		}
	}
	return settle(ctx, v, j, list, results)
}

// mail is the message to one subscriber.
func (t target) mail() notify.Mail {
	manage := t.page.PublicURL() + "/manage/" + subscriber.Token(t.page.Secret, subscriber.ForManage, t.sub.ID) + "/"
	c := t.notice.Content
	text, body := c.Text+"\n", c.HTML
	if c.IncidentPath != "" {
		link := t.page.PublicURL() + "/" + c.IncidentPath
		text += "\n" + link + "\n"
		body += `<p><a href="` + html.EscapeString(link) + `">View on the status page</a></p>`
	}
	if f := t.page.Settings.EmailFooter; f != "" {
		text += "\n" + f + "\n"
		body += "<p>" + html.EscapeString(f) + "</p>"
	}
	text += "\n-- \nYou get this because " + t.sub.Address + " follows " + t.page.Name + ".\nChange what you hear of, or unsubscribe: " + manage + "\n"
	body += `<hr><p style="color:#666;font-size:13px">You get this because ` + html.EscapeString(t.sub.Address) + ` follows ` + html.EscapeString(t.page.Name) +
		`. <a href="` + html.EscapeString(manage) + `">Change what you hear of, or unsubscribe</a></p>`
	return notify.Mail{From: t.page.Settings.FromEmail, FromName: t.page.Name, To: t.sub.Address, Subject: c.Subject, Text: text,
		HTML:      `<!doctype html><html><body style="font:16px/1.5 system-ui,sans-serif;color:#16191f;max-width:640px">` + body + `</body></html>`,
		MessageID: t.notice.ID + "." + t.sub.ID + "@status.invalid",
		Headers: map[string]string{"List-Unsubscribe": "<" + manage + ">", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "List-Id": "<" + t.page.ID + ".status.invalid>",
			"Auto-Submitted": "auto-generated", "Precedence": "list"}}
}

// hook is the job of HookKind.
func (d deliverer) hook(ctx context.Context, v *volume.Volume, j *jobs.Job) error {
	list, err := targets(ctx, v, j)
	if err != nil || len(list) == 0 {
		return err
	}
	t := list[0]
	body, err := t.hookBody()
	if err != nil {
		return err
	}
	return settle(ctx, v, j, list, []result{d.call(ctx, t.sub, t.page, t.notice.ID, body)})
}

func (d deliverer) call(ctx context.Context, s *subscriber.Subscriber, p *page.Page, id string, body []byte) result {
	q := webhook.Request{URL: s.Address, ID: id, Body: body, Secret: subscriber.HookSecret(p.Secret, s.ID)}
	if p.OldSecret != nil {
		q.OldSecret = subscriber.HookSecret(p.OldSecret, s.ID)
	}
	answer, err := d.out.Webhook.Do(ctx, q)
	switch {
	case err != nil:
		return failed(err, errors.Is(err, webhook.ErrForbiddenAddress))
	case answer.Delivered():
		return result{state: Sent}
	case answer.Status == 410: // gone: the receiver says that it wants no more
		return failed(fmt.Errorf("the address answered %d", answer.Status), true)
	}
	return failed(fmt.Errorf("the address answered %d", answer.Status), false)
}

// hookBody writes the vendor's shape: meta, page, and what the notice is about. While an old secret still counts, it tells the receiver the new one.
func (t target) hookBody() ([]byte, error) {
	body := map[string]any{}
	if err := json.Unmarshal(t.notice.Content.Hook, &body); err != nil {
		return nil, err
	}
	unsubscribe := t.page.PublicURL() + "/manage/" + subscriber.Token(t.page.Secret, subscriber.ForManage, t.sub.ID) + "/"
	body["meta"] = map[string]string{"unsubscribe": unsubscribe, "documentation": "https://www.standardwebhooks.com/", "generated_at": t.notice.Created.UTC().Format("2006-01-02T15:04:05.000Z")}
	if t.page.OldSecret != nil {
		body["rotation"] = map[string]string{"secret": whsec(t.page, t.sub.ID), "old_secret_ends_at": t.page.OldUntil.UTC().Format(time.RFC3339)}
	}
	body["page"] = map[string]string{"id": t.page.ID, "status_indicator": t.notice.Content.Indicator, "status_description": t.notice.Content.Description}
	return json.Marshal(body)
}

// confirming is the payload of a job that asks to confirm. Manage is set when an active subscriber asked again: then the mail only says where
// to manage the subscription.
type confirming struct {
	Page       string `json:"page"`
	Subscriber string `json:"subscriber"`
	Manage     bool   `json:"manage,omitempty"`
}

// Ask has a subscriber asked to confirm, in the transaction that enters it.
func Ask(ctx context.Context, tx *volume.Tx, p *page.Page, s *subscriber.Subscriber) error {
	return put(ctx, tx, ConfirmKind, s.ID, confirming{p.ID, s.ID, false})
}

// Remind sends an active subscriber, who asked to subscribe again, where the subscription is managed.
func Remind(ctx context.Context, tx *volume.Tx, p *page.Page, s *subscriber.Subscriber) error {
	return put(ctx, tx, ConfirmKind, s.ID, confirming{p.ID, s.ID, true})
}

// confirm is the job of ConfirmKind.
func (d deliverer) confirm(ctx context.Context, v *volume.Volume, j *jobs.Job) error {
	var c confirming
	if err := json.Unmarshal(j.Payload, &c); err != nil {
		return errors.Join(err, jobs.ErrGiveUp)
	}
	var p *page.Page
	var s *subscriber.Subscriber
	err := v.Read(ctx, func(tx *volume.Tx) (err error) {
		if p, err = page.Get(ctx, tx, c.Page); err == nil {
			s, err = subscriber.Get(ctx, tx, c.Page, c.Subscriber)
		}
		return err
	})
	if fault.Is(err, fault.KindNotFound) {
		return nil
	}
	if err != nil || c.Manage != (s.State == subscriber.Active) {
		return err // confirmed, or gone back, meanwhile
	}
	if s.Mode == subscriber.Webhook {
		return d.confirmHook(ctx, p, s)
	}
	err = d.out.Mail.Send(ctx, confirmation(p, s, c.Manage))
	var refusal *notify.Error
	if errors.As(err, &refusal) && refusal.Permanent {
		return errors.Join(err, jobs.ErrGiveUp)
	}
	return err
}

func confirmation(p *page.Page, s *subscriber.Subscriber, manage bool) notify.Mail {
	purpose, subject := subscriber.ForConfirm, "Confirm that you want updates from "+p.Name
	text := "Somebody, hopefully you, asked that " + s.Address + " hears of incidents and maintenance of " + p.Name + ".\n\nTo confirm, open\n\n%s\n\nIf it was not you, do nothing: you will hear nothing more.\n"
	if manage {
		purpose, subject = subscriber.ForManage, "You follow "+p.Name+" already"
		text = "Somebody, hopefully you, asked again that " + s.Address + " hears of " + p.Name + ". It does already.\n\nTo change what you hear of, or to unsubscribe, open\n\n%s\n"
	}
	link := p.PublicURL() + "/" + purpose + "/" + subscriber.Token(p.Secret, purpose, s.ID) + "/"
	text = strings.Replace(text, "%s", link, 1)
	return notify.Mail{From: p.Settings.FromEmail, FromName: p.Name, To: s.Address, Subject: subject, Text: text, MessageID: "confirm." + s.ID + "@status.invalid",
		Headers: map[string]string{"Auto-Submitted": "auto-generated"}}
}

// confirmHook tells a webhook what confirms it, and what its messages will be signed with.
func (d deliverer) confirmHook(ctx context.Context, p *page.Page, s *subscriber.Subscriber) error {
	link := p.PublicURL() + "/confirm/" + subscriber.Token(p.Secret, subscriber.ForConfirm, s.ID) + "/"
	body, err := json.Marshal(map[string]any{
		"meta":         map[string]string{"documentation": "https://www.standardwebhooks.com/"},
		"page":         map[string]string{"id": p.ID, "name": p.Name, "url": p.PublicURL()},
		"confirmation": map[string]string{"url": link, "secret": whsec(p, s.ID)},
	})
	if err != nil {
		return err
	}
	switch r := d.call(ctx, s, p, "confirm."+s.ID, body); r.state {
	case Sent:
		return nil
	case Refused:
		return fmt.Errorf("%s: %w", r.detail, jobs.ErrGiveUp)
	default:
		return errors.New(r.detail)
	}
}

// whsec writes what the messages to a subscriber are signed with, as the Standard Webhooks specification does.
func whsec(p *page.Page, subscription string) string {
	return "whsec_" + base64.StdEncoding.EncodeToString(subscriber.HookSecret(p.Secret, subscription))
}
