package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/notify"
	"holdfast.dev/internal/platform/volume"
)

// Teller sends the notices of all tombstoned sites.
type Teller struct {
	Control *volume.Volume
	Fleet   *fleet.Fleet
	Clock   clock.Clock
	// Send hands over one mail; an error means that it is tried again.
	Send func(context.Context, notify.Mail) error
}

// Tell sends what is due now and records every attempt. It gives how many were handed over; mails that were not taken are no error, since they are
// tried again. A notice whose record is lost to a crash goes out twice, under the same message identifier.
func (t Teller) Tell(ctx context.Context) (sent int, err error) {
	sites, err := t.Fleet.Sites(ctx)
	if err != nil {
		return 0, err
	}
	var errs []error
	for _, s := range sites {
		if s.State != fleet.Tombstoned {
			continue
		}
		n, err := t.tell(ctx, s)
		sent += n
		errs = append(errs, err)
	}
	return sent, errors.Join(errs...)
}

func (t Teller) tell(ctx context.Context, s *fleet.Site) (sent int, err error) {
	var contacts []fleet.Contact
	var before []Notice
	err = t.Control.Read(ctx, func(tx *volume.Tx) (err error) {
		if contacts, err = fleet.ContactsIn(ctx, tx, s.Org); err == nil {
			before, err = Notices(ctx, tx, s.ID, s.StateSince)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	org, err := t.Fleet.Org(s.Org)
	if err != nil {
		return 0, err
	}
	for _, n := range due(s, fleet.ContactsOf(contacts, s.ID), before, t.Clock.Now()) {
		failed := t.Send(ctx, letter(n, s, org.Name, NotBefore(s.StateSince, before).Format("2 January 2006, 15:04 MST")))
		now := t.Clock.Now()
		n.Attempts, n.Tried, n.Error = n.Attempts+1, now, ""
		if failed == nil {
			n.Sent = &now
			sent++
		} else {
			n.Error = failed.Error()
		}
		if err := t.Control.Write(ctx, func(tx *volume.Tx) error { return record(ctx, tx, n) }); err != nil {
			return sent, err
		}
	}
	return sent, nil
}

func letter(n Notice, s *fleet.Site, customer, end string) notify.Mail {
	subject := fmt.Sprintf("Your site %s was closed and will be deleted", s.Name)
	if n.Stage != Stages[0].Name {
		subject = fmt.Sprintf("Your site %s will be deleted in %s", s.Name, n.Stage)
	}
	text := fmt.Sprintf(`The site %s (%s) of %s was closed on %s.
Reason: %s

Nothing of it is deleted yet. Not before %s everything in it can be deleted for good, and
nobody can bring it back after that.

If this is not what you want, answer this mail or call whoever runs this installation now: until then the site can be
resumed whole, with every address, identifier and token, within seconds. You can also ask for a copy of your data.
`, s.Name, s.Slug, customer, s.StateSince.Format("2 January 2006, 15:04 MST"), s.StateReason, end)
	id := strings.ToLower(fmt.Sprintf("tombstone-%s-%s-%d-%s", s.ID, n.Contact, clock.Micros(n.Tombstone), strings.ReplaceAll(n.Stage, " ", "")))
	return notify.Mail{To: n.Email, Subject: subject, Text: text, MessageID: id + "@holdfast"}
}
