package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/maintenance"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/page"
)

// setting is a known setting of a site: which values it takes, and how it is read and written. One that belongs to the pages of a site has a value for each.
type setting struct {
	product string // "" for the site itself
	doc     string
	check   func(value string) error
	page    func(*page.Page) pageValue
}

// pageValue is a setting of one page.
type pageValue struct {
	get func() string
	set func(string)
}

// siteName is the setting that is not of a page.
const siteName = "site.name"

func onOff(value string) error {
	if value != "on" && value != "off" {
		return fmt.Errorf("%q is neither on nor off", value)
	}
	return nil
}

// flag is a setting that is kept as a truth value; inverted where the stored one says the opposite.
func flag(doc string, inverted bool, field func(*page.Settings) *bool) setting {
	return setting{product: "status", doc: doc, check: onOff, page: func(p *page.Page) pageValue {
		f := field(&p.Settings)
		return pageValue{func() string {
			if *f != inverted {
				return "on"
			}
			return "off"
		}, func(v string) { *f = (v == "on") != inverted }}
	}}
}

// settings are all that can be changed by plans, by name.
var settings = map[string]setting{
	siteName: {doc: "name of the site", check: func(v string) error {
		if strings.TrimSpace(v) != v || v == "" || len(v) > 200 {
			return fmt.Errorf("a name has 1 to 200 bytes without space around it")
		}
		return nil
	}},
	"status.time_zone": {product: "status", doc: "time zone of every status page", check: func(v string) error {
		if _, err := time.LoadLocation(v); err != nil || v == "" || v == "Local" {
			return fmt.Errorf("%q is no time zone such as Europe/Berlin", v)
		}
		return nil
	}, page: func(p *page.Page) pageValue {
		return pageValue{func() string { return or(p.Settings.TimeZone, "UTC") }, func(v string) { p.Settings.TimeZone = v }}
	}},
	"status.partial_outage_percent": {product: "status", doc: "how much of a partial outage counts as down", check: func(v string) error {
		if n, err := strconv.Atoi(v); err != nil || n < 0 || n > 100 || strconv.Itoa(n) != v {
			return fmt.Errorf("%q is no number from 0 to 100", v)
		}
		return nil
	}, page: func(p *page.Page) pageValue {
		return pageValue{func() string { return strconv.FormatInt(p.Settings.PartialWeight(), 10) }, func(v string) {
			n, _ := strconv.Atoi(v) // checked
			p.Settings.PartialPercent = &n
		}}
	}},
	"status.hidden_from_search":   flag("whether search engines are asked to stay away", false, func(s *page.Settings) *bool { return &s.HideSearch }),
	"status.page_subscribers":     flag("whether people can follow a page", true, func(s *page.Settings) *bool { return &s.NoSubscribers }),
	"status.incident_subscribers": flag("whether people can follow one incident", true, func(s *page.Settings) *bool { return &s.NoIncidents }),
	"status.email_subscribers":    flag("whether people can follow by mail", true, func(s *page.Settings) *bool { return &s.NoEmail }),
	"status.webhook_subscribers":  flag("whether programs can follow by webhook", true, func(s *page.Settings) *bool { return &s.NoWebhooks }),
	"status.feeds":                flag("whether pages have feeds", true, func(s *page.Settings) *bool { return &s.NoFeeds }),
	"status.uptime":               flag("whether pages show their uptime", true, func(s *page.Settings) *bool { return &s.HideUptime }),
}

// checkSetting refuses unknown settings and values that are not of their type.
func checkSetting(name string, values ...string) error {
	k, ok := settings[name]
	if !ok {
		return fault.Bad("There is no setting %q; there are %s.", name, strings.Join(slices.Sorted(maps.Keys(settings)), ", "))
	}
	for _, v := range values {
		if err := k.check(v); err != nil {
			return fault.Bad("%s: %s.", name, err)
		}
	}
	return nil
}

// label names the value of a page in a snapshot. The identifier is what undo finds the page by.
func label(name, pageID string) string { return name + " of the page " + pageID }

// readSetting gives the values of a setting: one, or one for each page.
func (n *Node) readSetting(ctx context.Context, site ids.Site, name string) (out map[string]string, err error) {
	k := settings[name]
	s, err := n.Fleet.Site(site)
	switch {
	case err != nil:
		return nil, err
	case name == siteName:
		return map[string]string{name: s.Name}, nil
	case !n.Fleet.HasProduct(site, k.product):
		return map[string]string{}, nil
	}
	out = map[string]string{}
	err = n.Pool.Volume(volume.Ref{Kind: kindOf(k.product), Owner: site.String()}).Read(ctx, func(tx *volume.Tx) error {
		pages, err := page.All(ctx, tx)
		for _, p := range pages {
			out[label(name, p.ID)] = k.page(p).get()
		}
		return err
	})
	return out, err
}

// writeSetting sets the values that readSetting gave; those of pages that are gone are skipped.
func (n *Node) writeSetting(ctx context.Context, site ids.Site, name string, values map[string]string) error {
	s, err := n.Fleet.Site(site)
	if err != nil || len(values) == 0 {
		return err
	}
	if name == siteName {
		return n.Fleet.Rename(ctx, site, values[name])
	}
	k := settings[name]
	ctx = n.siteContext(ctx, s)
	return n.Pool.Volume(volume.Ref{Kind: kindOf(k.product), Owner: site.String()}).Write(ctx, func(tx *volume.Tx) error {
		pages, err := page.All(ctx, tx)
		if err != nil {
			return err
		}
		for _, p := range pages {
			v, ok := values[label(name, p.ID)]
			if !ok || k.page(p).get() == v {
				continue
			}
			k.page(p).set(v)
			if err := page.Save(ctx, tx, p); err != nil {
				return err
			}
		}
		return nil
	})
}

// changeSetting changes a known setting of a site to a value of its type.
type changeSetting struct{ n *Node }

// Kind implements maintenance.Action.
func (changeSetting) Kind() string { return "change-setting" }

// Target implements maintenance.Action.
func (changeSetting) Target() maintenance.TargetKind { return maintenance.SiteTarget }

// Check implements maintenance.Action.
func (changeSetting) Check(params map[string]string) error {
	if len(params) != 2 || params["setting"] == "" || params["to"] == "" {
		return fault.Bad("action.params: this action takes setting, one of %s, and to.", strings.Join(slices.Sorted(maps.Keys(settings)), ", "))
	}
	return checkSetting(params["setting"], params["to"])
}

// Describe implements maintenance.Action.
func (changeSetting) Describe(params map[string]string) string {
	return fmt.Sprintf("change %s (%s) to %q", params["setting"], settings[params["setting"]].doc, params["to"])
}

// Promise implements maintenance.Action.
func (changeSetting) Promise(map[string]string) maintenance.Promise {
	return maintenance.Promise{Requires: "the site is active", Checked: "the setting has the value, and the site answers", Inverse: "every value that was there before is set again, page by page"}
}

// TakesSiteOut implements maintenance.Action.
func (changeSetting) TakesSiteOut() bool { return false }

// Before implements maintenance.Action.
func (a changeSetting) Before(ctx context.Context, c maintenance.Candidate, params map[string]string) (maintenance.Snapshot, error) {
	s, err := a.n.activeSite(c.ID)
	if err != nil {
		return maintenance.Snapshot{}, err
	}
	state, err := a.n.readSetting(ctx, s.ID, params["setting"])
	return maintenance.Snapshot{State: state, Counts: map[string]int64{"people": int64(c.ActiveUsers)}}, err
}

// After implements maintenance.Action.
func (changeSetting) After(before maintenance.Snapshot, params map[string]string) maintenance.Snapshot {
	after := maintenance.Snapshot{State: map[string]string{}, Counts: before.Counts}
	for name := range before.State {
		after.State[name] = params["to"]
	}
	return after
}

// Apply implements maintenance.Action.
func (a changeSetting) Apply(ctx context.Context, t maintenance.Target, params map[string]string) error {
	return a.set(ctx, t, params, t.After)
}

// Undo implements maintenance.Action.
func (a changeSetting) Undo(ctx context.Context, t maintenance.Target, params map[string]string) error {
	return a.set(ctx, t, params, t.Before)
}

func (a changeSetting) set(ctx context.Context, t maintenance.Target, params map[string]string, to maintenance.Snapshot) error {
	id, err := ids.Parse[ids.Site](t.ID)
	if err != nil {
		return err
	}
	return a.n.writeSetting(ctx, id, params["setting"], to.State)
}
