// Package escalation keeps who is told next when nobody reacts: rules with a delay, a condition and whom to tell, and how often to begin again. The
// engine walks them.
package escalation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
)

// The conditions under which a rule tells somebody.
const (
	IfNotAcked  = "if-not-acked"
	IfNotClosed = "if-not-closed"
)

// NotifyTypes are whom of a recipient a rule tells: who is on call, who is on call next or was before, a team's members by their role or one of them by
// chance, or everybody.
var NotifyTypes = []string{"default", "next", "previous", "users", "admins", "random", "all"}

// Escalation is a plan for an alert that nobody reacts to.
type Escalation struct {
	ID, Name, Description, TeamID string
	Body
}

// Body is the part that is kept as JSON.
type Body struct {
	Rules  []Rule  `json:"rules"`
	Repeat *Repeat `json:"repeat,omitempty"`
}

// Rule is one step.
type Rule struct {
	Condition  string          `json:"condition"`
	NotifyType string          `json:"notifyType"`
	Delay      int             `json:"delay"` // minutes since the escalation began
	Recipient  alert.Responder `json:"recipient"`
}

// Repeat begins the rules again.
type Repeat struct {
	WaitInterval         int  `json:"waitInterval"` // minutes after the last rule
	Count                int  `json:"count"`
	ResetRecipientStates bool `json:"resetRecipientStates"` // an acknowledged alert is unacknowledged when the rules begin again
	CloseAlertAfterAll   bool `json:"closeAlertAfterAll"`
}

// Bounds of an escalation.
const (
	maxRules  = 50
	maxDelay  = 7 * 24 * 60
	maxRepeat = 20
)

// Last gives when the last rule's time comes, from the start of a round.
func (e *Escalation) Last() time.Duration {
	last := 0
	for _, r := range e.Rules {
		last = max(last, r.Delay)
	}
	return time.Duration(last) * time.Minute
}

var (
	qAll = storage.Register("oncall/escalation.all", `SELECT id, name, description, team_id, body FROM escalation`)
	qPut = storage.Register("oncall/escalation.put", `INSERT INTO escalation (id, name, description, team_id, body) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, description = excluded.description, team_id = excluded.team_id, body = excluded.body`)
	qDrop = storage.Register("oncall/escalation.delete", `DELETE FROM escalation WHERE id = $1`)
)

// All gives every escalation, in no order.
func All(ctx context.Context, tx *volume.Tx) ([]*Escalation, error) {
	return storage.All(ctx, tx.Tx, qAll, func(r *storage.Rows) (*Escalation, error) {
		e := &Escalation{}
		var body string
		if err := r.Scan(&e.ID, &e.Name, &e.Description, &e.TeamID, &body); err != nil {
			return nil, err
		}
		return e, json.Unmarshal([]byte(body), &e.Body)
	})
}

// Save makes or changes an escalation. Recipients are known by ID already.
func Save(ctx context.Context, tx *volume.Tx, e *Escalation) error {
	if err := e.check(); err != nil {
		return err
	}
	if e.ID == "" {
		e.ID = uuid.NewString()
	}
	slices.SortStableFunc(e.Rules, func(a, b Rule) int { return a.Delay - b.Delay })
	body, err := json.Marshal(e.Body)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, qPut, e.ID, e.Name, e.Description, e.TeamID, string(body))
	if errors.Is(err, storage.ErrUnique) {
		return fault.Conflict("Escalation with name [%s] already exists.", e.Name)
	}
	return err
}

// Delete forgets an escalation.
func Delete(ctx context.Context, tx *volume.Tx, id string) error {
	_, err := tx.Exec(ctx, qDrop, id)
	return err
}

func (e *Escalation) check() error {
	e.Name = strings.TrimSpace(e.Name)
	switch {
	case e.Name == "" || len(e.Name) > 200:
		return fault.Invalid("name", "name must be given, with at most 200 characters.")
	case len(e.Description) > 10_000:
		return fault.Invalid("description", "description can have at most 10000 characters.")
	case len(e.Rules) == 0 || len(e.Rules) > maxRules:
		return fault.Invalid("rules", "An escalation needs from 1 to %d rules.", maxRules)
	}
	for i, r := range e.Rules {
		if err := r.check(fmt.Sprintf("rules[%d]", i)); err != nil {
			return err
		}
	}
	if p := e.Repeat; p != nil && (p.Count < 0 || p.Count > maxRepeat || p.WaitInterval < 0 || p.WaitInterval > maxDelay || p.Count > 0 && p.WaitInterval+int(e.Last()/time.Minute) < 1) {
		return fault.Invalid("repeat", "repeat's count must be from 0 to %d, and its waitInterval from 1 to %d minutes.", maxRepeat, maxDelay)
	}
	return nil
}

func (r Rule) check(field string) error {
	switch {
	case r.Condition != IfNotAcked && r.Condition != IfNotClosed:
		return fault.Invalid(field+".condition", "condition must be %s or %s.", IfNotAcked, IfNotClosed)
	case !slices.Contains(NotifyTypes, r.NotifyType):
		return fault.Invalid(field+".notifyType", "notifyType must be one of %s.", strings.Join(NotifyTypes, ", "))
	case r.Delay < 0 || r.Delay > maxDelay:
		return fault.Invalid(field+".delay", "delay must be from 0 to %d minutes.", maxDelay)
	case r.Recipient.ID == "":
		return fault.Invalid(field+".recipient", "recipient needs an id or name.")
	case r.Recipient.Type != "user" && r.Recipient.Type != "team" && r.Recipient.Type != "schedule":
		return fault.Invalid(field+".recipient", "recipient's type must be user, team or schedule.")
	}
	return nil
}
