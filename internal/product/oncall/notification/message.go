package notification

import (
	"context"
	"errors"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
)

// The states of a message.
const (
	Queued  = "queued"
	Sent    = "sent"    // the channel took it
	Failed  = "failed"  // no channel took it; Reason says why
	Held    = "held"    // never queued: quiet hours, muted, no contact …
	Skipped = "skipped" // nothing was left to tell when its time came
)

// The kinds of a message.
const (
	KindAlert  = "alert"
	KindVerify = "verify"
	KindTest   = "test"
	KindShift  = "shift"
)

// Message is one message to one contact, about one alert or several.
type Message struct {
	ID, ContactID, PersonID string
	Method, Address, Kind   string
	State, Reason, Provider string // Provider is the channel's or the provider's own word
	Tries                   int
	Due, Done, Created      time.Time // Done is zero while it is queued
	Deliveries              []Delivery
}

// Delivery is what a message tells of one alert, and why its person is told.
type Delivery struct {
	MessageID, AlertID, Action, Why string
	At                              time.Time
}

const messageColumns = `id, contact_id, person_id, method, address, kind, state, reason, provider_status, tries, due_us, done_us, created_us`

var (
	qMessage        = storage.Register("oncall/message.get", `SELECT `+messageColumns+` FROM message WHERE id = $1`)
	qMessagePut     = storage.Register("oncall/message.insert", `INSERT INTO message (`+messageColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`)
	qMessageSettle  = storage.Register("oncall/message.settle", `UPDATE message SET state = $2, reason = $3, provider_status = $4, tries = $5, done_us = $6 WHERE id = $1`)
	qMessageReport  = storage.Register("oncall/message.report", `UPDATE message SET state = $2, provider_status = $3, reason = $4 WHERE id = $1`)
	qMessageWaiting = storage.Register("oncall/message.waiting", `SELECT id FROM message WHERE contact_id = $1 AND due_us > $2 AND state = 'queued' AND kind = 'alert' ORDER BY contact_id, due_us LIMIT 1`)
	qMessageTimes   = storage.Register("oncall/message.times", `SELECT due_us FROM message WHERE contact_id = $1 AND due_us > $2 AND state <> 'skipped' ORDER BY contact_id DESC, due_us DESC LIMIT 200`)
	qMessageLast    = storage.Register("oncall/message.last_to", `SELECT id FROM message WHERE contact_id = $1 AND kind = 'alert' AND state = 'sent' ORDER BY contact_id DESC, due_us DESC LIMIT 1`)
	qMessagePlain   = storage.Register("oncall/message.plain_since", `SELECT count(*) FROM message WHERE contact_id = $1 AND due_us > $2 AND kind IN ('verify', 'test')`)
	qMessages       = storage.Register("oncall/message.newest", `SELECT `+messageColumns+` FROM message WHERE created_us < $1 OR created_us = $1 AND id < $2 ORDER BY created_us DESC, id DESC LIMIT $3`)
	qDeliveryPut    = storage.Register("oncall/delivery.insert", `INSERT INTO delivery (message_id, n, alert_id, action, why, at_us)
		VALUES ($1, (SELECT coalesce(max(n), 0) + 1 FROM delivery WHERE message_id = $1), $2, $3, $4, $5)`)
	qDeliveries   = storage.Register("oncall/delivery.of_message", `SELECT message_id, alert_id, action, why, at_us FROM delivery WHERE message_id = $1 ORDER BY message_id, n LIMIT $2`)
	qDeliveriesTo = storage.Register("oncall/delivery.count", `SELECT count(*) FROM delivery WHERE message_id = $1`)
	qOfAlert      = storage.Register("oncall/message.of_alert", `SELECT `+messageColumns+` FROM message WHERE id IN (SELECT message_id FROM delivery WHERE alert_id = $1) ORDER BY id LIMIT 500`)
)

func scanMessage(r *storage.Rows) (*Message, error) {
	m := &Message{}
	var due, done, created int64
	err := r.Scan(&m.ID, &m.ContactID, &m.PersonID, &m.Method, &m.Address, &m.Kind, &m.State, &m.Reason, &m.Provider, &m.Tries, &due, &done, &created)
	m.Due, m.Created = clock.FromMicros(due), clock.FromMicros(created)
	if done > 0 {
		m.Done = clock.FromMicros(done)
	}
	return m, err
}

// limit is at most so many messages in a time.
type limit struct {
	count int
	per   time.Duration
}

// limits keep an alert storm from becoming a storm of messages: beyond them messages wait, and what comes meanwhile is bundled into one. They are
// tight where a message costs money and rings.
var limits = map[string][]limit{
	"email":   {{4, time.Minute}, {30, 15 * time.Minute}},
	"mobile":  {{6, time.Minute}, {60, 15 * time.Minute}},
	"webhook": {{60, time.Minute}},
	"sms":     {{2, time.Minute}, {5, 15 * time.Minute}, {11, time.Hour}, {21, 3 * time.Hour}},
	"voice":   {{1, time.Minute}, {3, 15 * time.Minute}, {7, time.Hour}, {15, 3 * time.Hour}},
}

// soonest gives the first instant from now at which one more message keeps to the limits. times are those of earlier ones, newest first.
func soonest(method string, times []time.Time, now time.Time) time.Time {
	at := now
	for again := true; again; {
		again = false
		for _, l := range limits[method] {
			if len(times) < l.count {
				continue
			}
			if free := times[l.count-1].Add(l.per); free.After(at) {
				at, again = free, true
			}
		}
	}
	return at
}

// Queue writes a delivery to a contact down: into a message that waits already, or a new one. fresh tells that the message is new and needs a job at its
// Due.
func Queue(ctx context.Context, tx *volume.Tx, m Message, d Delivery) (out *Message, fresh bool, err error) {
	now := tx.Now()
	var waiting string
	err = tx.Get(ctx, qMessageWaiting, []any{m.ContactID, clock.Micros(now)}, &waiting)
	switch {
	case err == nil:
		return &Message{ID: waiting}, false, deliver(ctx, tx, waiting, d)
	case !errors.Is(err, storage.ErrNoRows):
		return nil, false, err
	}
	longest := time.Duration(0)
	for _, l := range limits[m.Method] {
		longest = max(longest, l.per)
	}
	times, err := storage.All(ctx, tx.Tx, qMessageTimes, func(r *storage.Rows) (time.Time, error) {
		var us int64
		err := r.Scan(&us)
		return clock.FromMicros(us), err
	}, m.ContactID, clock.Micros(now.Add(-longest)))
	if err != nil {
		return nil, false, err
	}
	m.State, m.Due = Queued, soonest(m.Method, times, now)
	if err := Write(ctx, tx, &m); err != nil {
		return nil, false, err
	}
	return &m, true, deliver(ctx, tx, m.ID, d)
}

// Hold writes down that a person was not told, and why.
func Hold(ctx context.Context, tx *volume.Tx, m Message, d Delivery) error {
	m.State, m.Due, m.Done = Held, tx.Now(), tx.Now()
	if err := Write(ctx, tx, &m); err != nil {
		return err
	}
	return deliver(ctx, tx, m.ID, d)
}

// Write enters a message as it is.
func Write(ctx context.Context, tx *volume.Tx, m *Message) error {
	m.ID, m.Created = alert.NewID(tx.Now()), tx.Now()
	done := int64(0)
	if !m.Done.IsZero() {
		done = clock.Micros(m.Done)
	}
	_, err := tx.Exec(ctx, qMessagePut, m.ID, m.ContactID, m.PersonID, m.Method, m.Address, m.Kind, m.State, m.Reason, m.Provider, m.Tries, clock.Micros(m.Due), done, clock.Micros(m.Created))
	return err
}

func deliver(ctx context.Context, tx *volume.Tx, messageID string, d Delivery) error {
	_, err := tx.Exec(ctx, qDeliveryPut, messageID, d.AlertID, d.Action, d.Why, clock.Micros(tx.Now()))
	return err
}

// Get gives a message with the first of its deliveries; storage.ErrNoRows when there is none.
func Get(ctx context.Context, tx *volume.Tx, id string, deliveries int) (*Message, error) {
	m, err := storage.One(ctx, tx.Tx, qMessage, scanMessage, id)
	if err != nil {
		return nil, err
	}
	m.Deliveries, err = storage.All(ctx, tx.Tx, qDeliveries, func(r *storage.Rows) (d Delivery, err error) {
		var at int64
		err = r.Scan(&d.MessageID, &d.AlertID, &d.Action, &d.Why, &at)
		d.At = clock.FromMicros(at)
		return d, err
	}, id, deliveries)
	return m, err
}

// Count gives how many deliveries a message bundles.
func Count(ctx context.Context, tx *volume.Tx, id string) (n int, err error) {
	err = tx.Get(ctx, qDeliveriesTo, []any{id}, &n)
	return n, err
}

// Settle writes down what became of a try to send a message.
func Settle(ctx context.Context, tx *volume.Tx, m *Message) error {
	done := int64(0)
	if m.State != Queued {
		done = clock.Micros(tx.Now())
	}
	_, err := tx.Exec(ctx, qMessageSettle, m.ID, m.State, m.Reason, m.Provider, m.Tries, done)
	return err
}

// Report writes down what a provider says later about a message that it took.
func Report(ctx context.Context, tx *volume.Tx, id, state, provider, reason string) error {
	_, err := tx.Exec(ctx, qMessageReport, id, state, provider, reason)
	return err
}

// OfAlert gives the messages that told of an alert, in the order in which they were made; without deliveries.
func OfAlert(ctx context.Context, tx *volume.Tx, alertID string) ([]*Message, error) {
	return storage.All(ctx, tx.Tx, qOfAlert, scanMessage, alertID)
}

// Newest gives a page of all messages, the newest first: those older than an instant and, at the same instant, of a lower ID.
func Newest(ctx context.Context, tx *volume.Tx, before time.Time, beforeID string, limit int) ([]*Message, error) {
	return storage.All(ctx, tx.Tx, qMessages, scanMessage, clock.Micros(before), beforeID, limit)
}

// LastTo gives the newest message about alerts that was sent to a contact, "" when there is none.
func LastTo(ctx context.Context, tx *volume.Tx, contactID string) (id string, err error) {
	err = tx.Get(ctx, qMessageLast, []any{contactID}, &id)
	if errors.Is(err, storage.ErrNoRows) {
		return "", nil
	}
	return id, err
}

// PlainSince counts the codes and tests that were sent to a contact since an instant.
func PlainSince(ctx context.Context, tx *volume.Tx, contactID string, since time.Time) (n int, err error) {
	err = tx.Get(ctx, qMessagePlain, []any{contactID, clock.Micros(since)}, &n)
	return n, err
}
