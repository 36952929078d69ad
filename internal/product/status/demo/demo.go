// Package demo fills a status volume with the page of a made-up company: components in groups with a past, incidents, a maintenance that is to come,
// metrics, templates and subscribers. It tells nobody anything.
package demo

import (
	"context"
	"math"
	"math/rand/v2"
	"time"

	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/component"
	"holdfast.dev/internal/product/status/incident"
	"holdfast.dev/internal/product/status/manage"
	"holdfast.dev/internal/product/status/metric"
	"holdfast.dev/internal/product/status/page"
	"holdfast.dev/internal/product/status/subscriber"
)

// filler is one filling at work.
type filler struct {
	ctx  context.Context
	tx   *volume.Tx
	page *page.Page
	rnd  *rand.Rand
	ids  map[string]string // of components, by name
}

// Fill fills the first page of a status volume in one commit. A page that has components already is left as it is. The same seed and clock make
// the same page, but for identifiers.
func Fill(ctx context.Context, v *volume.Volume, seed uint64) error {
	return v.Write(ctx, func(tx *volume.Tx) error {
		p, err := page.First(ctx, tx)
		if err != nil {
			return err
		}
		if all, err := component.All(ctx, tx, p.ID); err != nil || len(all) > 0 {
			return err
		}
		f := &filler{ctx: ctx, tx: tx, page: p, rnd: rand.New(rand.NewPCG(seed, 7)), ids: map[string]string{}} //nolint:gosec // a made-up past
		for _, step := range []func() error{f.components, f.past, f.incidents, f.maintenance, f.metrics, f.templates, f.subscribers} {
			if err := step(); err != nil {
				return err
			}
		}
		p.Settings.Headline = "How our services are"
		p.Settings.Description = "We publish what we know as soon as we know it. Planned work is announced three days ahead."
		return page.Save(ctx, tx, p)
	})
}

func (f *filler) components() error {
	since := f.tx.Now().AddDate(0, 0, -120).Format(time.DateOnly)
	add := func(name, description string) (string, error) {
		c := &component.Component{Name: name, Description: description, Showcase: true, StartDate: since}
		err := manage.CreateComponent(f.ctx, f.tx, f.page, c, nil)
		f.ids[name] = c.ID
		return c.ID, err
	}
	for _, c := range [][2]string{{"API", "Requests of programs"}, {"Web application", "What people use in a browser"}, {"Sign-in", ""}, {"Webhooks", "Messages to your endpoints"}} {
		if _, err := add(c[0], c[1]); err != nil {
			return err
		}
	}
	var regions []string
	for _, name := range []string{"Frankfurt", "Dublin", "Oregon"} {
		id, err := add(name, "")
		if err != nil {
			return err
		}
		regions = append(regions, id)
	}
	return manage.CreateComponent(f.ctx, f.tx, f.page, &component.Component{Group: true, Name: "Regions", Description: "Compute, by data centre"}, regions)
}

// past gives every component some days that were not good.
func (f *filler) past() error {
	for _, name := range []string{"API", "Web application", "Sign-in", "Webhooks", "Frankfurt", "Dublin", "Oregon"} {
		for range 1 + f.rnd.IntN(3) {
			from := f.tx.Now().Add(-time.Duration(3*24+f.rnd.IntN(84*24)) * time.Hour)
			status := component.Statuses[1+f.rnd.IntN(len(component.Statuses)-1)]
			if err := component.Backfill(f.ctx, f.tx, f.ids[name], from, from.Add(time.Duration(10+f.rnd.IntN(110))*time.Minute), status); err != nil {
				return err
			}
		}
	}
	return nil
}

type said struct {
	after  time.Duration
	status incident.Status
	body   string
}

// happened writes an incident of the past down, message by message.
func (f *filler) happened(name string, impact incident.Impact, ago time.Duration, concerns []string, messages ...said) (*incident.Incident, error) {
	var i *incident.Incident
	for k, m := range messages {
		at := f.tx.Now().Add(-ago + m.after)
		in := manage.Input{Name: &name, Status: &m.status, Body: &m.body, ImpactOverride: &impact, BackfillDate: &at}
		var err error
		if k == 0 {
			in.Backfilled, in.ComponentIDs = true, &concerns
			i, err = manage.CreateIncident(f.ctx, f.tx, f.page, in)
		} else {
			i, err = manage.ChangeIncident(f.ctx, f.tx, f.page, i.ID, in)
		}
		if err != nil {
			return nil, err
		}
	}
	return i, nil
}

func (f *filler) incidents() error {
	const day = 24 * time.Hour
	i, err := f.happened("Sign-in was slow", incident.Minor, 4*day, []string{f.ids["Sign-in"]},
		said{0, incident.Investigating, "Some people wait for up to ten seconds when they sign in. We are looking for the cause."},
		said{25 * time.Minute, incident.Identified, "A cache of sessions had run full. We are enlarging it."},
		said{50 * time.Minute, incident.Resolved, "Signing in is as fast as ever."})
	if err != nil {
		return err
	}
	draft := "## What happened\n\nA cache of sessions ran full, and every sign-in went to the database.\n\n## What we changed\n\n- The cache is twice as large.\n- Its fill level pages us at **80 %**.\n"
	if _, err := manage.DraftPostmortem(f.ctx, f.tx, f.page, i.ID, draft); err != nil {
		return err
	}
	if _, err := manage.PublishPostmortem(f.ctx, f.tx, f.page, i.ID, false); err != nil {
		return err
	}
	_, err = f.happened("Webhooks were late", incident.Minor, 9*day, []string{f.ids["Webhooks"]},
		said{0, incident.Investigating, "Messages to your endpoints are late by some minutes."},
		said{70 * time.Minute, incident.Resolved, "All waiting messages were delivered."})
	return err
}

func (f *filler) maintenance() error {
	name, body, yes, no := "Database upgrade in Dublin", "We upgrade the primary database. Writes may be refused for up to a minute.", true, false
	from := f.tx.Now().AddDate(0, 0, 3).Truncate(time.Hour)
	until, concerns := from.Add(2*time.Hour), []string{f.ids["Dublin"]}
	_, err := manage.CreateIncident(f.ctx, f.tx, f.page, manage.Input{Name: &name, Body: &body, ScheduledFor: &from, ScheduledUntil: &until, RemindPrior: &yes, AutoStart: &yes, AutoComplete: &yes,
		ToMaintenance: &yes, ToOperational: &yes, NotifyStart: &yes, NotifyEnd: &yes, Deliver: &no, ComponentIDs: &concerns})
	return err
}

func (f *filler) metrics() error {
	p := &metric.Provider{PageID: f.page.ID, Type: metric.Self}
	if err := metric.SaveProvider(f.ctx, f.tx, p); err != nil {
		return err
	}
	m := &metric.Metric{PageID: f.page.ID, ProviderID: p.ID, Name: "API response time", Suffix: "ms", Display: true, Tooltip: "The median of all regions"}
	if err := metric.Save(f.ctx, f.tx, m); err != nil {
		return err
	}
	for k := range 288 {
		at := f.tx.Now().Add(-time.Duration(287-k) * metric.Step)
		if err := metric.Add(f.ctx, f.tx, m, at, 110+30*math.Sin(float64(k)/46)+f.rnd.Float64()*18); err != nil {
			return err
		}
	}
	return nil
}

func (f *filler) templates() error {
	for _, t := range []incident.Template{
		{Name: "We are looking into it", Title: "Elevated error rates", Body: "We see more errors than usual and are looking for the cause.", UpdateStatus: incident.Investigating, Notify: true},
		{Name: "It is over", Title: "Elevated error rates", Body: "This incident has been resolved.", UpdateStatus: incident.Resolved, Notify: true},
	} {
		t.PageID = f.page.ID
		if err := incident.SaveTemplate(f.ctx, f.tx, &t); err != nil {
			return err
		}
	}
	return nil
}

func (f *filler) subscribers() error {
	for _, s := range []subscriber.Subscriber{
		{Mode: subscriber.Email, Address: "operations@customer.example", State: subscriber.Active},
		{Mode: subscriber.Email, Address: "support@partner.example", State: subscriber.Active, ComponentIDs: []string{f.ids["API"], f.ids["Webhooks"]}},
		{Mode: subscriber.Email, Address: "new@reader.example", State: subscriber.Unconfirmed},
	} {
		s.PageID = f.page.ID
		if err := subscriber.Add(f.ctx, f.tx, &s); err != nil {
			return err
		}
	}
	return nil
}
