// Package team keeps the teams that own alerts: their members, the roles these have, and a log of what changed. What a team does with an alert is
// in its routing rules, see package routing.
package team

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
)

// The roles that every team has.
const (
	Admin  = "admin"
	Member = "user"
)

// Team is a group of people who answer for the same things.
type Team struct {
	ID, Name, Description string
	Created               time.Time
	Members               []Membership
	Roles                 []*Role
}

// Membership is a person's place in a team.
type Membership struct {
	PersonID string
	Role     string // admin, user or the name of a role of the team
}

// Role is a role of a team's own.
type Role struct {
	ID, TeamID, Name string
	Rights           []Right
}

// Right is what a role lets people do. Its JSON form is the one in which it is kept.
type Right struct {
	Right   string `json:"right"`
	Granted bool   `json:"granted"`
}

// Has tells whether a person is a member, and whether an administrator, of the team.
func (t *Team) Has(personID string) (member, admin bool) {
	for _, m := range t.Members {
		if m.PersonID == personID {
			return true, m.Role == Admin
		}
	}
	return false, false
}

// May tells whether a person may do something in the team that a right is for: administrators may, and members whose role grants the right.
func (t *Team) May(personID, right string) bool {
	for _, m := range t.Members {
		if m.PersonID != personID {
			continue
		}
		if m.Role == Admin {
			return true
		}
		for _, role := range t.Roles {
			if role.Name == m.Role && right != "" {
				return slices.Contains(role.Rights, Right{Right: right, Granted: true})
			}
		}
	}
	return false
}

var (
	qAll = storage.Register("oncall/team.all", `SELECT id, name, description, created_us FROM team`)
	qPut = storage.Register("oncall/team.put", `INSERT INTO team (id, name, description, created_us) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, description = excluded.description`)
	qDrop       = storage.Register("oncall/team.delete", `DELETE FROM team WHERE id = $1`)
	qMembers    = storage.Register("oncall/team_member.all", `SELECT team_id, person_id, role FROM team_member ORDER BY team_id, person_id`)
	qMemberPut  = storage.Register("oncall/team_member.put", `INSERT INTO team_member (team_id, person_id, role) VALUES ($1, $2, $3) ON CONFLICT (team_id, person_id) DO UPDATE SET role = excluded.role`)
	qMemberDrop = storage.Register("oncall/team_member.delete", `DELETE FROM team_member WHERE team_id = $1 AND person_id = $2`)
	qMembersOff = storage.Register("oncall/team_member.delete_all", `DELETE FROM team_member WHERE team_id = $1`)
	qRoles      = storage.Register("oncall/team_role.all", `SELECT id, team_id, name, rights FROM team_role`)
	qRolePut    = storage.Register("oncall/team_role.put", `INSERT INTO team_role (id, team_id, name, rights) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO UPDATE SET name = excluded.name, rights = excluded.rights`)
	qRoleDrop   = storage.Register("oncall/team_role.delete", `DELETE FROM team_role WHERE id = $1`)
	qRolesOff   = storage.Register("oncall/team_role.delete_all", `DELETE FROM team_role WHERE team_id = $1`)
	qRulesOff   = storage.Register("oncall/team.delete_rules", `DELETE FROM routing_rule WHERE team_id = $1`)
	qLog        = storage.Register("oncall/team_log.insert", `INSERT INTO team_log (team_id, n, at_us, owner, text) VALUES ($1, (SELECT coalesce(max(n), 0) + 1 FROM team_log WHERE team_id = $1), $2, $3, $4)`)
	qLogUp      = storage.Register("oncall/team_log.up", `SELECT n, at_us, owner, text FROM team_log WHERE team_id = $1 AND n > $2 ORDER BY team_id, n LIMIT $3`)
	qLogDown    = storage.Register("oncall/team_log.down", `SELECT n, at_us, owner, text FROM team_log WHERE team_id = $1 AND n < $2 ORDER BY team_id DESC, n DESC LIMIT $3`)
)

// All gives every team with members and roles, in no order.
func All(ctx context.Context, tx *volume.Tx) ([]*Team, error) {
	teams, err := storage.All(ctx, tx.Tx, qAll, func(r *storage.Rows) (*Team, error) {
		t := &Team{}
		var created int64
		err := r.Scan(&t.ID, &t.Name, &t.Description, &created)
		t.Created = clock.FromMicros(created)
		return t, err
	})
	if err != nil {
		return nil, err
	}
	by := map[string]*Team{}
	for _, t := range teams {
		by[t.ID] = t
	}
	_, err = storage.All(ctx, tx.Tx, qMembers, func(r *storage.Rows) (struct{}, error) {
		var id string
		var m Membership
		err := r.Scan(&id, &m.PersonID, &m.Role)
		if t := by[id]; t != nil {
			t.Members = append(t.Members, m)
		}
		return struct{}{}, err
	})
	if err != nil {
		return nil, err
	}
	_, err = storage.All(ctx, tx.Tx, qRoles, func(r *storage.Rows) (struct{}, error) {
		x := &Role{}
		var rights string
		if err := r.Scan(&x.ID, &x.TeamID, &x.Name, &rights); err != nil {
			return struct{}{}, err
		}
		if t := by[x.TeamID]; t != nil {
			t.Roles = append(t.Roles, x)
		}
		return struct{}{}, json.Unmarshal([]byte(rights), &x.Rights)
	})
	return teams, err
}

// Save makes or changes a team, not its members.
func Save(ctx context.Context, tx *volume.Tx, t *Team) error {
	t.Name = strings.TrimSpace(t.Name)
	switch {
	case t.Name == "" || len(t.Name) > 100:
		return fault.Invalid("name", "name must be given, with at most 100 characters.")
	case len(t.Description) > 10_000:
		return fault.Invalid("description", "description can have at most 10000 characters.")
	}
	if t.ID == "" {
		t.ID, t.Created = uuid.NewString(), tx.Now()
	}
	_, err := tx.Exec(ctx, qPut, t.ID, t.Name, t.Description, clock.Micros(t.Created))
	if errors.Is(err, storage.ErrUnique) {
		return fault.Conflict("Team with name [%s] already exists.", t.Name)
	}
	return err
}

// Delete forgets a team with members, roles and routing rules.
func Delete(ctx context.Context, tx *volume.Tx, id string) error {
	for _, q := range []*storage.Query{qMembersOff, qRolesOff, qRulesOff, qDrop} {
		if _, err := tx.Exec(ctx, q, id); err != nil {
			return err
		}
	}
	return nil
}

// Join makes a person a member, or changes their role.
func Join(ctx context.Context, tx *volume.Tx, t *Team, personID, role string) error {
	if role == "" {
		role = Member
	}
	known := role == Admin || role == Member
	for _, r := range t.Roles {
		known = known || r.Name == role
	}
	if !known {
		return fault.Invalid("role", "The team has no role %.100q; it must be admin, user or a role of the team.", role)
	}
	_, err := tx.Exec(ctx, qMemberPut, t.ID, personID, role)
	return err
}

// Leave ends a membership.
func Leave(ctx context.Context, tx *volume.Tx, teamID, personID string) error {
	_, err := tx.Exec(ctx, qMemberDrop, teamID, personID)
	return err
}

// LeaveAll ends all memberships of a team.
func LeaveAll(ctx context.Context, tx *volume.Tx, teamID string) error {
	_, err := tx.Exec(ctx, qMembersOff, teamID)
	return err
}

// SaveRole makes or changes a role of a team.
func SaveRole(ctx context.Context, tx *volume.Tx, r *Role) error {
	r.Name = strings.TrimSpace(r.Name)
	if r.Name == "" || len(r.Name) > 100 || r.Name == Admin || r.Name == Member {
		return fault.Invalid("name", "name must be given, with at most 100 characters, and not be admin or user.")
	}
	if len(r.Rights) > 200 {
		return fault.Invalid("rights", "A role can have at most 200 rights.")
	}
	if r.ID == "" {
		r.ID = uuid.NewString()
	}
	rights, err := json.Marshal(r.Rights)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, qRolePut, r.ID, r.TeamID, r.Name, string(rights))
	return err
}

// DeleteRole forgets a role; members who had it are plain members then.
func DeleteRole(ctx context.Context, tx *volume.Tx, t *Team, r *Role) error {
	for _, m := range t.Members {
		if m.Role == r.Name {
			if _, err := tx.Exec(ctx, qMemberPut, t.ID, m.PersonID, Member); err != nil {
				return err
			}
		}
	}
	_, err := tx.Exec(ctx, qRoleDrop, r.ID)
	return err
}

// Entry is a line of a team's log.
type Entry struct {
	N           int64
	At          time.Time
	Owner, Text string
}

// Log adds a line to a team's log.
func Log(ctx context.Context, tx *volume.Tx, teamID, owner, text string) error {
	_, err := tx.Exec(ctx, qLog, teamID, clock.Micros(tx.Now()), owner, text)
	return err
}

// Logs gives a page of a team's log: lines beyond a number in the direction of reading.
func Logs(ctx context.Context, tx *volume.Tx, teamID string, after int64, descending bool, limit int) ([]Entry, error) {
	q := qLogUp
	if descending {
		if q = qLogDown; after == 0 {
			after = 1 << 62
		}
	}
	return storage.All(ctx, tx.Tx, q, func(r *storage.Rows) (e Entry, err error) {
		var at int64
		err = r.Scan(&e.N, &at, &e.Owner, &e.Text)
		e.At = clock.FromMicros(at)
		return e, err
	}, teamID, after, limit)
}
