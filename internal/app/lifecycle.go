package app

import (
	"context"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/lifecycle"
	"holdfast.dev/internal/platform/notify"
	"holdfast.dev/internal/platform/volume"
)

// careEvery is how often a serving node looks at what has to be done for sites that are not well, or are about to end.
const careEvery = 30 * time.Second

// care does, while a node serves, what nobody asks for at that moment: notices of tombstoned sites, and what the customers of lost ones are told.
// It ends with ctx.
func (n *Node) care(ctx context.Context) {
	ctx = identity.AsSystem(ctx, "lifecycle")
	tick := time.NewTicker(careEvery)
	defer tick.Stop()
	var backups backupWatch
	for {
		n.careOnce(ctx, &backups)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (n *Node) careOnce(ctx context.Context, backups *backupWatch) {
	if _, err := n.Fleet.Refresh(ctx); err != nil { // the purge is another process
		n.Log.Warn("the control database could not be read", "error", err)
	}
	if _, err := n.TellTombstoned(ctx); err != nil && ctx.Err() == nil {
		n.Log.Error("notices of tombstoned sites", "error", err)
	}
	if _, err := n.Maintenance.SendLetters(ctx, n.sendMail); err != nil && ctx.Err() == nil {
		n.Log.Error("letters about maintenance could not be sent", "error", err)
	}
	if err := n.CareForIncidents(ctx); err != nil && ctx.Err() == nil {
		n.Log.Error("incidents of customers", "error", err)
	}
	if err := n.watchBackups(ctx, backups); err != nil && ctx.Err() == nil {
		n.Log.Error("the owners could not be told of the vault", "error", err)
	}
}

// teller sends the notices of tombstoned sites.
func (n *Node) teller() lifecycle.Teller {
	return lifecycle.Teller{Control: n.control(), Fleet: n.Fleet, Clock: n.Clock, Send: n.sendMail}
}

// TellTombstoned sends the notices of tombstoned sites that are due, and gives how many were handed over.
func (n *Node) TellTombstoned(ctx context.Context) (int, error) { return n.teller().Tell(ctx) }

// sendMail hands over one mail; without a mail server it fails, so that what was not said is not taken to be.
func (n *Node) sendMail(ctx context.Context, m notify.Mail) error {
	if n.Mailer == nil {
		return notify.ErrNoMail
	}
	return n.Mailer.Send(ctx, m)
}

// Tombstone starts the countdown of a suspended site. The contacts are told by the node that serves.
func (n *Node) Tombstone(ctx context.Context, s *fleet.Site, reason string) error {
	contacts, err := n.Fleet.Contacts(ctx, s.Org)
	if err != nil {
		return err
	}
	if len(fleet.ContactsOf(contacts, s.ID)) == 0 {
		return fault.Conflict("Nobody could be told: the site %s has no contact. Add one with `holdfast contact add`.", s.Slug)
	}
	return n.Fleet.SetState(ctx, s.ID, fleet.Tombstoned, reason)
}

// AskPurge enters a site into the queue of the purge.
func (n *Node) AskPurge(ctx context.Context, s *fleet.Site, kind, reason string) (id ids.Purge, err error) {
	err = n.control().Write(ctx, func(tx *volume.Tx) error {
		id, err = lifecycle.Ask(ctx, tx, s, kind, reason)
		return err
	})
	return id, err
}

// PurgeRequest gives a request and the conditions that it lacks.
func (n *Node) PurgeRequest(ctx context.Context, id ids.Purge) (f lifecycle.Facts, missing []string, err error) {
	err = n.control().Read(ctx, func(tx *volume.Tx) error {
		if f.Request, err = lifecycle.Get(ctx, tx, id); err != nil {
			return err
		}
		s, err := n.Fleet.Site(f.Request.Site)
		if err != nil {
			return err
		}
		f.Site, f.Now = *s, n.Clock.Now()
		f.Notices, err = lifecycle.Notices(ctx, tx, s.ID, s.StateSince)
		return err
	})
	if err != nil {
		return f, nil, err
	}
	return f, lifecycle.Missing(f), nil
}
