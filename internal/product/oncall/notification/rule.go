// Package notification keeps what each person wants to be told, how and after how long, and writes down every message: queued, sent, failed or held,
// with its reason. Sending is the channels' matter, when is the engine's.
package notification

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/order"
	"holdfast.dev/internal/product/oncall/rotation"
	"holdfast.dev/internal/product/oncall/routing"
)

// The events that people can be told of.
const (
	CreateAlert       = "create-alert"
	AcknowledgedAlert = "acknowledged-alert"
	ClosedAlert       = "closed-alert"
	RenotifiedAlert   = "renotified-alert"
	AssignedAlert     = "assigned-alert"
	AddNote           = "add-note"
	ScheduleStart     = "schedule-start"
	ScheduleEnd       = "schedule-end"
	IncomingCall      = "incoming-call-routing"
)

// ActionTypes lists the events.
var ActionTypes = []string{CreateAlert, AcknowledgedAlert, ClosedAlert, RenotifiedAlert, AssignedAlert, AddNote, ScheduleStart, ScheduleEnd, IncomingCall}

// Leads are how long before a shift starts or ends people can be told of it.
var Leads = map[string]time.Duration{"just-before": 0, "15-minutes-ago": 15 * time.Minute, "1-hour-ago": time.Hour, "1-day-ago": 24 * time.Hour}

// Rule is what a person wants for one kind of event. Of several that fit an alert the first counts.
type Rule struct {
	ID, PersonID, Name, ActionType string
	Order                          int
	Enabled                        bool
	Body
}

// Body is the part of a rule that is kept as JSON.
type Body struct {
	Criteria    *routing.Filter       `json:"criteria,omitempty"`
	Times       []string              `json:"notificationTime,omitempty"`
	Restriction *rotation.Restriction `json:"timeRestriction,omitempty"` // in the person's zone
	Schedules   []alert.Responder     `json:"schedules,omitempty"`
	Repeat      *Repeat               `json:"repeat,omitempty"`
	Steps       []Step                `json:"steps,omitempty"`
}

// Repeat walks the steps again until somebody acknowledges.
type Repeat struct {
	LoopAfter int  `json:"loopAfter"` // minutes after the first step
	Enabled   bool `json:"enabled"`
}

// Step is one message of a rule.
type Step struct {
	ID        string `json:"id"`
	SendAfter int    `json:"sendAfter"` // seconds
	Method    string `json:"method"`
	To        string `json:"to"`
	Enabled   bool   `json:"enabled"`
}

const (
	maxRules = 100
	maxSteps = 20
	maxAfter = 7 * 24 * 3600
)

var (
	qRules = storage.Register("oncall/notification_rule.all", `SELECT id, person_id, name, action_type, ord, enabled, body FROM notification_rule`)
	qPut   = storage.Register("oncall/notification_rule.put", `INSERT INTO notification_rule (id, person_id, name, action_type, ord, enabled, body) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, action_type = excluded.action_type, ord = excluded.ord, enabled = excluded.enabled, body = excluded.body`)
	qDrop = storage.Register("oncall/notification_rule.delete", `DELETE FROM notification_rule WHERE id = $1`)
)

// AllRules gives the rules of everybody, by person, each in order.
func AllRules(ctx context.Context, tx *volume.Tx) (map[string][]*Rule, error) {
	rules, err := storage.All(ctx, tx.Tx, qRules, func(r *storage.Rows) (*Rule, error) {
		x := &Rule{}
		var enabled int64
		var body string
		if err := r.Scan(&x.ID, &x.PersonID, &x.Name, &x.ActionType, &x.Order, &enabled, &body); err != nil {
			return nil, err
		}
		x.Enabled = enabled == 1
		return x, json.Unmarshal([]byte(body), &x.Body)
	})
	out := map[string][]*Rule{}
	for _, r := range rules {
		out[r.PersonID] = append(out[r.PersonID], r)
	}
	for _, rs := range out {
		slices.SortFunc(rs, func(a, b *Rule) int {
			if a.Order != b.Order {
				return a.Order - b.Order
			}
			return strings.Compare(a.ID, b.ID)
		})
	}
	return out, err
}

// Save makes or changes a rule; have are the person's rules as they are. index is its new place among those of its action, negative to leave it.
func Save(ctx context.Context, tx *volume.Tx, have []*Rule, r *Rule, index int) error {
	if err := r.check(); err != nil {
		return err
	}
	rest := slices.DeleteFunc(slices.Clone(have), func(x *Rule) bool { return x.ID == r.ID || x.ActionType != r.ActionType })
	if len(have) >= maxRules && r.ID == "" {
		return fault.Bad("A user can have at most %d notification rules.", maxRules)
	}
	if index < 0 {
		index = min(r.Order, len(rest))
		if r.ID == "" {
			index = len(rest)
		}
	}
	if r.ID == "" {
		r.ID = uuid.NewString()
	}
	for i := range r.Steps {
		if r.Steps[i].ID == "" {
			r.Steps[i].ID = uuid.NewString()
		}
	}
	return order.Place(rest, min(index, len(rest)), r, func(x *Rule) *int { return &x.Order }, func(x *Rule) error { return save(ctx, tx, x) })
}

func save(ctx context.Context, tx *volume.Tx, r *Rule) error {
	body, err := json.Marshal(r.Body)
	if err != nil {
		return err
	}
	enabled := 0
	if r.Enabled {
		enabled = 1
	}
	_, err = tx.Exec(ctx, qPut, r.ID, r.PersonID, r.Name, r.ActionType, r.Order, enabled, string(body))
	return err
}

// Delete forgets a rule.
func Delete(ctx context.Context, tx *volume.Tx, id string) error {
	_, err := tx.Exec(ctx, qDrop, id)
	return err
}

func (r *Rule) check() error {
	switch {
	case strings.TrimSpace(r.Name) == "" || len(r.Name) > 200:
		return fault.Invalid("name", "name must be given, with at most 200 characters.")
	case !slices.Contains(ActionTypes, r.ActionType):
		return fault.Invalid("actionType", "actionType must be one of %s.", strings.Join(ActionTypes, ", "))
	case len(r.Steps) > maxSteps:
		return fault.Invalid("steps", "A rule can have at most %d steps.", maxSteps)
	case len(r.Schedules) > 100:
		return fault.Invalid("schedules", "A rule can name at most 100 schedules.")
	case r.Repeat != nil && r.Repeat.Enabled && (r.Repeat.LoopAfter < 1 || r.Repeat.LoopAfter > maxAfter/60):
		return fault.Invalid("repeat", "loopAfter must be from 1 to %d minutes.", maxAfter/60)
	}
	if err := r.Criteria.Check(); err != nil {
		return fault.Invalid("criteria", "%s", err)
	}
	if err := r.Restriction.Check(); err != nil {
		return fault.Invalid("timeRestriction", "%s", err)
	}
	for _, t := range r.Times {
		if _, ok := Leads[t]; !ok {
			return fault.Invalid("notificationTime", "notificationTime can be just-before, 15-minutes-ago, 1-hour-ago, 1-day-ago.")
		}
	}
	for i, s := range r.Steps {
		if s.SendAfter < 0 || s.SendAfter > maxAfter {
			return fault.Invalid(fmt.Sprintf("steps[%d].sendAfter", i), "sendAfter must be from 0 to 7 days.")
		}
	}
	return nil
}
