package rest

import (
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/roster"
	"holdfast.dev/internal/product/oncall/team"
)

type wireRole struct {
	ID     string       `json:"id"`
	Name   string       `json:"name"`
	Rights []team.Right `json:"rights"`
}

type roleBody struct {
	Name   *string      `json:"name"`
	Rights []team.Right `json:"rights"`
}

func toRole(r *team.Role) wireRole { return wireRole{r.ID, r.Name, orEmpty(r.Rights)} }

// role gives the role that the path names, by id or name as identifierType says.
func (c *call) role(t *team.Team) (*team.Role, error) {
	kind, err := c.oneOf("identifierType", "id", "name")
	if err != nil {
		return nil, err
	}
	who := c.r.PathValue("teamRoleIdentifier")
	for _, r := range t.Roles {
		if kind == "id" && r.ID == who || kind == "name" && r.Name == who {
			return r, nil
		}
	}
	return nil, fault.NotFound("Team role with %s [%.200s] does not exist.", kind, who)
}

func listTeamRoles(c *call) error {
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		t, err := c.team(r, "teamIdentifierType")
		if err != nil {
			return err
		}
		out := []wireRole{}
		for _, role := range t.Roles {
			out = append(out, toRole(role))
		}
		return c.data(out)
	})
}

func getTeamRole(c *call) error {
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		t, err := c.team(r, "teamIdentifierType")
		if err != nil {
			return err
		}
		role, err := c.role(t)
		if err != nil {
			return err
		}
		return c.data(toRole(role))
	})
}

func createTeamRole(c *call) error {
	b, err := body[roleBody](c, false)
	if err != nil {
		return err
	}
	role := &team.Role{Rights: b.Rights}
	set(&role.Name, b.Name)
	err = c.withTeam(func(tx *volume.Tx, _ *roster.Roster, t *team.Team) (string, error) {
		role.TeamID = t.ID
		for _, have := range t.Roles {
			if have.Name == role.Name {
				return "", fault.Conflict("The team has a role %s already.", role.Name)
			}
		}
		return "Role " + role.Name + " is created", team.SaveRole(c.r.Context(), tx, role)
	})
	if err != nil {
		return err
	}
	return c.created(wireMeta{role.ID, role.Name})
}

func updateTeamRole(c *call) error {
	b, err := body[roleBody](c, false)
	if err != nil {
		return err
	}
	var out wireMeta
	err = c.withTeam(func(tx *volume.Tx, _ *roster.Roster, t *team.Team) (string, error) {
		role, err := c.role(t)
		if err != nil {
			return "", err
		}
		old := role.Name
		set(&role.Name, b.Name)
		if b.Rights != nil {
			role.Rights = b.Rights
		}
		out = wireMeta{role.ID, role.Name}
		if err := team.SaveRole(c.r.Context(), tx, role); err != nil {
			return "", err
		}
		for _, m := range t.Members {
			if m.Role == old && old != role.Name {
				if err := team.Join(c.r.Context(), tx, t, m.PersonID, role.Name); err != nil {
					return "", err
				}
			}
		}
		return "Role " + role.Name + " is updated", nil
	})
	if err != nil {
		return err
	}
	return c.done("Updated", out)
}

func deleteTeamRole(c *call) error {
	err := c.withTeam(func(tx *volume.Tx, _ *roster.Roster, t *team.Team) (string, error) {
		role, err := c.role(t)
		if err != nil {
			return "", err
		}
		return "Role " + role.Name + " is deleted", team.DeleteRole(c.r.Context(), tx, t, role)
	})
	if err != nil {
		return err
	}
	return c.done("Deleted", nil)
}
