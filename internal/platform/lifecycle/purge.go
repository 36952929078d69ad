package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// The kinds of purge. A legal erasure walks the same path, with its reason.
const (
	EndOfContract = "end of contract"
	LegalErasure  = "legal erasure"
)

// approvers is how many different operators have to approve a purge, besides the one who asks for it.
const approvers = 2

// The states of a request.
const (
	Open      = "open"
	Withdrawn = "withdrawn"
	Running   = "running" // the purge has begun: there is no way back
	Done      = "done"
)

// Request asks for the purge of exactly one site.
type Request struct {
	ID        ids.Purge  `json:"id"`
	Site      ids.Site   `json:"site"`
	Tombstone time.Time  `json:"tombstone"` // the request is for the tombstone that stood then, and for no later one
	Kind      string     `json:"kind"`
	Reason    string     `json:"reason"`
	Requester string     `json:"requester"`
	Requested time.Time  `json:"requested"`
	State     string     `json:"state"`
	Done      *time.Time `json:"done,omitempty"`
	Approvals []Approval `json:"approvals"`
}

// Approval is one operator's word for one site.
type Approval struct {
	Approver string    `json:"approver"`
	Site     ids.Site  `json:"site"`
	At       time.Time `json:"at"`
}

const requestColumns = `id, site_id, tombstone_us, kind, reason, requester, requested_us, state, done_us`

var (
	qRequest  = storage.Register("purge/request.insert", `INSERT INTO purge_request (id, site_id, tombstone_us, kind, reason, requester, requested_us, state, done_us) VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', NULL)`)
	qGet      = storage.Register("purge/request.by_id", `SELECT `+requestColumns+` FROM purge_request WHERE id = $1`)
	qList     = storage.Register("purge/request.list", `SELECT `+requestColumns+` FROM purge_request WHERE (requested_us, id) < ($1, $2) ORDER BY requested_us DESC, id DESC LIMIT $3`)
	qMove     = storage.Register("purge/request.state", `UPDATE purge_request SET state = $3, done_us = $4 WHERE id = $1 AND state = $2`)
	qApprove  = storage.Register("purge/approval.insert", `INSERT INTO purge_approval (request_id, approver, site_id, at_us) VALUES ($1, $2, $3, $4)`)
	qApproved = storage.Register("purge/approval.by_request", `SELECT approver, site_id, at_us FROM purge_approval WHERE request_id = $1 ORDER BY request_id, approver`)
)

// Ask enters a request into the queue. It changes nothing of the site.
func Ask(ctx context.Context, tx *volume.Tx, s *fleet.Site, kind, reason string) (ids.Purge, error) {
	who := identity.From(ctx)
	switch {
	case who.Kind != identity.Operator:
		return ids.Purge{}, fault.Forbidden("A purge is asked for by an operator.")
	case kind != EndOfContract && kind != LegalErasure:
		return ids.Purge{}, fault.Invalid("kind", "A purge is an %q or a %q.", EndOfContract, LegalErasure)
	case len(strings.TrimSpace(reason)) < 10 || len(reason) > 2000:
		return ids.Purge{}, fault.Invalid("reason", "Say in a sentence of 10 to 2,000 bytes why: two others decide by it.")
	case s.State != fleet.Tombstoned:
		return ids.Purge{}, fault.Conflict("Site %s is %s. Only a tombstoned one can be purged.", s.Slug, s.State)
	}
	id := ids.New[ids.Purge](tx.Now())
	_, err := tx.Exec(ctx, qRequest, id, s.ID, clock.Micros(s.StateSince), kind, reason, who.Actor(), clock.Micros(tx.Now()))
	return id, err
}

// Approve gives an operator's word for a request; site must be the one that it names. The requester's own is refused.
func Approve(ctx context.Context, tx *volume.Tx, id ids.Purge, site ids.Site) error {
	who := identity.From(ctx)
	if who.Kind != identity.Operator {
		return fault.Forbidden("Purges are approved by operators.")
	}
	r, err := Get(ctx, tx, id)
	if err != nil {
		return err
	}
	switch {
	case r.State != Open:
		return fault.Conflict("The request is %s.", r.State)
	case r.Site != site:
		return fault.Invalid("site", "The request is for another site than %s: nothing was approved.", site)
	case r.Requester == who.Actor():
		return fault.Forbidden("You asked for this purge: two other operators have to approve it.")
	}
	_, err = tx.Exec(ctx, qApprove, id, who.Actor(), site, clock.Micros(tx.Now()))
	if errors.Is(err, storage.ErrUnique) {
		return fault.Wrap(err, fault.KindConflict, "You have approved this purge before.")
	}
	return err
}

// Withdraw takes a request back before it ran.
func Withdraw(ctx context.Context, tx *volume.Tx, id ids.Purge) error {
	return Move(ctx, tx, id, Open, Withdrawn)
}

// Move changes the state of a request that is in another one.
func Move(ctx context.Context, tx *volume.Tx, id ids.Purge, from, to string) error {
	var done any
	if to == Done {
		done = clock.Micros(tx.Now())
	}
	n, err := tx.Exec(ctx, qMove, id, from, to, done)
	if err == nil && n == 0 {
		return fault.Conflict("The request %s is not %s.", id, from)
	}
	return err
}

// Get gives a request with its approvals.
func Get(ctx context.Context, tx *volume.Tx, id ids.Purge) (Request, error) {
	r, err := storage.One(ctx, tx.Tx, qGet, scanRequest, id)
	if errors.Is(err, storage.ErrNoRows) {
		return r, fault.NotFound("There is no request %s.", id)
	}
	if err != nil {
		return r, err
	}
	r.Approvals, err = storage.All(ctx, tx.Tx, qApproved, func(rows *storage.Rows) (a Approval, err error) {
		var at int64
		err = rows.Scan(&a.Approver, &a.Site, &at)
		a.At = clock.FromMicros(at)
		return a, err
	}, id)
	return r, err
}

// List gives requests, newest first, those before an instant and identifier (zero values: from the newest), without approvals.
func List(ctx context.Context, tx *volume.Tx, before time.Time, beforeID ids.Purge, limit int) ([]Request, error) {
	us := clock.Micros(before)
	if before.IsZero() {
		us = 1 << 62
	}
	return storage.All(ctx, tx.Tx, qList, scanRequest, us, beforeID.String(), limit)
}

func scanRequest(r *storage.Rows) (q Request, err error) {
	var stone, asked int64
	var done *int64
	err = r.Scan(&q.ID, &q.Site, &stone, &q.Kind, &q.Reason, &q.Requester, &asked, &q.State, &done)
	q.Tombstone, q.Requested = clock.FromMicros(stone), clock.FromMicros(asked)
	if done != nil {
		t := clock.FromMicros(*done)
		q.Done = &t
	}
	return q, err
}

// Facts are what decides about a purge.
type Facts struct {
	Request Request
	Site    fleet.Site
	Notices []Notice // of the tombstone that stands
	Now     time.Time
}

// Missing lists the conditions that are not met, each in a sentence. Every one alone refuses the purge.
func Missing(f Facts) (why []string) {
	no := func(format string, args ...any) { why = append(why, fmt.Sprintf(format, args...)) }
	r := f.Request
	if r.State != Open && r.State != Running {
		no("The request is %s.", r.State)
	}
	if r.Kind != EndOfContract && r.Kind != LegalErasure {
		no("The request has the kind %q.", r.Kind)
	}
	if strings.TrimSpace(r.Reason) == "" {
		no("The request gives no reason.")
	}
	if r.Site.IsZero() || r.Site != f.Site.ID {
		no("The request is for the site %s, not for %s.", r.Site, f.Site.ID)
	}
	if r.State == Running {
		return why // all was met when it began; the site has no state to go by any more
	}
	if f.Site.State != fleet.Tombstoned {
		no("The site is %s, not tombstoned.", f.Site.State)
	} else if !r.Tombstone.Equal(f.Site.StateSince) {
		no("The site was resumed and tombstoned again after the request.")
	}
	if left := f.Site.StateSince.Add(Countdown).Sub(f.Now); left > 0 {
		no("The tombstone stands %s too short.", left.Round(time.Second))
	}
	for _, s := range Stages {
		at, ok := told(f.Notices, s.Name)
		switch {
		case !ok:
			no("Not all contacts were told (%s).", s.Name)
		case f.Now.Before(at.Add(s.Ahead)):
			no("The contacts were told (%s) only at %s.", s.Name, at.Format(time.RFC3339))
		}
	}
	var others []string
	for _, a := range r.Approvals {
		if a.Approver != r.Requester && a.Site == r.Site && !slices.Contains(others, a.Approver) {
			others = append(others, a.Approver)
		}
	}
	if len(others) < approvers {
		no("%d of %d different operators have approved the purge of this site.", len(others), approvers)
	}
	return why
}
