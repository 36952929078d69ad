package rest

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/engine"
	"holdfast.dev/internal/product/oncall/escalation"
	"holdfast.dev/internal/product/oncall/roster"
	"holdfast.dev/internal/product/oncall/schedule"
	"holdfast.dev/internal/product/oncall/setup"
	"holdfast.dev/internal/product/oncall/team"
	"holdfast.dev/internal/product/oncall/user"
)

// peopleOperations lists the operations of teams, people and what decides who is told.
func (h *handler) peopleOperations() []operation {
	var all []operation
	for _, list := range [][]operation{h.teamOperations(), h.routingOperations(), h.userOperations(), h.contactOperations(), h.notificationRuleOperations(),
		h.forwardingOperations(), h.scheduleOperations(), h.overrideOperations(), h.onCallOperations(), h.escalationOperations(), h.policyOperations(), h.maintenanceOperations()} {
		all = append(all, list...)
	}
	for i := range all {
		all[i].own = true // permitTeam, permitPerson and permitSite decide
	}
	return all
}

func (h *handler) teamOperations() []operation {
	const path = "/v2/teams/{identifier}"
	return []operation{
		{method: "GET", path: "/v2/teams", right: mayRead, run: listTeams},
		{method: "POST", path: "/v2/teams", right: mayConfigure, run: createTeam},
		{method: "GET", path: path, right: mayRead, run: getTeam},
		{method: "PATCH", path: path, right: mayConfigure, run: updateTeam},
		{method: "DELETE", path: path, right: mayConfigure, run: deleteTeam},
		{method: "GET", path: path + "/logs", right: mayRead, run: listTeamLogs},
		{method: "POST", path: path + "/members", right: mayConfigure, run: addTeamMember},
		{method: "DELETE", path: path + "/members/{memberIdentifier}", right: mayConfigure, run: removeTeamMember},
		{method: "GET", path: path + "/roles", right: mayRead, run: listTeamRoles},
		{method: "POST", path: path + "/roles", right: mayConfigure, run: createTeamRole},
		{method: "GET", path: path + "/roles/{teamRoleIdentifier}", right: mayRead, run: getTeamRole},
		{method: "PATCH", path: path + "/roles/{teamRoleIdentifier}", right: mayConfigure, run: updateTeamRole},
		{method: "DELETE", path: path + "/roles/{teamRoleIdentifier}", right: mayConfigure, run: deleteTeamRole},
	}
}

// look runs fn on the roster as it is.
func (c *call) look(fn func(tx *volume.Tx, r *roster.Roster) error) error {
	return c.read(func(tx *volume.Tx) error {
		r, err := roster.Load(c.r.Context(), tx)
		if err != nil {
			return err
		}
		return fn(tx, r)
	})
}

// change runs fn as one commit on the roster as the commit sees it.
func (c *call) change(fn func(tx *volume.Tx, r *roster.Roster) error) error {
	return c.write(func(tx *volume.Tx) error {
		r, err := roster.Fresh(c.r.Context(), tx)
		if err != nil {
			return err
		}
		if err := fn(tx, r); err != nil {
			return err
		}
		return engine.PlanShifts(c.r.Context(), tx)
	})
}

// permitTeam lets those change what a team owns who may: keys with configuration access, administrators of the site and of the team, and members whose role
// of the team's own grants it. What no team owns is the site's administrators'.
func (c *call) permitTeam(r *roster.Roster, teamID string) error {
	return c.permitRight(r, teamID, teamRight(c.r.Method, c.r.URL.Path))
}

func (c *call) permitRight(r *roster.Roster, teamID, needed string) error {
	if c.who.Kind == identity.Key || c.who.Admin {
		return nil
	}
	if t, me := r.Teams[teamID], r.Account(c.who.Account.String()); t != nil && me != nil && t.May(me.ID, needed) {
		return nil
	}
	return fault.Forbidden("You need to be an administrator of the team or of the site to change this, or to have a role of the team that allows it.")
}

// teamRight names the right, as the vendor's roles call it, that a change of what a team owns needs; empty for what only administrators may.
func teamRight(method, path string) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	for i := len(parts) - 1; i >= 0; i-- { // the last noun of the path counts
		verb := "edit-"
		if method == http.MethodDelete && i >= len(parts)-2 {
			verb = "delete-"
		}
		switch parts[i] {
		case "members":
			return "manage-members"
		case "roles":
			return verb + "team-roles"
		case "routing-rules", "escalations", "schedules", "policies":
			return verb + parts[i]
		}
	}
	return ""
}

// permitPerson lets those change a person's settings who may: the person, keys with configuration access, administrators of the site.
func (c *call) permitPerson(p *user.Person) error {
	if c.who.Kind == identity.Key || c.who.Admin || c.who.SignedIn() && p.AccountID == c.who.Account.String() {
		return nil
	}
	return fault.Forbidden("You can change your own settings only.")
}

// actorName is how logs call who asks.
func (c *call) actorName(r *roster.Roster) string {
	if p := r.Account(c.who.Account.String()); p != nil {
		return p.Name
	}
	return c.who.Name
}

// lookup gives what the path names by id or name, as the query says under a parameter's name.
func lookup[T any](c *call, parameter, identifierType string, all map[string]*T, name func(*T) string) (*T, error) {
	kind, err := c.oneOf(parameter, "id", "name")
	if err != nil {
		return nil, err
	}
	who := c.r.PathValue("identifier")
	if kind == "id" {
		if x := all[who]; x != nil {
			return x, nil
		}
	} else {
		for _, x := range all {
			if name(x) == who {
				return x, nil
			}
		}
	}
	return nil, fault.NotFound("%s with %s [%.200s] does not exist.", identifierType, kind, who)
}

func teamName(t *team.Team) string { return t.Name }

func (c *call) team(r *roster.Roster, parameter string) (*team.Team, error) {
	return lookup(c, parameter, "Team", r.Teams, teamName)
}

type wireUserMeta struct {
	ID       string `json:"id,omitempty"`
	Username string `json:"username,omitempty"`
}

type wireMeta struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

type wireMember struct {
	User wireUserMeta `json:"user"`
	Role string       `json:"role,omitempty"`
}

type wireTeam struct {
	ID          string       `json:"id"`
	Name        string       `json:"name"`
	Description string       `json:"description"`
	Members     []wireMember `json:"members,omitempty"`
	Links       any          `json:"links,omitempty"`
}

func meta(p *user.Person) wireUserMeta { return wireUserMeta{p.ID, p.Username} }

func toTeam(r *roster.Roster, t *team.Team, members bool) wireTeam {
	out := wireTeam{ID: t.ID, Name: t.Name, Description: t.Description}
	if members {
		out.Members = []wireMember{}
		for _, m := range t.Members {
			if p := r.People[m.PersonID]; p != nil {
				out.Members = append(out.Members, wireMember{meta(p), m.Role})
			}
		}
	}
	return out
}

// teamMeta gives the owner team of something, nil when there is none.
func teamMeta(r *roster.Roster, id string) *wireMeta {
	if t := r.Teams[id]; t != nil {
		return &wireMeta{t.ID, t.Name}
	}
	return nil
}

// ownerTeam finds the team that a request names as owner.
func ownerTeam(r *roster.Roster, m *wireResponder) (string, error) {
	if m == nil || m.ID == "" && m.Name == "" {
		return "", nil
	}
	x, err := r.Resolve("ownerTeam", m.responder("team"))
	return x.ID, err
}

func listTeams(c *call) error {
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		out := []wireTeam{}
		for _, t := range roster.Sorted(r.Teams, teamName) {
			out = append(out, toTeam(r, t, c.query("expand") == "member"))
		}
		return listed(c, out, "member")
	})
}

type teamBody struct {
	Name        *string      `json:"name"`
	Description *string      `json:"description"`
	Members     []wireMember `json:"members"`
}

func createTeam(c *call) error {
	b, err := body[teamBody](c, false)
	if err != nil {
		return err
	}
	t := &team.Team{}
	err = c.change(func(tx *volume.Tx, r *roster.Roster) error {
		if err := c.permitTeam(r, ""); err != nil {
			return err
		}
		set(&t.Name, b.Name)
		set(&t.Description, b.Description)
		var watch []alert.Responder
		var people []*user.Person
		for _, m := range b.Members {
			p := r.Person(orName(m.User))
			if p == nil {
				return fault.Invalid("members", "No user exists with the id or username [%.100s].", orName(m.User))
			}
			people = append(people, p)
			watch = append(watch, alert.Responder{Type: "user", ID: p.ID})
		}
		if err := setup.Team(c.r.Context(), tx, t, c.zone(r), watch); err != nil {
			return err
		}
		for i, m := range b.Members {
			if err := team.Join(c.r.Context(), tx, t, people[i].ID, m.Role); err != nil {
				return err
			}
		}
		return team.Log(c.r.Context(), tx, t.ID, c.actorName(r), "Team is created")
	})
	if err != nil {
		return err
	}
	return c.created(wireMeta{t.ID, t.Name})
}

// zone is the zone of who asks, for things made for them.
func (c *call) zone(r *roster.Roster) string {
	if p := r.Account(c.who.Account.String()); p != nil && p.Zone != "" {
		return p.Zone
	}
	return "UTC"
}

func orName(u wireUserMeta) string {
	if u.ID != "" {
		return u.ID
	}
	return u.Username
}

func getTeam(c *call) error {
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		t, err := c.team(r, "identifierType")
		if err != nil {
			return err
		}
		return c.data(toTeam(r, t, true))
	})
}

// done answers 200 with a result, and data when there is some.
func (c *call) done(result string, data any) error {
	return c.send(http.StatusOK, answer{Result: result, Data: data})
}

func updateTeam(c *call) error {
	b, err := body[teamBody](c, false)
	if err != nil {
		return err
	}
	var out wireMeta
	err = c.change(func(tx *volume.Tx, r *roster.Roster) error {
		t, err := c.team(r, "identifierType")
		if err != nil {
			return err
		}
		if err := c.permitTeam(r, t.ID); err != nil {
			return err
		}
		set(&t.Name, b.Name)
		set(&t.Description, b.Description)
		if err := team.Save(c.r.Context(), tx, t); err != nil {
			return err
		}
		if b.Members != nil {
			if err := c.replaceMembers(tx, r, t, b.Members); err != nil {
				return err
			}
		}
		out = wireMeta{t.ID, t.Name}
		return team.Log(c.r.Context(), tx, t.ID, c.actorName(r), "Team is updated")
	})
	if err != nil {
		return err
	}
	return c.done("Updated", out)
}

func (c *call) replaceMembers(tx *volume.Tx, r *roster.Roster, t *team.Team, members []wireMember) error {
	if err := team.LeaveAll(c.r.Context(), tx, t.ID); err != nil {
		return err
	}
	for _, m := range members {
		p := r.Person(orName(m.User))
		if p == nil {
			return fault.Invalid("members", "No user exists with the id or username [%.100s].", orName(m.User))
		}
		if err := team.Join(c.r.Context(), tx, t, p.ID, m.Role); err != nil {
			return err
		}
	}
	return nil
}

// deleteTeam deletes a team with its schedules and escalations, as Opsgenie does, unless others still lead to them.
func deleteTeam(c *call) error {
	err := c.change(func(tx *volume.Tx, r *roster.Roster) error {
		t, err := c.team(r, "identifierType")
		if err != nil {
			return err
		}
		if err := c.permitTeam(r, t.ID); err != nil {
			return err
		}
		if users := r.UsersOf("team", t.ID, t.ID); len(users) > 0 {
			return fault.Conflict("The team cannot be deleted: it is used by %s.", users[0])
		}
		for _, s := range r.Schedules {
			if s.TeamID == t.ID {
				if users := r.UsersOf("schedule", s.ID, t.ID); len(users) > 0 {
					return fault.Conflict("The team cannot be deleted: its schedule %s is used by %s.", s.Name, users[0])
				}
				if err := schedule.Delete(c.r.Context(), tx, s.ID); err != nil {
					return err
				}
			}
		}
		for _, e := range r.Escalations {
			if e.TeamID == t.ID {
				if users := r.UsersOf("escalation", e.ID, t.ID); len(users) > 0 {
					return fault.Conflict("The team cannot be deleted: its escalation %s is used by %s.", e.Name, users[0])
				}
				if err := escalation.Delete(c.r.Context(), tx, e.ID); err != nil {
					return err
				}
			}
		}
		return team.Delete(c.r.Context(), tx, t.ID)
	})
	if err != nil {
		return err
	}
	return c.done("Deleted", nil)
}

type wireTeamLog struct {
	Log         string `json:"log"`
	Owner       string `json:"owner"`
	CreatedDate stamp  `json:"createdDate"`
}

func listTeamLogs(c *call) error {
	limit, err := c.number("limit", 100, 1, 100)
	if err != nil {
		return err
	}
	order, err := c.oneOf("order", "desc", "asc")
	if err != nil {
		return err
	}
	after, _ := strconv.ParseInt(c.query("offset"), 10, 64) // an offset that is none starts at the beginning
	return c.look(func(tx *volume.Tx, r *roster.Roster) error {
		t, err := c.team(r, "identifierType")
		if err != nil {
			return err
		}
		entries, err := team.Logs(c.r.Context(), tx, t.ID, after, order == "desc", limit)
		if err != nil {
			return err
		}
		logs, offset := []wireTeamLog{}, ""
		for _, e := range entries {
			logs = append(logs, wireTeamLog{e.Text, e.Owner, stamp(e.At)})
			offset = strconv.FormatInt(e.N, 10)
		}
		return c.data(map[string]any{"offset": offset, "logs": logs})
	})
}

// withTeam runs a change of a team that the path names by teamIdentifierType, and logs it.
func (c *call) withTeam(fn func(tx *volume.Tx, r *roster.Roster, t *team.Team) (logged string, err error)) error {
	return c.change(func(tx *volume.Tx, r *roster.Roster) error {
		t, err := c.team(r, "teamIdentifierType")
		if err != nil {
			return err
		}
		if err := c.permitTeam(r, t.ID); err != nil {
			return err
		}
		text, err := fn(tx, r, t)
		if err != nil {
			return err
		}
		return team.Log(c.r.Context(), tx, t.ID, c.actorName(r), text)
	})
}

func addTeamMember(c *call) error {
	b, err := body[wireMember](c, false)
	if err != nil {
		return err
	}
	var out wireMeta
	err = c.withTeam(func(tx *volume.Tx, r *roster.Roster, t *team.Team) (string, error) {
		p := r.Person(orName(b.User))
		if p == nil {
			return "", fault.Invalid("user", "No user exists with the id or username [%.100s].", orName(b.User))
		}
		out = wireMeta{t.ID, t.Name}
		return "Member " + p.Username + " is added", team.Join(c.r.Context(), tx, t, p.ID, b.Role)
	})
	if err != nil {
		return err
	}
	return c.send(http.StatusCreated, answer{Result: "Added", Data: out})
}

func removeTeamMember(c *call) error {
	var out wireMeta
	err := c.withTeam(func(tx *volume.Tx, r *roster.Roster, t *team.Team) (string, error) {
		p := r.Person(c.r.PathValue("memberIdentifier"))
		if p == nil {
			return "", fault.NotFound("The user does not exist.")
		}
		if member, _ := t.Has(p.ID); !member {
			return "", fault.NotFound("The user is not a member of the team.")
		}
		out = wireMeta{t.ID, t.Name}
		return "Member " + p.Username + " is removed", team.Leave(c.r.Context(), tx, t.ID, p.ID)
	})
	if err != nil {
		return err
	}
	return c.done("Removed", out)
}

// moment reads an instant of the query, now when there is none.
func (c *call) moment(name string) (time.Time, error) {
	s := c.query(name)
	if s == "" {
		return c.Clock.Now(), nil
	}
	return readTime(name, s)
}

// readTime reads an instant in the forms that clients send.
func readTime(field, s string) (time.Time, error) {
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00", "2006-01-02 15:04:05"} {
		if t, err := time.Parse(form, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fault.Invalid(field, "%.60q is no date and time: write it as 2026-03-02T09:00:00Z.", s)
}
