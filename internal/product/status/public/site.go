package public

import (
	"context"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/component"
	"holdfast.dev/internal/product/status/incident"
	"holdfast.dev/internal/product/status/metric"
	"holdfast.dev/internal/product/status/page"
)

// BarDays is how many days the bars show; FrontDays how many days of past incidents the front page does.
const (
	BarDays   = 90
	FrontDays = 15
	newest    = 50 // incidents, and maintenance, in the v2 JSON
	perPage   = 50 // in the history
)

// Quantum is the step in which the time-dependent parts of pages move.
const Quantum = 5 * time.Minute

// Site is a page at one instant, with what most of its documents need; the rest is read when it is asked for.
type Site struct {
	Page       *page.Page
	Components []*component.Component
	Open       []*incident.Incident // incidents that are not resolved and maintenance that is not completed, with updates
	Now        time.Time
	Impact     incident.Impact
	Sentence   string

	ctx    context.Context
	tx     *volume.Tx
	days   map[string][]component.Day
	images func(ctx context.Context, hash string) ([]byte, error)
}

// Images reads logos by their hash.
type Images func(ctx context.Context, hash string) ([]byte, error)

// Slot is the instant that pages rendered at now are made for: time-dependent parts move in steps, so that a page is rendered once a step at most.
func Slot(now time.Time) time.Time { return now.Truncate(Quantum) }

// Load reads a page. The result is good inside the transaction only.
func Load(ctx context.Context, tx *volume.Tx, p *page.Page, images Images) (*Site, error) {
	s := &Site{Page: p, ctx: ctx, tx: tx, days: map[string][]component.Day{}, images: images, Now: Slot(tx.Now())}
	if p.Updated.After(s.Now) {
		s.Now = p.Updated
	}
	var err error
	if s.Components, err = component.All(ctx, tx, p.ID); err != nil {
		return nil, err
	}
	if s.Open, err = incident.Open(ctx, tx, p.ID); err != nil {
		return nil, err
	}
	if err := incident.Fill(ctx, tx, s.Open...); err != nil {
		return nil, err
	}
	s.Impact, s.Sentence = Overall(s.Components, s.Open)
	s.settle()
	return s, nil
}

// settle lets a page on which nothing is wrong stand still: it shows the state of its newest change or, since its days move on, of the last midnight. So
// the live page and the copy, which is published then, stay the same.
func (s *Site) settle() {
	if s.Impact != incident.None {
		return
	}
	zone := s.Page.Location()
	y, m, d := s.Now.In(zone).Date()
	if s.Now = time.Date(y, m, d, 0, 0, 0, 0, zone); s.Page.Updated.After(s.Now) {
		s.Now = s.Page.Updated
	}
}

// Overall is how a page is: what its components say, or what its open incidents say where that is worse.
func Overall(all []*component.Component, open []*incident.Incident) (incident.Impact, string) {
	var statuses []component.Status
	for _, c := range all {
		if !c.Group {
			statuses = append(statuses, c.Status)
		}
	}
	impact, sentence := incident.Overall(statuses)
	worst := impact
	for _, i := range open {
		if !i.Scheduled || i.Status != incident.Scheduled {
			worst = worst.Worse(i.EffectiveImpact())
		}
	}
	if worst != impact {
		return worst, worst.Sentence()
	}
	return impact, sentence
}

// Active gives the incidents that are not resolved, newest first.
func (s *Site) Active() (out []*incident.Incident) {
	for _, i := range s.Open {
		if !i.Scheduled {
			out = append(out, i)
		}
	}
	return out
}

// Maintenance gives the maintenance that is in progress or verifying, and the one to come, soonest first.
func (s *Site) Maintenance() (active, upcoming []*incident.Incident) {
	for _, i := range s.Open {
		switch {
		case !i.Scheduled:
		case i.Status == incident.Scheduled:
			upcoming = append(upcoming, i)
		default:
			active = append(active, i)
		}
	}
	slices.SortStableFunc(upcoming, func(a, b *incident.Incident) int { return a.ScheduledFor.Compare(b.ScheduledFor) })
	return active, upcoming
}

// Days measures the last BarDays days of a component.
func (s *Site) Days(c *component.Component) ([]component.Day, error) {
	if d, ok := s.days[c.ID]; ok {
		return d, nil
	}
	zone := s.Page.Location()
	states, err := component.States(s.ctx, s.tx, c.ID, s.Now.AddDate(0, 0, -BarDays-1))
	if err != nil {
		return nil, err
	}
	d := component.Days(states, c.ObservedFrom(zone), s.Now, BarDays, zone)
	s.days[c.ID] = d
	return d, nil
}

// Shown lists the components and groups that the public sees: not those that show only while something is wrong, and no empty groups.
func (s *Site) Shown() []*component.Component {
	var out []*component.Component
	visible := func(c *component.Component) bool { return !c.OnlyIfDegraded || c.Status != component.Operational }
	for _, c := range s.Components {
		if c.Group && slices.ContainsFunc(component.Members(s.Components, c.ID), visible) || !c.Group && visible(c) {
			out = append(out, c)
		}
	}
	return out
}

// history reads one page of the history, newest first, with updates; more tells whether there is another one.
func (s *Site) history(before time.Time, beforeID string, limit int) (list []*incident.Incident, more bool, err error) {
	list, err = incident.Newest(s.ctx, s.tx, s.Page.ID, before, beforeID, limit+1)
	if err != nil {
		return nil, false, err
	}
	if more = len(list) > limit; more {
		list = list[:limit]
	}
	return list, more, incident.Fill(s.ctx, s.tx, list...)
}

// end is later than everything.
var end = time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)

// recent gives the incidents of the last n days and those that are over among them, newest first.
func (s *Site) recent(n int) ([]*incident.Incident, error) {
	from := s.Now.In(s.Page.Location()).AddDate(0, 0, -n)
	var out []*incident.Incident
	before, id := end, ""
	for {
		list, more, err := s.history(before, id, perPage)
		if err != nil {
			return nil, err
		}
		for _, i := range list {
			if i.Started.Before(from) && (i.ResolvedAt.IsZero() || i.ResolvedAt.Before(from)) {
				continue
			}
			out = append(out, i)
		}
		if !more || len(out) >= 500 || list[len(list)-1].Started.Before(from) {
			return out, nil
		}
		before, id = list[len(list)-1].Started, list[len(list)-1].ID
	}
}

// metrics gives the metrics that the page shows, with their day.
func (s *Site) metrics() ([]*metric.Metric, error) {
	all, err := metric.All(s.ctx, s.tx, s.Page.ID)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(m *metric.Metric) bool { return !m.Display }), nil
}

// nameOf gives a component's name.
func (s *Site) nameOf(id string) string {
	for _, c := range s.Components {
		if c.ID == id {
			if c.GroupID != "" {
				for _, g := range s.Components {
					if g.ID == c.GroupID {
						return g.Name + " – " + c.Name
					}
				}
			}
			return c.Name
		}
	}
	return ""
}

// affectedNames lists the names of the components that an incident concerns.
func (s *Site) affectedNames(i *incident.Incident) string {
	var names []string
	for _, id := range i.Components {
		if n := s.nameOf(id); n != "" {
			names = append(names, n)
		}
	}
	return strings.Join(names, ", ")
}
