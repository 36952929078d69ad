package maintenance

import (
	"context"
	"crypto/subtle"
	"errors"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// approvalLasts is how long an approval can be used.
const approvalLasts = 24 * time.Hour

// Approval is an operator's word for exactly one hash.
type Approval struct {
	Approver string     `json:"approver"`
	Hash     string     `json:"hash"`
	At       time.Time  `json:"at"`
	Expires  time.Time  `json:"expires"`
	Used     *time.Time `json:"used,omitempty"`
}

var (
	qApprove  = storage.Register("maintenance/approval.insert", `INSERT INTO maintenance_approval (plan_id, approver, hash, at_us, expires_us, used_us) VALUES ($1, $2, $3, $4, $5, NULL)`)
	qApproved = storage.Register("maintenance/approval.by_plan", `SELECT approver, hash, at_us, expires_us, used_us FROM maintenance_approval WHERE plan_id = $1 ORDER BY plan_id, approver`)
	qUseUp    = storage.Register("maintenance/approval.use", `UPDATE maintenance_approval SET used_us = $3 WHERE plan_id = $1 AND approver = $2 AND used_us IS NULL`)
)

// Approve gives an operator's approval of a plan as it stands. The author's own is refused, and so is that of somebody who proved nothing.
func (e *Engine) Approve(ctx context.Context, id ids.Plan) (*Plan, error) {
	who := identity.From(ctx)
	if who.Kind != identity.Operator {
		return nil, fault.Forbidden("Plans are approved by operators.")
	}
	return e.change(ctx, id, func(tx *volume.Tx, p *Plan) error {
		if p.State != Planned {
			return fault.Conflict("The plan is %s; only a plan that waits for it can be approved.", p.State)
		}
		if p.Body.Author == who.Actor() {
			return fault.Forbidden("You wrote this plan: another operator has to approve it.")
		}
		_, err := tx.Exec(ctx, qApprove, id, who.Actor(), p.Hash, clock.Micros(tx.Now()), clock.Micros(tx.Now().Add(approvalLasts)))
		if errors.Is(err, storage.ErrUnique) {
			return fault.Wrap(err, fault.KindConflict, "You have approved this plan before; plan it anew.")
		}
		if err != nil {
			return err
		}
		if err := move(ctx, tx, id, Planned, Approved, ""); err != nil {
			return err
		}
		return note(ctx, tx, id, "approved "+p.Hash)
	})
}

func approvals(ctx context.Context, tx *volume.Tx, id ids.Plan) ([]Approval, error) {
	return storage.All(ctx, tx.Tx, qApproved, func(r *storage.Rows) (a Approval, err error) {
		var at, expires int64
		var used *int64
		err = r.Scan(&a.Approver, &a.Hash, &at, &expires, &used)
		a.At, a.Expires = clock.FromMicros(at), clock.FromMicros(expires)
		if used != nil {
			t := clock.FromMicros(*used)
			a.Used = &t
		}
		return a, err
	}, id)
}

// useApproval finds an approval that holds for a plan now and uses it up.
func useApproval(ctx context.Context, tx *volume.Tx, p *Plan) error {
	all, err := approvals(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	why := "The plan was not approved."
	for _, a := range all {
		switch {
		case a.Approver == p.Body.Author:
			why = "The only approval is the author's own."
		case a.Used != nil:
			why = "The approval was used up by an earlier run; plan it anew."
		case !tx.Now().Before(a.Expires):
			why = "The approval is over; plan it anew and have it approved."
		case !sameHash(a.Hash, p.Hash):
			why = "The approval is for another plan than this one."
		default:
			n, err := tx.Exec(ctx, qUseUp, p.ID, a.Approver, clock.Micros(tx.Now()))
			if err == nil && n == 0 {
				return fault.Conflict("Another run has used up the approval.")
			}
			return err
		}
	}
	return fault.Conflict("%s", why)
}

func sameHash(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
