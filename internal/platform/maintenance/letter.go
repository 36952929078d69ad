package maintenance

import (
	"context"
	"fmt"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/notify"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// Telling is an action of which the contacts of the customers concerned are told: when it was done to sites of theirs, and when that was taken back.
type Telling interface {
	// Letter gives the subject and what is said, before the list of the sites. The name of the plan and its reason are the operators'; they are not told.
	Letter(params map[string]string, undone bool) (subject, text string)
}

// What a letter is about.
const (
	aboutDone   = "done"
	aboutUndone = "undone"
)

// gather is how long a letter waits for more to say: a wave, or an undo, is many targets, and each contact gets one letter.
const gather = time.Minute

// letter is a message to one contact that is to be handed over.
type letter struct {
	plan     ids.Plan
	about    string
	contact  ids.Contact
	org      ids.Org
	email    string
	attempts int64
}

var (
	qLetter = storage.Register("maintenance/letter.put", `INSERT INTO maintenance_letter (plan_id, about, contact_id, org_id, email, attempts, due_us, sent_us, error) VALUES ($1, $2, $3, $4, $5, 0, $6, NULL, '')
		ON CONFLICT (plan_id, about, contact_id) DO UPDATE SET email = excluded.email, attempts = 0, due_us = excluded.due_us, sent_us = NULL, error = ''`)
	qLettersDue  = storage.Register("maintenance/letter.due", `SELECT plan_id, about, contact_id, org_id, email, attempts FROM maintenance_letter WHERE sent_us IS NULL AND due_us <= $1 LIMIT $2`)
	qLetterTried = storage.Register("maintenance/letter.tried", `UPDATE maintenance_letter SET attempts = $4, due_us = $5, sent_us = $6, error = $7 WHERE plan_id = $1 AND about = $2 AND contact_id = $3`)
)

// tell enters letters about targets, in the transaction that says that they are done or taken back. A target that the action left as it was is not spoken of.
func (e *Engine) tell(ctx context.Context, tx *volume.Tx, p *Plan, about string, targets []Target) error {
	if _, ok := e.actions[p.Body.Action].(Telling); !ok {
		return nil
	}
	told := map[ids.Contact]bool{}
	for _, t := range targets {
		if sameState(t.Before, t.After) {
			continue
		}
		org, site, err := behind(t)
		if err != nil {
			return err
		}
		contacts, err := fleet.ContactsIn(ctx, tx, org)
		if err != nil {
			return err
		}
		for _, c := range fleet.ContactsOf(contacts, site) {
			if told[c.ID] {
				continue
			}
			told[c.ID] = true
			if _, err := tx.Exec(ctx, qLetter, p.ID, about, c.ID, org, c.Email, clock.Micros(tx.Now().Add(gather))); err != nil {
				return err
			}
		}
	}
	return nil
}

func behind(t Target) (org ids.Org, site ids.Site, err error) {
	if org, err = ids.Parse[ids.Org](t.CustomerID); err == nil {
		site, err = ids.Parse[ids.Site](t.Site)
	}
	return org, site, err
}

// SendLetters hands over what is due, and gives how many letters that were. What is not taken is tried again after a minute, two, four … up to half an hour; it is no error.
func (e *Engine) SendLetters(ctx context.Context, send func(context.Context, notify.Mail) error) (sent int, err error) {
	var due []letter
	err = e.control.Read(ctx, func(tx *volume.Tx) (err error) {
		due, err = storage.All(ctx, tx.Tx, qLettersDue, func(r *storage.Rows) (l letter, err error) {
			return l, r.Scan(&l.plan, &l.about, &l.contact, &l.org, &l.email, &l.attempts)
		}, clock.Micros(e.clock.Now()), 2000)
		return err
	})
	if err != nil {
		return 0, err
	}
	plans := map[ids.Plan]*Plan{}
	for _, l := range due {
		if plans[l.plan] == nil {
			if plans[l.plan], err = e.Get(ctx, l.plan); err != nil {
				return sent, err
			}
		}
		mail, err := e.compose(ctx, plans[l.plan], l)
		if err != nil {
			return sent, err
		}
		var failed error
		if mail != nil { // nothing is left to say when the contact is gone or what it was about was taken back first
			if failed = send(ctx, *mail); failed == nil {
				sent++
			}
		}
		if err := e.control.Write(ctx, func(tx *volume.Tx) error { return tried(ctx, tx, l, failed) }); err != nil {
			return sent, err
		}
	}
	return sent, nil
}

func tried(ctx context.Context, tx *volume.Tx, l letter, failed error) error {
	var sentAt any
	due, said := tx.Now(), ""
	if failed == nil {
		sentAt = clock.Micros(tx.Now())
	} else {
		due, said = due.Add(min(time.Minute<<min(l.attempts, 5), 30*time.Minute)), failed.Error()
	}
	_, err := tx.Exec(ctx, qLetterTried, l.plan, l.about, l.contact, l.attempts+1, clock.Micros(due), sentAt, said)
	return err
}

// compose writes a letter by how the plan's targets stand now; nil where it has nothing to say.
func (e *Engine) compose(ctx context.Context, p *Plan, l letter) (*notify.Mail, error) {
	action, ok := e.actions[p.Body.Action].(Telling)
	if !ok {
		return nil, nil
	}
	var contacts []fleet.Contact
	err := e.control.Read(ctx, func(tx *volume.Tx) (err error) {
		contacts, err = fleet.ContactsIn(ctx, tx, l.org)
		return err
	})
	if err != nil {
		return nil, err
	}
	var sites []string
	for _, c := range contacts {
		if c.ID != l.contact {
			continue
		}
		for _, t := range p.Targets {
			target := p.Body.Targets[t.Position]
			org, site, err := behind(target)
			if err != nil {
				return nil, err
			}
			stands := t.State == Applied || t.State == Stuck
			if l.about == aboutUndone {
				stands = t.State == Reverted
			}
			if stands && org == l.org && (c.Site.IsZero() || c.Site == site) && !sameState(target.Before, target.After) {
				sites = append(sites, fmt.Sprintf("  %s (%s)", target.Name, target.SiteSlug))
			}
		}
	}
	if len(sites) == 0 {
		return nil, nil
	}
	subject, text := action.Letter(p.Body.Params, l.about == aboutUndone)
	text += "\n\nThis is about:\n" + strings.Join(sites, "\n") + "\n\nAnswer this mail to reach us.\n"
	id := strings.ToLower(fmt.Sprintf("plan-%s-%s-%s-%d@holdfast", p.ID, l.about, l.contact, len(sites)))
	return &notify.Mail{To: l.email, Subject: subject, Text: text, MessageID: id}, nil
}
