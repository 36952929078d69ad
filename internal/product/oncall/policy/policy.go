// Package policy keeps what a site or team wants done with alerts beside their routing. Policies of type alert change an alert when it comes; those of
// type notification hold the telling back, delay, repeat or suppress it, or close the alert after a time. They are tried in their order; of the
// second type the first that fits counts.
//
// It promises that a policy is refused when it is made, not when an alert comes, and that no policy loses an alert: one whose result would be no
// alert is passed over.
package policy

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/integration/mapping"
	"holdfast.dev/internal/product/oncall/order"
	"holdfast.dev/internal/product/oncall/rotation"
	"holdfast.dev/internal/product/oncall/routing"
)

// The types of a policy.
const (
	TypeAlert        = "alert"
	TypeNotification = "notification"
)

// Policy is one rule of a site (no team) or a team.
type Policy struct {
	ID, TeamID, Type, Name string
	Order                  int // among those of its team and type, from 0
	Enabled                bool
	Body
}

// Body is the part of a policy that is kept as JSON, in the form of the API.
type Body struct {
	Description string                `json:"policyDescription,omitempty"`
	Filter      *routing.Filter       `json:"filter,omitempty"`
	Restriction *rotation.Restriction `json:"timeRestrictions,omitempty"`
	Zone        string                `json:"timezone,omitempty"` // of Restriction; UTC when empty

	*Change
	*Telling
}

// Change is what a policy of type alert does. Texts may name fields of the alert as {{field}}.
type Change struct {
	Message          string            `json:"message,omitempty"`
	Continue         bool              `json:"continue,omitempty"` // later policies are tried too
	Alias            string            `json:"alias,omitempty"`
	AlertDescription string            `json:"description,omitempty"`
	Entity           string            `json:"entity,omitempty"`
	Source           string            `json:"source,omitempty"`
	Priority         string            `json:"priority,omitempty"`
	IgnoreDetails    bool              `json:"ignoreOriginalDetails,omitempty"`
	Details          map[string]string `json:"details,omitempty"`
	IgnoreActions    bool              `json:"ignoreOriginalActions,omitempty"`
	Actions          []string          `json:"actions,omitempty"`
	IgnoreResponders bool              `json:"ignoreOriginalResponders,omitempty"`
	Responders       []alert.Responder `json:"responders,omitempty"`
	IgnoreTags       bool              `json:"ignoreOriginalTags,omitempty"`
	Tags             []string          `json:"tags,omitempty"`
}

// Telling is what a policy of type notification does.
type Telling struct {
	AutoRestart   *AutoRestart   `json:"autoRestartAction,omitempty"`
	AutoClose     *AutoClose     `json:"autoCloseAction,omitempty"`
	Deduplication *Deduplication `json:"deduplicationAction,omitempty"`
	Delay         *Delay         `json:"delayAction,omitempty"`
	Suppress      bool           `json:"suppress,omitempty"`
}

// Duration is a time as the API writes it; minutes where no unit is given.
type Duration struct {
	Amount int64  `json:"timeAmount"`
	Unit   string `json:"timeUnit,omitempty"`
}

// AutoRestart begins the telling again while nobody has acknowledged.
type AutoRestart struct {
	Duration Duration `json:"duration"`
	Most     int      `json:"maxRepeatCount"`
}

// AutoClose closes the alert.
type AutoClose struct {
	Duration Duration `json:"duration"`
}

// Deduplication holds the telling until the alert has come Count times: in all (value-based) or within a time (frequency-based).
type Deduplication struct {
	Type     string    `json:"deduplicationActionType"`
	Duration *Duration `json:"duration,omitempty"`
	Count    int       `json:"count"`
}

// The types of Deduplication.
const (
	ValueBased     = "value-based"
	FrequencyBased = "frequency-based"
)

var units = map[string]time.Duration{"": time.Minute, "minutes": time.Minute, "hours": time.Hour, "days": 24 * time.Hour, "seconds": time.Second, "miliseconds": time.Millisecond, "milliseconds": time.Millisecond, "micros": time.Microsecond, "nanos": time.Nanosecond}

// longest bounds every duration of a policy.
const longest = 366 * 24 * time.Hour

// Time gives the duration.
func (d Duration) Time() time.Duration { return time.Duration(d.Amount) * units[d.Unit] }

func (d Duration) check(field string) error {
	unit, ok := units[d.Unit]
	switch {
	case !ok:
		return fault.Invalid(field, "timeUnit should be one of [ minutes, hours, days, seconds ].")
	case d.Amount < 1 || d.Amount > int64(longest/unit):
		return fault.Invalid(field, "timeAmount should be from 1, and the time at most a year.")
	case d.Time() < time.Second:
		return fault.Invalid(field, "The time should be a second at least.")
	}
	return nil
}

// MaxPolicies bounds how many a site has, so that all are held in memory.
const MaxPolicies = 1000

var (
	qAll = storage.Register("oncall/policy.all", `SELECT id, team_id, type, name, ord, enabled, body FROM policy`)
	qPut = storage.Register("oncall/policy.put", `INSERT INTO policy (id, team_id, type, name, ord, enabled, body) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, ord = excluded.ord, enabled = excluded.enabled, body = excluded.body`)
	qDrop = storage.Register("oncall/policy.delete", `DELETE FROM policy WHERE id = $1`)
)

type memoKey struct{}

// All gives every policy as committed, in order within each team and type. Nobody may change what this gives.
func All(ctx context.Context, tx *volume.Tx) ([]*Policy, error) {
	return volume.Memo(ctx, tx, memoKey{}, []string{"policy"}, func() ([]*Policy, error) { return Fresh(ctx, tx) })
}

// Fresh reads the policies as the transaction sees them, for whoever changes one.
func Fresh(ctx context.Context, tx *volume.Tx) ([]*Policy, error) {
	all, err := storage.All(ctx, tx.Tx, qAll, func(r *storage.Rows) (*Policy, error) {
		p := &Policy{}
		var enabled int64
		var body string
		if err := r.Scan(&p.ID, &p.TeamID, &p.Type, &p.Name, &p.Order, &enabled, &body); err != nil {
			return nil, err
		}
		p.Enabled = enabled == 1
		return p, json.Unmarshal([]byte(body), &p.Body)
	})
	slices.SortFunc(all, func(a, b *Policy) int {
		return cmp.Or(strings.Compare(a.TeamID, b.TeamID), strings.Compare(a.Type, b.Type), a.Order-b.Order, strings.Compare(a.ID, b.ID))
	})
	return all, err
}

// Of narrows policies to a type and team.
func Of(all []*Policy, typ, teamID string) []*Policy {
	var out []*Policy
	for _, p := range all {
		if p.Type == typ && p.TeamID == teamID {
			out = append(out, p)
		}
	}
	return out
}

// Fits tells whether a policy is for an alert that comes at an instant. Whether it is switched on is another question: see maintenance.
func (p *Policy) Fits(a *alert.Alert, at time.Time) bool {
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		zone = time.UTC
	}
	return p.Filter.Matches(a) && p.Restriction.Contains(at, zone)
}

// Check refuses what could not be carried out.
func (p *Policy) Check() error {
	p.Name = strings.TrimSpace(p.Name)
	switch {
	case p.Type != TypeAlert && p.Type != TypeNotification:
		return fault.Invalid("type", "type should be one of [ alert, notification ].")
	case p.Name == "" || len([]rune(p.Name)) > 250:
		return fault.Invalid("name", "name needs 1 to 250 characters.")
	case len(p.Description) > 10_000:
		return fault.Invalid("policyDescription", "policyDescription can have at most 10000 characters.")
	}
	if err := p.Filter.Check(); err != nil {
		return fault.Invalid("filter", "%s", err)
	}
	if p.Restriction != nil && p.Restriction.Type == "" {
		p.Restriction = nil
	}
	if err := p.Restriction.Check(); err != nil {
		return fault.Invalid("timeRestrictions", "%s", err)
	}
	if _, err := time.LoadLocation(p.Zone); err != nil {
		return fault.Invalid("timezone", "There is no time zone %.60q.", p.Zone)
	}
	if p.Type == TypeAlert {
		p.Telling = nil
		return p.Change.check()
	}
	p.Change = nil
	return p.Telling.check()
}

func (c *Change) check() error {
	if c == nil || strings.TrimSpace(c.Message) == "" {
		return fault.Invalid("message", "Message can not be empty.")
	}
	if c.Priority != "" && !slices.Contains(alert.Priorities, c.Priority) {
		return fault.Invalid("priority", "Priority should be one of [ P1, P2, P3, P4, P5 ].")
	}
	if len(c.Responders) > alert.MaxResponders || len(c.Tags) > alert.MaxTags || len(c.Actions) > alert.MaxActions {
		return fault.Invalid("responders", "A policy adds at most %d responders, %d tags and %d actions.", alert.MaxResponders, alert.MaxTags, alert.MaxActions)
	}
	for field, text := range map[string]string{"message": c.Message, "alias": c.Alias, "description": c.AlertDescription, "entity": c.Entity, "source": c.Source} {
		if len(text) > alert.MaxDescription {
			return fault.Invalid(field, "%s can have at most %d characters.", field, alert.MaxDescription)
		}
		if err := mapping.Check(text); err != nil {
			return fault.Invalid(field, "The expression cannot be read: %s", err)
		}
	}
	return nil
}

func (t *Telling) check() error {
	if t == nil || !t.Suppress && t.AutoRestart == nil && t.AutoClose == nil && t.Deduplication == nil && t.Delay == nil {
		return fault.Invalid("suppress", "A notification policy needs one of suppress, delayAction, deduplicationAction, autoRestartAction and autoCloseAction.")
	}
	if r := t.AutoRestart; r != nil {
		if r.Most < 1 || r.Most > 20 {
			return fault.Invalid("autoRestartAction", "maxRepeatCount should be from 1 to 20.")
		}
		if err := r.Duration.check("autoRestartAction"); err != nil {
			return err
		}
	}
	if t.AutoClose != nil {
		if err := t.AutoClose.Duration.check("autoCloseAction"); err != nil {
			return err
		}
	}
	if d := t.Deduplication; d != nil {
		switch {
		case d.Count < 2 || d.Count > alert.MaxCount:
			return fault.Invalid("deduplicationAction", "count should be from 2 to %d.", alert.MaxCount)
		case d.Type != ValueBased && d.Type != FrequencyBased:
			return fault.Invalid("deduplicationAction", "deduplicationActionType should be one of [ value-based, frequency-based ].")
		case d.Type == FrequencyBased && d.Duration == nil:
			return fault.Invalid("deduplicationAction", "duration is needed for frequency-based.")
		case d.Duration != nil:
			if err := d.Duration.check("deduplicationAction"); err != nil {
				return err
			}
		}
	}
	return t.Delay.check()
}

// Place makes or changes a policy and puts it at an index of those of its team and type, the others after it; have are all policies as they are. A
// negative index, or one too large, is the end.
func Place(ctx context.Context, tx *volume.Tx, have []*Policy, p *Policy, index int) error {
	if err := p.Check(); err != nil {
		return err
	}
	if p.ID == "" && len(have) >= MaxPolicies {
		return fault.Bad("A site can have at most %d policies.", MaxPolicies)
	}
	rest := slices.DeleteFunc(Of(have, p.Type, p.TeamID), func(x *Policy) bool { return x.ID == p.ID })
	if p.ID == "" {
		p.ID = uuid.NewString()
	}
	if index < 0 || index > len(rest) {
		index = len(rest)
	}
	return order.Place(rest, index, p, func(x *Policy) *int { return &x.Order }, func(x *Policy) error { return save(ctx, tx, x) })
}

func save(ctx context.Context, tx *volume.Tx, p *Policy) error {
	body, err := json.Marshal(p.Body)
	if err != nil {
		return err
	}
	enabled := 0
	if p.Enabled {
		enabled = 1
	}
	_, err = tx.Exec(ctx, qPut, p.ID, p.TeamID, p.Type, p.Name, p.Order, enabled, string(body))
	return err
}

// Delete forgets a policy.
func Delete(ctx context.Context, tx *volume.Tx, id string) error {
	_, err := tx.Exec(ctx, qDrop, id)
	return err
}
