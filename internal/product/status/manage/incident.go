package manage

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/component"
	"holdfast.dev/internal/product/status/incident"
	"holdfast.dev/internal/product/status/notice"
	"holdfast.dev/internal/product/status/page"
)

// change is one use case at work on an incident.
type change struct {
	ctx  context.Context
	tx   *volume.Tx
	page *page.Page
	all  []*component.Component
	inc  *incident.Incident
}

func begin(ctx context.Context, tx *volume.Tx, p *page.Page, i *incident.Incident) (*change, error) {
	all, err := component.All(ctx, tx, p.ID)
	return &change{ctx, tx, p, all, i}, err
}

// CreateIncident opens an incident, schedules maintenance, or writes down an incident of the past.
func CreateIncident(ctx context.Context, tx *volume.Tx, p *page.Page, in Input) (*incident.Incident, error) {
	i := &incident.Incident{PageID: p.ID, Metadata: json.RawMessage("{}"), Status: incident.Investigating}
	in.apply(i)
	if in.Status != nil {
		i.Status = *in.Status
	} else if !i.ScheduledFor.IsZero() {
		i.Status = incident.Scheduled
	}
	i.Scheduled = slices.Contains(incident.Planned, i.Status)
	i.Backfilled = in.Backfilled || in.BackfillDate != nil
	if i.Backfilled {
		if err := backfill(tx, i, &in); err != nil {
			return nil, err
		}
	}
	if err := incident.Move(i.Scheduled, i.Status, i.Status); err != nil {
		return nil, err
	}
	if !i.Scheduled {
		i.ScheduledFor, i.ScheduledUntil, i.Flags, i.Started = time.Time{}, time.Time{}, incident.Flags{}, tx.Now()
	} else {
		i.Started, i.Impact = i.ScheduledFor, incident.Maintenance
	}
	c, err := begin(ctx, tx, p, i)
	if err != nil {
		return nil, err
	}
	if err := incident.Begin(ctx, tx, i); err != nil {
		return nil, err
	}
	body := defaultBody(i.Status)
	set(&body, in.Body)
	u := &incident.Update{Status: i.Status, Body: body, Deliver: c.deliver(in)}
	if i.Backfilled {
		u.Display, u.Deliver = *in.BackfillDate, false
	}
	if err := c.concern(in); err != nil {
		return nil, err
	}
	if err := c.say(in, u); err != nil {
		return nil, err
	}
	verb := "incident.create"
	if i.Scheduled {
		verb = "maintenance.create"
	}
	return i, c.finish(verb)
}

// backfill makes an incident one of the past: over, and told to nobody.
func backfill(tx *volume.Tx, i *incident.Incident, in *Input) error {
	if i.Scheduled {
		return fault.Invalid("backfilled", "Maintenance can't be backfilled: schedule it at its time")
	}
	if in.BackfillDate == nil {
		now := tx.Now()
		in.BackfillDate = &now
	}
	if in.BackfillDate.After(tx.Now()) || in.BackfillDate.Year() < 1990 {
		return fault.Invalid("backfill_date", "Backfill date must be an instant of the past")
	}
	i.Status = incident.Resolved
	return nil
}

// deliver tells whether an update is told to subscribers: unless the caller says no.
func (c *change) deliver(in Input) bool {
	return (in.Deliver == nil || *in.Deliver) && !c.inc.Backfilled
}

// ChangeIncident changes an incident; a message, a new status or components with a new status make an update of it.
func ChangeIncident(ctx context.Context, tx *volume.Tx, p *page.Page, id string, in Input) (*incident.Incident, error) {
	i, err := incident.Get(ctx, tx, p.ID, id)
	if err != nil {
		return nil, err
	}
	to := i.Status
	set(&to, in.Status)
	if err := incident.Move(i.Scheduled, i.Status, to); err != nil {
		return nil, err
	}
	in.apply(i)
	if !i.Scheduled {
		i.ScheduledFor, i.ScheduledUntil, i.Flags = time.Time{}, time.Time{}, incident.Flags{}
	}
	c, err := begin(ctx, tx, p, i)
	if err != nil {
		return nil, err
	}
	if err := c.concern(in); err != nil {
		return nil, err
	}
	verb := "incident.edit"
	if to != i.Status || (in.Body != nil && *in.Body != "") || len(in.Components) > 0 {
		body := defaultBody(to)
		if in.Body != nil && *in.Body != "" {
			body = *in.Body
		} else if to == i.Status {
			body = ""
		}
		u := &incident.Update{Status: to, Body: body, Deliver: c.deliver(in)}
		if i.Backfilled && in.BackfillDate != nil {
			u.Display = *in.BackfillDate
		}
		if err := c.say(in, u); err != nil {
			return nil, err
		}
		verb = "incident." + string(to)
	} else if err := incident.Amend(ctx, tx, i); err != nil {
		return nil, err
	}
	return i, c.finish(verb)
}

// concern makes the components that the caller names part of the incident.
func (c *change) concern(in Input) error {
	known := map[string]bool{}
	for _, o := range c.all {
		known[o.ID] = !o.Group
	}
	ids := slices.Sorted(maps.Keys(in.Components))
	for _, id := range ids {
		if in.Components[id].Rank() < 0 {
			return fault.Invalid("components", "Component status %.40q is not included in the list", in.Components[id])
		}
	}
	if in.ComponentIDs != nil {
		ids = append(ids, *in.ComponentIDs...)
	}
	for _, id := range ids {
		if !known[id] {
			return fault.Invalid("components", "There is no component %.20q on this page", id)
		}
	}
	if in.ComponentIDs != nil {
		if err := incident.Replace(c.ctx, c.tx, c.inc, *in.ComponentIDs); err != nil {
			return err
		}
	}
	for _, id := range ids {
		if !slices.Contains(c.inc.Components, id) {
			if err := incident.Attach(c.ctx, c.tx, c.inc, []string{id}); err != nil {
				return err
			}
		}
	}
	return nil
}

// say adds an update with what it changes: the components, the impact, and what subscribers are told.
func (c *change) say(in Input, u *incident.Update) error {
	to := maps.Clone(in.Components)
	if to == nil {
		to = map[string]component.Status{}
	}
	c.follow(u.Status, to)
	for _, o := range c.all {
		s, ok := to[o.ID]
		if !ok && !slices.Contains(c.inc.Components, o.ID) {
			continue
		}
		old := o.Status
		if !ok { // concerned, and as it was: the vendor names those, too
			s = old
		}
		u.Affected = append(u.Affected, incident.Affected{Code: o.ID, Name: o.Name, Old: old, New: s})
		if c.inc.Backfilled || s == old { // the past does not change how things are now
			continue
		}
		o.Status = s
		if err := component.Save(c.ctx, c.tx, o, old); err != nil {
			return err
		}
	}
	c.judge(to)
	if err := incident.Say(c.ctx, c.tx, c.inc, u); err != nil {
		return err
	}
	if err := incident.Amend(c.ctx, c.tx, c.inc); err != nil {
		return err
	}
	if u.Deliver {
		return c.tell(notice.Incident, u)
	}
	return nil
}

// follow turns the components as the flags of a maintenance say, where the caller does not.
func (c *change) follow(status incident.Status, to map[string]component.Status) {
	if !c.inc.Scheduled || c.inc.Status == status {
		return
	}
	var s component.Status
	switch {
	case status == incident.InProgress && c.inc.Flags.ToMaintenance:
		s = component.Maintenance
	case status == incident.Completed && c.inc.Flags.ToOperational:
		s = component.Operational
	default:
		return
	}
	for _, id := range c.inc.Components {
		if _, ok := to[id]; !ok {
			to[id] = s
		}
	}
}

// judge computes the impact from how bad the components concerned were at the worst.
func (c *change) judge(to map[string]component.Status) {
	if c.inc.Scheduled {
		c.inc.Impact = incident.Maintenance
		return
	}
	var statuses []component.Status
	for _, o := range c.all {
		s := component.Operational
		if slices.Contains(c.inc.Components, o.ID) && !c.inc.Backfilled {
			s = o.Status
		}
		if n, ok := to[o.ID]; ok {
			s = n
		}
		if !o.Group {
			statuses = append(statuses, s)
		}
	}
	impact, _ := incident.Overall(statuses)
	c.inc.Impact = c.inc.Impact.Worse(impact)
}

// finish plans the timers and writes down that it happened.
func (c *change) finish(verb string) error {
	if err := plan(c.ctx, c.tx, c.inc); err != nil {
		return err
	}
	if err := page.Touch(c.ctx, c.tx, c.page); err != nil {
		return err
	}
	return page.Note(c.ctx, c.tx, c.page.ID, verb, c.inc.Name)
}

// DeleteIncident removes an incident with everything that was said of it.
func DeleteIncident(ctx context.Context, tx *volume.Tx, p *page.Page, id string) (*incident.Incident, error) {
	i, err := incident.Get(ctx, tx, p.ID, id)
	if err != nil {
		return nil, err
	}
	c, err := begin(ctx, tx, p, i)
	if err != nil {
		return nil, err
	}
	if err := unplan(ctx, tx, i); err != nil {
		return nil, err
	}
	if err := removeFollowers(ctx, tx, p.ID, i.ID); err != nil {
		return nil, err
	}
	if err := incident.Delete(ctx, tx, i.ID); err != nil {
		return nil, err
	}
	if err := page.Touch(ctx, tx, p); err != nil {
		return nil, err
	}
	return i, page.Note(c.ctx, c.tx, p.ID, "incident.delete", i.Name)
}

// EditUpdate changes what an update says or when it was said.
func EditUpdate(ctx context.Context, tx *volume.Tx, p *page.Page, incidentID, id string, edit func(*incident.Update)) (*incident.Update, error) {
	i, err := incident.Get(ctx, tx, p.ID, incidentID)
	if err != nil {
		return nil, err
	}
	u, err := incident.Edit(ctx, tx, i, id, edit)
	if err != nil {
		return nil, err
	}
	if err := incident.Save(ctx, tx, i); err != nil {
		return nil, err
	}
	if err := page.Touch(ctx, tx, p); err != nil {
		return nil, err
	}
	return u, page.Note(ctx, tx, p.ID, "incident.edit_update", i.Name)
}
