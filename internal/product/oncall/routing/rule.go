package routing

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/order"
	"holdfast.dev/internal/product/oncall/rotation"
)

// MaxRules bounds the routing rules of a team.
const MaxRules = 100

// Rule sends the alerts of a team that fit to a schedule, an escalation or nobody.
type Rule struct {
	ID, TeamID, Name string
	Order            int
	Default          bool // the last one, which every team has and which fits everything
	Body
}

// Body is the part of a rule that is kept as JSON.
type Body struct {
	Criteria    *Filter               `json:"criteria,omitempty"`
	Zone        string                `json:"timezone,omitempty"`
	Restriction *rotation.Restriction `json:"timeRestriction,omitempty"`
	Notify      alert.Responder       `json:"notify"` // of type schedule, escalation or none
}

var (
	qAll = storage.Register("oncall/routing.all", `SELECT id, team_id, name, ord, is_default, body FROM routing_rule`)
	qPut = storage.Register("oncall/routing.put", `INSERT INTO routing_rule (id, team_id, name, ord, is_default, body) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, ord = excluded.ord, body = excluded.body`)
	qDrop = storage.Register("oncall/routing.delete", `DELETE FROM routing_rule WHERE id = $1`)
)

// All gives the rules of every team, by team, each in order.
func All(ctx context.Context, tx *volume.Tx) (map[string][]*Rule, error) {
	rules, err := storage.All(ctx, tx.Tx, qAll, func(r *storage.Rows) (*Rule, error) {
		x := &Rule{}
		var body string
		var isDefault int64
		if err := r.Scan(&x.ID, &x.TeamID, &x.Name, &x.Order, &isDefault, &body); err != nil {
			return nil, err
		}
		x.Default = isDefault == 1
		return x, json.Unmarshal([]byte(body), &x.Body)
	})
	out := map[string][]*Rule{}
	for _, r := range rules {
		out[r.TeamID] = append(out[r.TeamID], r)
	}
	for _, rs := range out {
		sortRules(rs)
	}
	return out, err
}

func sortRules(rs []*Rule) {
	slices.SortFunc(rs, func(a, b *Rule) int {
		switch {
		case a.Default != b.Default && a.Default:
			return 1
		case a.Default != b.Default:
			return -1
		case a.Order != b.Order:
			return a.Order - b.Order
		}
		return slices.Compare([]byte(a.ID), []byte(b.ID))
	})
}

// Check tells what is wrong with a rule, nil when nothing is.
func (r *Rule) Check() error {
	if len(r.Name) > 200 {
		return fault.Invalid("name", "name can have at most 200 characters.")
	}
	if err := r.Criteria.Check(); err != nil {
		return fault.Invalid("criteria", "%s", err)
	}
	if err := r.Restriction.Check(); err != nil {
		return fault.Invalid("timeRestriction", "%s", err)
	}
	if _, err := time.LoadLocation(r.Zone); err != nil {
		return fault.Invalid("timezone", "%.60q is no time zone; write an IANA name, as Europe/London.", r.Zone)
	}
	switch r.Notify.Type {
	case "schedule", "escalation":
		if r.Notify.ID == "" {
			return fault.Invalid("notify", "notify needs the id or name of the %s.", r.Notify.Type)
		}
	case "none":
	default:
		return fault.Invalid("notify", "notify's type must be schedule, escalation or none.")
	}
	if r.Default && (r.Criteria != nil && r.Criteria.Type != MatchAll || r.Restriction != nil) {
		return fault.Bad("The default rule fits every alert: it can have neither conditions nor time restrictions.")
	}
	return nil
}

// Place puts a rule at an index among its team's rules, at the end when it is negative or too high, and saves those whose order that changes. The
// default rule stays last.
func Place(ctx context.Context, tx *volume.Tx, rules []*Rule, r *Rule, index int) error {
	if err := r.Check(); err != nil {
		return err
	}
	rules = slices.DeleteFunc(slices.Clone(rules), func(x *Rule) bool { return x.ID == r.ID })
	if len(rules) >= MaxRules {
		return fault.Bad("A team can have at most %d routing rules.", MaxRules)
	}
	if r.ID == "" {
		r.ID = uuid.NewString()
	}
	last := len(rules)
	if last > 0 && rules[last-1].Default && !r.Default {
		last--
	}
	if index < 0 || index > last || r.Default {
		index = last
	}
	return order.Place(rules, index, r, func(x *Rule) *int { return &x.Order }, func(x *Rule) error { return save(ctx, tx, x) })
}

func save(ctx context.Context, tx *volume.Tx, r *Rule) error {
	body, err := json.Marshal(r.Body)
	if err != nil {
		return err
	}
	isDefault := 0
	if r.Default {
		isDefault = 1
	}
	_, err = tx.Exec(ctx, qPut, r.ID, r.TeamID, r.Name, r.Order, isDefault, string(body))
	return err
}

// Delete forgets a rule. The default rule can only go with its team.
func Delete(ctx context.Context, tx *volume.Tx, r *Rule) error {
	_, err := tx.Exec(ctx, qDrop, r.ID)
	return err
}

// Fits tells whether an alert that comes at an instant goes where the rule says.
func (r *Rule) Fits(a *alert.Alert, at time.Time) bool {
	zone, err := time.LoadLocation(r.Zone)
	if err != nil {
		zone = time.UTC
	}
	return r.Default || r.Criteria.Matches(a) && r.Restriction.Contains(at, zone)
}

// Route gives the first rule that fits, nil when none does, and for a page that explains it, what became of each.
func Route(rules []*Rule, a *alert.Alert, at time.Time) (*Rule, []string) {
	var why []string
	for _, r := range rules {
		if r.Fits(a, at) {
			return r, append(why, fmt.Sprintf("%s: fits", r.label()))
		}
		reason := "the conditions do not fit"
		if r.Criteria.Matches(a) {
			reason = "outside of its times"
		}
		why = append(why, fmt.Sprintf("%s: %s", r.label(), reason))
	}
	return nil, why
}

func (r *Rule) label() string {
	switch {
	case r.Name != "":
		return r.Name
	case r.Default:
		return "Default rule"
	}
	return fmt.Sprintf("Rule %d", r.Order+1)
}
