package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/jobs"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/channel"
	"holdfast.dev/internal/product/oncall/needs"
	"holdfast.dev/internal/product/oncall/notification"
	"holdfast.dev/internal/product/oncall/roster"
	"holdfast.dev/internal/product/oncall/user"
)

// tries bounds how often a message is tried; pauses are the times between, the last one for all that follow.
const tries = 8

var pauses = []time.Duration{5 * time.Second, 15 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute}

// Jobs gives the engine's handlers. s are the ways out of the process.
func Jobs(c clock.Clock, s needs.Senders) map[string]jobs.Handler {
	out := &sender{clock: c, channels: channel.Channels{Senders: s}}
	return map[string]jobs.Handler{
		KindStep:     {InTx: runStep},
		KindRepeat:   {InTx: runRepeat},
		KindNotify:   {InTx: runNotify},
		KindLoop:     {InTx: runLoop},
		KindUnsnooze: {InTx: runUnsnooze},
		KindShift:    {InTx: runShift},

		KindDelayed:   {InTx: runDelayed},
		KindRestart:   {InTx: runRestart},
		KindAutoClose: {InTx: runAutoClose},

		KindAct: {Do: out.act, Lease: time.Minute, Attempts: actTries, Pause: actPause},
		KindSend: {Do: out.send, Lease: time.Minute, Attempts: tries, Pause: func(attempt int) time.Duration {
			return pauses[min(max(attempt, 0), len(pauses)-1)]
		}},
	}
}

type sender struct {
	clock    clock.Clock
	channels channel.Channels
}

// named bounds how many alerts a bundle names.
const named = 25

// prepared is a message ready to go, or the reason why there is nothing to send.
type prepared struct {
	row    *notification.Message
	out    channel.Message
	person *user.Person
	none   string // state to settle with instead of sending: skipped or failed
	gone   bool   // the contact does not exist any more

	deleted []string // alerts that have no log any more
}

// send hands one message over and writes down how it went.
func (s *sender) send(ctx context.Context, v *volume.Volume, j *jobs.Job) error {
	var o outgoing
	if err := json.Unmarshal(j.Payload, &o); err != nil {
		return fmt.Errorf("%w: %w", err, jobs.ErrGiveUp)
	}
	var p *prepared
	err := v.Read(ctx, func(tx *volume.Tx) (err error) {
		p, err = prepare(ctx, tx, o)
		return err
	})
	if errors.Is(err, storage.ErrNoRows) {
		return nil // the message is gone, with a restore for instance
	}
	if err != nil || p.row.State != notification.Queued {
		return err
	}
	if p.none != "" {
		p.row.State = p.none
		j.Outcome = p.settle
		return nil
	}
	p.out.At = s.clock.Now()
	status, err := s.channels.Send(ctx, p.out)
	p.row.Tries++
	p.row.Provider = status
	final := errors.Is(err, channel.ErrPermanent) || j.Attempts >= tries
	switch {
	case err == nil:
		p.row.State, p.row.Reason = notification.Sent, ""
	case final:
		p.row.State, p.row.Reason = notification.Failed, clip(err.Error())
	default:
		p.row.State, p.row.Reason = notification.Queued, clip(err.Error())
	}
	p.gone = errors.Is(err, channel.ErrGone)
	j.Outcome = p.settle
	if err != nil && !final {
		return err
	}
	return nil // what failed for good is settled: the delivery log has it
}

func clip(s string) string {
	if len(s) > 500 {
		return s[:500]
	}
	return s
}

// prepare reads all that a message needs, at one instant.
func prepare(ctx context.Context, tx *volume.Tx, o outgoing) (*prepared, error) {
	row, err := notification.Get(ctx, tx, o.Message, 200)
	if err != nil {
		return nil, err
	}
	r, err := roster.Load(ctx, tx)
	if err != nil {
		return nil, err
	}
	set, err := channel.LoadSettings(ctx, tx)
	if err != nil {
		return nil, err
	}
	p := &prepared{row: row, person: r.People[row.PersonID]}
	c := r.Contacts[row.ContactID]
	if c == nil || p.person == nil {
		p.none, row.Reason = notification.Failed, "the contact is gone"
		return p, nil
	}
	base := httpkit.BaseURL(ctx)
	p.out = channel.Message{ID: row.ID, Method: c.Method, Address: c.Address, Secret: c.Secret, Person: p.person.Name, Zone: p.person.Location(), Kind: row.Kind, SiteURL: base,
		Push: set.VAPID, Provider: set.Provider, Site: "Holdfast"}
	if s := httpkit.SiteFrom(ctx); s != nil && s.Name != "" {
		p.out.Site = s.Name
	}
	p.out.Callback = base + "/api/oncall/callback/" + channel.Sign(set.LinkSecret, channel.Link{What: channel.LinkCallback, ID: row.ID, Person: p.person.ID, Until: tx.Now().Add(channel.LinkLives)})
	if row.Kind != notification.KindAlert {
		p.out.Text = o.Text
		return p, p.plain(tx, o, c, set)
	}
	return p, p.addAlerts(ctx, tx, set, base)
}

// plain fills in messages that tell of no alert.
func (p *prepared) plain(tx *volume.Tx, o outgoing, c *user.Contact, set *channel.Settings) error {
	switch p.row.Kind {
	case notification.KindVerify:
		link := p.out.SiteURL + "/api/oncall/link/" + channel.Sign(set.LinkSecret, channel.Link{What: channel.LinkVerify, ID: c.ID + " " + o.Code, Person: p.person.ID, Until: tx.Now().Add(30 * time.Minute)})
		p.out.Text = "Your verification code for " + p.out.Site + " is " + o.Code
		if c.Method == user.Email {
			p.out.Text += ". Or open " + link
		}
		if c.Method == user.Voice {
			p.out.Text = "Your verification code is " + spell(o.Code)
		}
	case notification.KindTest:
		p.out.Text = "This is a test message from " + p.out.Site + " on-call. You would be paged like this."
	}
	return nil
}

// spell puts pauses between digits for a voice.
func spell(code string) string {
	var b []byte
	for i := range len(code) {
		b = append(b, code[i], ',', ' ')
	}
	return string(b)
}

// addAlerts fills in the alerts that are still of interest.
func (p *prepared) addAlerts(ctx context.Context, tx *volume.Tx, set *channel.Settings, base string) error {
	seen := map[string]bool{}
	for _, d := range p.row.Deliveries {
		if seen[d.AlertID+d.Action] {
			continue
		}
		seen[d.AlertID+d.Action] = true
		a, err := alert.Get(ctx, tx, d.AlertID)
		if errors.Is(err, alert.ErrMissing) {
			p.deleted = append(p.deleted, d.AlertID)
			continue
		}
		if err != nil {
			return err
		}
		if d.Action == notification.CreateAlert && !wanted(a, d.At, tx.Now()) {
			continue
		}
		if p.out.Total++; len(p.out.Items) < named {
			p.out.Items = append(p.out.Items, item(tx, set, base, p.person.ID, a, d))
		}
	}
	total, err := notification.Count(ctx, tx, p.row.ID)
	if err != nil {
		return err
	}
	p.out.Total += max(0, total-len(p.row.Deliveries))
	if len(p.out.Items) == 0 {
		p.none, p.row.Reason = notification.Skipped, "somebody looked after it before this was sent"
	}
	return nil
}

func item(tx *volume.Tx, set *channel.Settings, base, person string, a *alert.Alert, d notification.Delivery) channel.Item {
	i := channel.Item{Alert: a, Action: d.Action, Why: d.Why, URL: base + "/oncall/alerts/" + a.ID}
	if !a.Open || len(set.LinkSecret) == 0 {
		return i
	}
	link := func(what string) string {
		return base + "/api/oncall/link/" + channel.Sign(set.LinkSecret, channel.Link{What: what, ID: a.ID, Person: person, Until: tx.Now().Add(channel.LinkLives)})
	}
	i.AckURL, i.CloseURL = link(channel.LinkAck), link(channel.LinkClose)
	return i
}

// settle writes the outcome into the delivery log and, unless another try follows, into the log of each alert. A contact that is gone is disabled.
func (p *prepared) settle(ctx context.Context, tx *volume.Tx) error {
	if err := notification.Settle(ctx, tx, p.row); err != nil || p.row.State == notification.Queued {
		return err
	}
	if p.gone {
		if err := disable(ctx, tx, p.row.ContactID); err != nil {
			return err
		}
	}
	seen := map[string]bool{}
	for _, d := range p.row.Deliveries {
		if seen[d.AlertID] || slices.Contains(p.deleted, d.AlertID) {
			continue
		}
		seen[d.AlertID] = true
		if err := alert.Log(ctx, tx, d.AlertID, alert.LogNotification, "System", outcome(p, d)); err != nil {
			return err
		}
	}
	return nil
}

func outcome(p *prepared, d notification.Delivery) string {
	who := p.row.PersonID
	if p.person != nil {
		who = p.person.Name
	}
	to := fmt.Sprintf("%s to %s (%s) [%s]", p.row.Method, who, p.row.Address, d.Action)
	if p.row.Method == user.Mobile {
		to = fmt.Sprintf("push to %s [%s]", who, d.Action)
	}
	switch p.row.State {
	case notification.Sent:
		return "Sent " + to
	case notification.Skipped:
		return "Skipped " + to + ": " + p.row.Reason
	}
	return "Failed to send " + to + ": " + p.row.Reason
}

func disable(ctx context.Context, tx *volume.Tx, contactID string) error {
	c, err := user.GetContact(ctx, tx, contactID)
	if errors.Is(err, storage.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	c.Enabled = false
	return user.SaveContact(ctx, tx, c)
}

// Verify sends a code to a contact, in this transaction.
func Verify(ctx context.Context, tx *volume.Tx, c *user.Contact) error {
	code, err := user.NewCode(ctx, tx, c)
	if err != nil {
		return err
	}
	return sendPlain(ctx, tx, c, notification.KindVerify, code)
}

// Test sends a test message to a contact, in this transaction.
func Test(ctx context.Context, tx *volume.Tx, c *user.Contact) error {
	return sendPlain(ctx, tx, c, notification.KindTest, "")
}

func sendPlain(ctx context.Context, tx *volume.Tx, c *user.Contact, kind, code string) error {
	m := &notification.Message{ContactID: c.ID, PersonID: c.PersonID, Method: c.Method, Address: c.Address, Kind: kind, State: notification.Queued, Due: tx.Now()}
	if err := notification.Write(ctx, tx, m); err != nil {
		return err
	}
	return putSend(ctx, tx, m, outgoing{Code: code})
}
