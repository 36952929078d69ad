// Package roster is everything that decides who is told, read at one instant: people with contacts and rules, teams, schedules, escalations. It
// finds things by the names that clients use for them, and turns a recipient into people.
//
// It promises that Load within a write sees what was committed before it began, and that Fresh sees the writes of its own transaction too.
package roster

import (
	"context"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/escalation"
	"holdfast.dev/internal/product/oncall/notification"
	"holdfast.dev/internal/product/oncall/rotation"
	"holdfast.dev/internal/product/oncall/routing"
	"holdfast.dev/internal/product/oncall/schedule"
	"holdfast.dev/internal/product/oncall/team"
	"holdfast.dev/internal/product/oncall/user"
)

// Roster is shared by everybody who loaded it: nobody may change it.
type Roster struct {
	People      map[string]*user.Person
	Contacts    map[string]*user.Contact
	ContactsOf  map[string][]*user.Contact // in the order in which they were added
	Rules       map[string][]*notification.Rule
	Teams       map[string]*team.Team
	Routing     map[string][]*routing.Rule
	Schedules   map[string]*schedule.Schedule
	Escalations map[string]*escalation.Escalation
	Forwardings []*user.Forwarding

	forwards  []schedule.Forward
	byAccount map[string]*user.Person
	byName    map[string]*user.Person
}

type memoKey struct{}

var tables = []string{"person", "contact", "notification_rule", "forwarding_rule", "team", "team_member", "team_role", "routing_rule", "escalation", "schedule", "rotation", "schedule_override"}

// Load gives the roster as committed, remembered until a commit changes it.
func Load(ctx context.Context, tx *volume.Tx) (*Roster, error) {
	return volume.Memo(ctx, tx, memoKey{}, tables, func() (*Roster, error) { return Fresh(ctx, tx) })
}

// Fresh reads the roster as the transaction sees it, for whoever changes it.
func Fresh(ctx context.Context, tx *volume.Tx) (*Roster, error) {
	r := &Roster{People: map[string]*user.Person{}, Contacts: map[string]*user.Contact{}, ContactsOf: map[string][]*user.Contact{}, Teams: map[string]*team.Team{},
		Schedules: map[string]*schedule.Schedule{}, Escalations: map[string]*escalation.Escalation{}, byAccount: map[string]*user.Person{}, byName: map[string]*user.Person{}}
	if err := r.readPeople(ctx, tx); err != nil {
		return nil, err
	}
	return r, r.readPlans(ctx, tx)
}

func (r *Roster) readPeople(ctx context.Context, tx *volume.Tx) error {
	people, err := user.All(ctx, tx)
	if err != nil {
		return err
	}
	for _, p := range people {
		r.People[p.ID] = p
		if p.AccountID != "" {
			r.byAccount[p.AccountID] = p
		}
		if old := r.byName[strings.ToLower(p.Username)]; old == nil || !old.Active {
			r.byName[strings.ToLower(p.Username)] = p
		}
	}
	contacts, err := user.AllContacts(ctx, tx)
	if err != nil {
		return err
	}
	for _, c := range contacts {
		r.Contacts[c.ID] = c
		r.ContactsOf[c.PersonID] = append(r.ContactsOf[c.PersonID], c)
	}
	for _, cs := range r.ContactsOf {
		sortBy(cs, func(c *user.Contact) string { return c.Created.Format(time.RFC3339Nano) + c.ID })
	}
	if r.Rules, err = notification.AllRules(ctx, tx); err != nil {
		return err
	}
	if r.Forwardings, err = user.Forwardings(ctx, tx); err != nil {
		return err
	}
	for _, f := range r.Forwardings {
		r.forwards = append(r.forwards, schedule.Forward{Interval: rotation.Interval{From: f.Start, To: f.End}, From: f.From, To: f.To})
	}
	return nil
}

func (r *Roster) readPlans(ctx context.Context, tx *volume.Tx) error {
	teams, err := team.All(ctx, tx)
	if err != nil {
		return err
	}
	for _, t := range teams {
		r.Teams[t.ID] = t
	}
	if r.Routing, err = routing.All(ctx, tx); err != nil {
		return err
	}
	schedules, err := schedule.All(ctx, tx)
	if err != nil {
		return err
	}
	for _, s := range schedules {
		r.Schedules[s.ID] = s
	}
	escalations, err := escalation.All(ctx, tx)
	for _, e := range escalations {
		r.Escalations[e.ID] = e
	}
	return err
}

// Account gives the person of an account, nil when there is none.
func (r *Roster) Account(id string) *user.Person { return r.byAccount[id] }

// Person finds somebody by ID, account or username, nil when there is nobody.
func (r *Roster) Person(who string) *user.Person {
	if p := r.People[who]; p != nil {
		return p
	}
	if p := r.byAccount[who]; p != nil {
		return p
	}
	return r.byName[strings.ToLower(who)]
}

// Team finds a team by ID or name, nil when there is none.
func (r *Roster) Team(who string) *team.Team {
	return find(r.Teams, who, func(t *team.Team) string { return t.Name })
}

// DefaultTeamName is the name of the team that every site starts with.
const DefaultTeamName = "On-call"

// DefaultTeam is the team that answers for what nobody else answers for: the one that every site starts with, or, when it was renamed, the oldest.
func (r *Roster) DefaultTeam() *team.Team {
	if t := r.Team(DefaultTeamName); t != nil {
		return t
	}
	var oldest *team.Team
	for _, t := range r.Teams {
		if oldest == nil || t.Created.Before(oldest.Created) || t.Created.Equal(oldest.Created) && t.ID < oldest.ID {
			oldest = t
		}
	}
	return oldest
}

// Schedule finds a schedule by ID or name, nil when there is none.
func (r *Roster) Schedule(who string) *schedule.Schedule {
	return find(r.Schedules, who, func(s *schedule.Schedule) string { return s.Name })
}

// Escalation finds an escalation by ID or name, nil when there is none.
func (r *Roster) Escalation(who string) *escalation.Escalation {
	return find(r.Escalations, who, func(e *escalation.Escalation) string { return e.Name })
}

func find[T any](all map[string]*T, who string, name func(*T) string) *T {
	if x := all[who]; x != nil {
		return x
	}
	for _, x := range all {
		if name(x) == who {
			return x
		}
	}
	return nil
}

// Forwards gives who forwards to whom and when.
func (r *Roster) Forwards() []schedule.Forward { return r.forwards }

// Resolve completes a recipient that a client named by ID, name or username; field is named in the refusal of one that is not there.
func (r *Roster) Resolve(field string, x alert.Responder) (alert.Responder, error) {
	who := x.ID
	if who == "" {
		who = x.Name
	}
	switch x.Type {
	case "none", "all":
		return alert.Responder{Type: x.Type}, nil
	case "user":
		if p := r.Person(who); p != nil {
			return alert.Responder{Type: "user", ID: p.ID, Name: p.Username}, nil
		}
	case "team":
		if t := r.Team(who); t != nil {
			return alert.Responder{Type: "team", ID: t.ID, Name: t.Name}, nil
		}
	case "schedule":
		if s := r.Schedule(who); s != nil {
			return alert.Responder{Type: "schedule", ID: s.ID, Name: s.Name}, nil
		}
	case "escalation":
		if e := r.Escalation(who); e != nil {
			return alert.Responder{Type: "escalation", ID: e.ID, Name: e.Name}, nil
		}
	default:
		return x, fault.Invalid(field, "type must be user, team, schedule, escalation or none.")
	}
	return x, fault.Invalid(field, "No %s exists with the id or name [%.100s].", x.Type, who)
}

// Named completes a recipient's name as it is now; one that is gone keeps its ID.
func (r *Roster) Named(x alert.Responder) alert.Responder {
	if done, err := r.Resolve("", alert.Responder{Type: x.Type, ID: x.ID}); err == nil {
		return done
	}
	return x
}
