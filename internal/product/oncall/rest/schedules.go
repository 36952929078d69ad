package rest

import (
	"fmt"
	"slices"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/oncall/alert"
	"holdfast.dev/internal/product/oncall/roster"
	"holdfast.dev/internal/product/oncall/rotation"
	"holdfast.dev/internal/product/oncall/schedule"
)

func (h *handler) scheduleOperations() []operation {
	const path = "/v2/schedules/{identifier}"
	return []operation{
		{method: "GET", path: "/v2/schedules", right: mayRead, run: listSchedules},
		{method: "POST", path: "/v2/schedules", right: mayConfigure, run: createSchedule},
		{method: "GET", path: path, right: mayRead, run: getSchedule},
		{method: "PATCH", path: path, right: mayConfigure, run: updateSchedule},
		{method: "DELETE", path: path, right: mayConfigure, run: deleteSchedule},
		{method: "GET", path: path + "/rotations", right: mayRead, run: listRotations},
		{method: "POST", path: path + "/rotations", right: mayConfigure, run: createRotation},
		{method: "GET", path: path + "/rotations/{id}", right: mayRead, run: getRotation},
		{method: "PATCH", path: path + "/rotations/{id}", right: mayConfigure, run: updateRotation},
		{method: "DELETE", path: path + "/rotations/{id}", right: mayConfigure, run: deleteRotation},
	}
}

type wireScheduleMeta struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
}

type wireRotation struct {
	Parent       *wireScheduleMeta     `json:"_parent,omitempty"`
	ID           string                `json:"id"`
	Name         string                `json:"name"`
	StartDate    *stamp                `json:"startDate"`
	EndDate      *stamp                `json:"endDate,omitempty"`
	Type         string                `json:"type"`
	Length       int                   `json:"length"`
	Participants []wireResponder       `json:"participants"`
	Restriction  *rotation.Restriction `json:"timeRestriction,omitempty"`
}

type wireSchedule struct {
	ID          string         `json:"id"`
	Name        string         `json:"name"`
	Description string         `json:"description"`
	Timezone    string         `json:"timezone"`
	Enabled     bool           `json:"enabled"`
	OwnerTeam   *wireMeta      `json:"ownerTeam,omitempty"`
	Rotations   []wireRotation `json:"rotations"`
}

type rotationBody struct {
	Name         *string               `json:"name"`
	StartDate    *string               `json:"startDate"`
	EndDate      *string               `json:"endDate"`
	Type         *string               `json:"type"`
	Length       *int                  `json:"length"`
	Participants []wireResponder       `json:"participants"`
	Restriction  *rotation.Restriction `json:"timeRestriction"`
}

type scheduleBody struct {
	Name        *string        `json:"name"`
	Description *string        `json:"description"`
	Timezone    *string        `json:"timezone"`
	Enabled     *bool          `json:"enabled"`
	OwnerTeam   *wireResponder `json:"ownerTeam"`
	Rotations   []rotationBody `json:"rotations"`
}

func scheduleName(s *schedule.Schedule) string { return s.Name }

func scheduleMeta(s *schedule.Schedule) wireScheduleMeta {
	return wireScheduleMeta{s.ID, s.Name, s.Enabled}
}

func (c *call) schedule(r *roster.Roster, parameter string) (*schedule.Schedule, error) {
	return lookup(c, parameter, "Schedule", r.Schedules, scheduleName)
}

func toRotation(r *roster.Roster, x *schedule.Rotation) wireRotation {
	out := wireRotation{ID: x.ID, Name: x.Name, StartDate: when(x.Start), EndDate: when(x.End), Type: x.Type, Length: x.Length, Restriction: x.Restriction, Participants: []wireResponder{}}
	for _, p := range x.Participants {
		out.Participants = append(out.Participants, recipient(r, p))
	}
	return out
}

func toSchedule(r *roster.Roster, s *schedule.Schedule, rotations bool) wireSchedule {
	out := wireSchedule{ID: s.ID, Name: s.Name, Description: s.Description, Timezone: s.Zone, Enabled: s.Enabled, OwnerTeam: teamMeta(r, s.TeamID), Rotations: []wireRotation{}}
	if rotations {
		for _, x := range s.Rotations {
			out.Rotations = append(out.Rotations, toRotation(r, x))
		}
	}
	return out
}

func (c *call) fillRotation(r *roster.Roster, x *schedule.Rotation, b rotationBody, field string) (err error) {
	set(&x.Name, b.Name)
	set(&x.Type, b.Type)
	set(&x.Length, b.Length)
	if b.StartDate != nil {
		if x.Start, err = readTime(field+"startDate", *b.StartDate); err != nil {
			return err
		}
	}
	if b.EndDate != nil {
		x.End = time.Time{}
		if *b.EndDate != "" {
			if x.End, err = readTime(field+"endDate", *b.EndDate); err != nil {
				return err
			}
		}
	}
	if b.Restriction != nil {
		x.Restriction = b.Restriction
		if b.Restriction.Type == "" {
			x.Restriction = nil // an empty object takes the restriction away
		}
	}
	if b.Participants != nil {
		x.Participants = nil
		for i, p := range b.Participants {
			to, err := r.Resolve(fmt.Sprintf("%sparticipants[%d]", field, i), p.responder(""))
			if err != nil {
				return err
			}
			x.Participants = append(x.Participants, alert.Responder{Type: to.Type, ID: to.ID})
		}
	}
	// One who takes no turn is written as type none; a rotation of nobody at all pages nobody, and nobody meant that.
	if len(x.Participants) == 0 && (x.ID == "" || b.Participants != nil) {
		return fault.Invalid(field+"participants", "participants can not be empty.")
	}
	return nil
}

func listSchedules(c *call) error {
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		out := []wireSchedule{}
		for _, s := range roster.Sorted(r.Schedules, scheduleName) {
			out = append(out, toSchedule(r, s, c.query("expand") == "rotation"))
		}
		return listed(c, out, "rotation")
	})
}

func getSchedule(c *call) error {
	if name, ok := calendarName(c); ok {
		return scheduleCalendar(c, name)
	}
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		s, err := c.schedule(r, "identifierType")
		if err != nil {
			return err
		}
		return c.data(toSchedule(r, s, true))
	})
}

func createSchedule(c *call) error {
	b, err := body[scheduleBody](c, false)
	if err != nil {
		return err
	}
	s := &schedule.Schedule{Enabled: true}
	err = c.change(func(tx *volume.Tx, r *roster.Roster) error { return c.fillSchedule(tx, r, s, b) })
	if err != nil {
		return err
	}
	return c.created(scheduleMeta(s))
}

// fillSchedule puts what a request says into a schedule and saves it; rotations that it names take the place of those that are there.
func (c *call) fillSchedule(tx *volume.Tx, r *roster.Roster, s *schedule.Schedule, b scheduleBody) error {
	if s.ID != "" {
		if err := c.permitTeam(r, s.TeamID); err != nil {
			return err
		}
	}
	set(&s.Name, b.Name)
	set(&s.Description, b.Description)
	set(&s.Zone, b.Timezone)
	set(&s.Enabled, b.Enabled)
	if b.OwnerTeam != nil {
		id, err := ownerTeam(r, b.OwnerTeam)
		if err != nil {
			return err
		}
		s.TeamID = id
	}
	if err := c.permitTeam(r, s.TeamID); err != nil {
		return err
	}
	if err := schedule.Save(c.r.Context(), tx, s); err != nil {
		return err
	}
	if b.Rotations == nil {
		return nil
	}
	if err := schedule.DeleteRotations(c.r.Context(), tx, s); err != nil {
		return err
	}
	for i, rb := range b.Rotations {
		x := &schedule.Rotation{}
		if err := c.fillRotation(r, x, rb, fmt.Sprintf("rotations[%d].", i)); err != nil {
			return err
		}
		if err := schedule.SaveRotation(c.r.Context(), tx, s, x); err != nil {
			return err
		}
	}
	return nil
}

func updateSchedule(c *call) error {
	b, err := body[scheduleBody](c, false)
	if err != nil {
		return err
	}
	var out wireScheduleMeta
	err = c.change(func(tx *volume.Tx, r *roster.Roster) error {
		s, err := c.schedule(r, "identifierType")
		if err != nil {
			return err
		}
		if err := c.fillSchedule(tx, r, s, b); err != nil {
			return err
		}
		out = scheduleMeta(s)
		return nil
	})
	if err != nil {
		return err
	}
	return c.done("Updated", out)
}

func deleteSchedule(c *call) error {
	err := c.change(func(tx *volume.Tx, r *roster.Roster) error {
		s, err := c.schedule(r, "identifierType")
		if err != nil {
			return err
		}
		if err := c.permitTeam(r, s.TeamID); err != nil {
			return err
		}
		if users := r.UsersOf("schedule", s.ID, ""); len(users) > 0 {
			return fault.Conflict("The schedule cannot be deleted: it is used by %s.", users[0])
		}
		return schedule.Delete(c.r.Context(), tx, s.ID)
	})
	if err != nil {
		return err
	}
	return c.done("Deleted", nil)
}

// withSchedule runs a change of the schedule that the path names by scheduleIdentifierType.
func (c *call) withSchedule(fn func(tx *volume.Tx, r *roster.Roster, s *schedule.Schedule) error) error {
	return c.change(func(tx *volume.Tx, r *roster.Roster) error {
		s, err := c.schedule(r, "scheduleIdentifierType")
		if err != nil {
			return err
		}
		if err := c.permitTeam(r, s.TeamID); err != nil {
			return err
		}
		return fn(tx, r, s)
	})
}

func (c *call) rotation(s *schedule.Schedule) (*schedule.Rotation, error) {
	id := c.r.PathValue("id")
	i := slices.IndexFunc(s.Rotations, func(x *schedule.Rotation) bool { return x.ID == id })
	if i < 0 {
		return nil, fault.NotFound("Rotation with id [%.200s] does not exist.", id)
	}
	return s.Rotations[i], nil
}

func listRotations(c *call) error {
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		s, err := c.schedule(r, "scheduleIdentifierType")
		if err != nil {
			return err
		}
		return c.data(toSchedule(r, s, true).Rotations)
	})
}

func getRotation(c *call) error {
	return c.look(func(_ *volume.Tx, r *roster.Roster) error {
		s, err := c.schedule(r, "scheduleIdentifierType")
		if err != nil {
			return err
		}
		x, err := c.rotation(s)
		if err != nil {
			return err
		}
		out := toRotation(r, x)
		parent := scheduleMeta(s)
		out.Parent = &parent
		return c.data(out)
	})
}

func createRotation(c *call) error {
	b, err := body[rotationBody](c, false)
	if err != nil {
		return err
	}
	x := &schedule.Rotation{}
	err = c.withSchedule(func(tx *volume.Tx, r *roster.Roster, s *schedule.Schedule) error {
		if err := c.fillRotation(r, x, b, ""); err != nil {
			return err
		}
		return schedule.SaveRotation(c.r.Context(), tx, s, x)
	})
	if err != nil {
		return err
	}
	return c.created(wireMeta{x.ID, x.Name})
}

func updateRotation(c *call) error {
	b, err := body[rotationBody](c, false)
	if err != nil {
		return err
	}
	var out wireMeta
	err = c.withSchedule(func(tx *volume.Tx, r *roster.Roster, s *schedule.Schedule) error {
		x, err := c.rotation(s)
		if err != nil {
			return err
		}
		if err := c.fillRotation(r, x, b, ""); err != nil {
			return err
		}
		out = wireMeta{x.ID, x.Name}
		return schedule.SaveRotation(c.r.Context(), tx, s, x)
	})
	if err != nil {
		return err
	}
	return c.done("Updated", out)
}

func deleteRotation(c *call) error {
	err := c.withSchedule(func(tx *volume.Tx, _ *roster.Roster, s *schedule.Schedule) error {
		x, err := c.rotation(s)
		if err != nil {
			return err
		}
		return schedule.DeleteRotation(c.r.Context(), tx, x.ID)
	})
	if err != nil {
		return err
	}
	return c.done("Deleted", nil)
}
