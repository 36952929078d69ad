// Package channel hands messages to whatever reaches a person: mail, a signed webhook, web push, and a provider of text messages and calls. It renders
// what each can carry and makes the signed links by which somebody acts without signing in.
//
// It promises an answer for each message: taken, refused for good, or to be tried again; a message that is sent twice carries the same identifier both
// times. It keeps nothing.
package channel

import (
	"context"
	"errors"
	"time"

	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/needs"
)

// Item is one alert that a message tells of.
type Item struct {
	Alert            *alert.Alert
	Action, Why      string
	AckURL, CloseURL string // signed, empty where there is nothing to do
	URL              string // of the alert in the interface
}

// Message is one message to one contact.
type Message struct {
	ID              string
	Method, Address string
	Secret          string // of the contact
	Person          string // name
	Zone            *time.Location
	Kind            string // of package notification
	Text            string // of messages that tell of no alert: their sentence
	Site, SiteURL   string
	At              time.Time
	Items           []Item
	Total           int // alerts; more than Items has when not all are named
	Push            VAPID
	Provider        Provider
	Callback        string // where a provider reports and passes replies on; signed
}

// ErrPermanent, wrapped by an error, says that no later try can succeed.
var ErrPermanent = errors.New("refused for good")

// ErrGone, wrapped by an error, says that the contact does not exist any more: a push subscription that the browser gave up.
var ErrGone = errors.New("the contact is gone")

// Channels sends by every method.
type Channels struct{ Senders needs.Senders }

// Send hands a message over and gives the receiver's word for it.
func (c Channels) Send(ctx context.Context, m Message) (status string, err error) {
	switch m.Method {
	case "email":
		return c.mail(ctx, m)
	case "webhook":
		return c.webhook(ctx, m)
	case "mobile":
		return c.push(ctx, m)
	case "sms", "voice":
		return c.gateway(ctx, m)
	}
	return "", errors.Join(errors.New("nothing sends by "+m.Method), ErrPermanent)
}
