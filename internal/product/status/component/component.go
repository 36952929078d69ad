// Package component keeps the parts of a page that have a status, their groups, and when each had which status. It promises that the history of
// states is complete: it is written in the transaction of every change, and uptime is computed from nothing else.
package component

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/page"
	"holdfast.dev/internal/product/status/shortid"
)

// Status is how a component is.
type Status string

// The statuses, from good to bad.
const (
	Operational Status = "operational"
	Maintenance Status = "under_maintenance"
	Degraded    Status = "degraded_performance"
	Partial     Status = "partial_outage"
	Major       Status = "major_outage"
)

// Statuses lists all, from good to bad.
var Statuses = []Status{Operational, Maintenance, Degraded, Partial, Major}

// Rank gives the place of a status from good (0) to bad; -1 when it is none.
func (s Status) Rank() int { return slices.Index(Statuses, s) }

// Label is the status for people.
func (s Status) Label() string {
	switch s {
	case Maintenance:
		return "Under maintenance"
	case Degraded:
		return "Degraded performance"
	case Partial:
		return "Partial outage"
	case Major:
		return "Major outage"
	case Operational:
	}
	return "Operational"
}

// Component is a part of a page, or a group of them.
type Component struct {
	ID             string
	PageID         string
	Group          bool
	GroupID        string // empty: at the top
	Name           string
	Description    string
	Position       int64 // among its siblings, from 1
	Status         Status
	Showcase       bool
	OnlyIfDegraded bool   // shown only while it is not operational
	StartDate      string // YYYY-MM-DD: uptime is counted from here; empty: from its creation
	Created        time.Time
	Updated        time.Time
}

const columns = `id, page_id, is_group, group_id, name, description, position, status, showcase, only_if_degraded, start_date, created_us, updated_us`

var (
	qByPage = storage.Register("status/component.by-page", `SELECT `+columns+` FROM component WHERE page_id = $1 ORDER BY page_id, position, id`)
	qByID   = storage.Register("status/component.by-id", `SELECT `+columns+` FROM component WHERE id = $1 AND page_id = $2`)
	qInsert = storage.Register("status/component.insert", `INSERT INTO component (`+columns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`)
	qUpdate = storage.Register("status/component.update", `UPDATE component SET group_id = $2, name = $3, description = $4, position = $5, status = $6, showcase = $7,
		only_if_degraded = $8, start_date = $9, updated_us = $10 WHERE id = $1`)
	qDelete   = storage.Register("status/component.delete", `DELETE FROM component WHERE id = $1`)
	qUnstate  = storage.Register("status/component_state.forget", `DELETE FROM component_state WHERE component_id = $1`)
	qUnfollow = storage.Register("status/subscriber_component.forget-component", `DELETE FROM subscriber_component WHERE component_id = $1`)
)

func scan(r *storage.Rows) (*Component, error) {
	var c Component
	var group, showcase, only, created, updated int64
	err := r.Scan(&c.ID, &c.PageID, &group, &c.GroupID, &c.Name, &c.Description, &c.Position, &c.Status, &showcase, &only, &c.StartDate, &created, &updated)
	c.Group, c.Showcase, c.OnlyIfDegraded = group == 1, showcase == 1, only == 1
	c.Created, c.Updated = clock.FromMicros(created), clock.FromMicros(updated)
	return &c, err
}

// All lists the components and groups of a page as the page shows them: by position, the members of a group right after it.
func All(ctx context.Context, tx *volume.Tx, pageID string) ([]*Component, error) {
	all, err := storage.All(ctx, tx.Tx, qByPage, scan, pageID)
	if err != nil {
		return nil, err
	}
	members := map[string][]*Component{}
	for _, c := range all {
		if c.GroupID != "" {
			members[c.GroupID] = append(members[c.GroupID], c)
		}
	}
	out := make([]*Component, 0, len(all))
	for _, c := range all {
		if c.GroupID == "" {
			out = append(append(out, c), members[c.ID]...)
		}
	}
	return out, nil
}

// Members gives the components of a group, of a list by All.
func Members(all []*Component, group string) []*Component {
	var out []*Component
	for _, c := range all {
		if c.GroupID == group && group != "" {
			out = append(out, c)
		}
	}
	return out
}

// GroupStatus is the worst status of a group's members.
func GroupStatus(all []*Component, group string) Status {
	worst := Operational
	for _, c := range Members(all, group) {
		if c.Status.Rank() > worst.Rank() {
			worst = c.Status
		}
	}
	return worst
}

// Get gives a component or group of a page.
func Get(ctx context.Context, tx *volume.Tx, pageID, id string) (*Component, error) {
	c, err := storage.One(ctx, tx.Tx, qByID, scan, id, pageID)
	if errors.Is(err, storage.ErrNoRows) {
		return nil, fault.NotFound("There is no such component.")
	}
	return c, err
}

// MaxPerPage bounds the components and groups of a page.
const MaxPerPage = 1000

var dateForm = regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)

// Check tells what is wrong with a component, as the page's other components are.
func (c *Component) Check(all []*Component) (err error) {
	if c.Name, err = page.CheckName("name", c.Name); err != nil {
		return err
	}
	if len(c.Description) > 5000 {
		return fault.Invalid("description", "Description is too long (maximum is 5000 characters)")
	}
	if c.Status == "" {
		c.Status = Operational
	}
	if c.Status.Rank() < 0 {
		return fault.Invalid("status", "Status is not included in the list")
	}
	if c.StartDate != "" {
		if _, err := time.Parse(time.DateOnly, c.StartDate); err != nil || !dateForm.MatchString(c.StartDate) {
			return fault.Invalid("start_date", "Start date is no date: write YYYY-MM-DD.")
		}
	}
	if c.GroupID != "" {
		i := slices.IndexFunc(all, func(o *Component) bool { return o.ID == c.GroupID })
		if i < 0 || !all[i].Group || c.Group {
			return fault.Invalid("group_id", "There is no such component group on this page.")
		}
	}
	return nil
}

// Create adds a component or group at the end of its siblings.
func Create(ctx context.Context, tx *volume.Tx, c *Component) error {
	all, err := All(ctx, tx, c.PageID)
	if err != nil {
		return err
	}
	if len(all) >= MaxPerPage {
		return fault.Conflict("A page has %d components at most.", MaxPerPage)
	}
	if err := c.Check(all); err != nil {
		return err
	}
	for _, o := range all {
		if o.GroupID == c.GroupID {
			c.Position = max(c.Position, o.Position)
		}
	}
	c.ID, c.Position, c.Created, c.Updated = shortid.New(), c.Position+1, tx.Now(), tx.Now()
	_, err = tx.Exec(ctx, qInsert, c.ID, c.PageID, b(c.Group), c.GroupID, c.Name, c.Description, c.Position, c.Status, b(c.Showcase), b(c.OnlyIfDegraded),
		c.StartDate, clock.Micros(c.Created), clock.Micros(c.Updated))
	if err != nil || c.Group {
		return err
	}
	return record(ctx, tx, c.ID, tx.Now(), c.Status)
}

// Save writes a component back; old is its status before, so that a change of it enters the history.
func Save(ctx context.Context, tx *volume.Tx, c *Component, old Status) error {
	c.Updated = tx.Now()
	_, err := tx.Exec(ctx, qUpdate, c.ID, c.GroupID, c.Name, c.Description, c.Position, c.Status, b(c.Showcase), b(c.OnlyIfDegraded), c.StartDate, clock.Micros(c.Updated))
	if err != nil || c.Group || c.Status == old {
		return err
	}
	return record(ctx, tx, c.ID, tx.Now(), c.Status)
}

// Delete removes a component with its history, or a group whose members go to the top.
func Delete(ctx context.Context, tx *volume.Tx, all []*Component, c *Component) error {
	if c.Group {
		last := int64(0)
		for _, o := range all {
			if o.GroupID == "" {
				last = max(last, o.Position)
			}
		}
		for _, m := range Members(all, c.ID) {
			last++
			m.GroupID, m.Position = "", last
			if err := Save(ctx, tx, m, m.Status); err != nil {
				return err
			}
		}
	}
	for _, q := range []*storage.Query{qUnstate, qUnfollow, qDelete} {
		if _, err := tx.Exec(ctx, q, c.ID); err != nil {
			return err
		}
	}
	return nil
}

func b(v bool) int64 {
	if v {
		return 1
	}
	return 0
}
