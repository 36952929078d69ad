package app

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/maintenance"
	"holdfast.dev/internal/platform/recovery"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/platform/watch"
)

func (s *Server) guardOperations() []operation {
	return []operation{
		operate("GET", "/caps", "getCaps", "How many targets may be touched at most", s.getCaps),
		operate("PUT", "/caps", "setCaps", "Change how many targets may be touched at most", s.setCaps),
		operate("GET", "/freeze", "getFreeze", "Whether maintenance is frozen, and why", func(c *call, _ none) (freezeInfo, error) { return s.frozen(c) }),
		operate("POST", "/freeze", "freeze", "Stop every run before its next target, at once", func(c *call, in reasonRequest) (freezeInfo, error) {
			if err := given(in.Reason); err != nil {
				return freezeInfo{}, err
			}
			if err := s.node.Maintenance.Freeze(c.Context(), in.Reason); err != nil {
				return freezeInfo{}, err
			}
			return s.frozen(c)
		}),
		operate("POST", "/thaw", "thaw", "Let runs go on after a freeze", func(c *call, _ none) (freezeInfo, error) {
			if err := s.node.Maintenance.Thaw(c.Context()); err != nil {
				return freezeInfo{}, err
			}
			return s.frozen(c)
		}),
		operate("GET", "/findings", "findings", "What the watcher found and still holds", s.listFindings),
	}
}

type freezeInfo struct {
	Frozen bool   `json:"frozen"`
	Reason string `json:"reason"`
}

func (s *Server) frozen(c *call) (freezeInfo, error) {
	why, err := s.node.Maintenance.Frozen(c.Context())
	return freezeInfo{why != "", why}, err
}

func (s *Server) getCaps(c *call, _ none) (caps maintenance.Caps, err error) {
	err = s.node.control().Read(c.Context(), func(tx *volume.Tx) error {
		caps, err = maintenance.ReadCaps(c.Context(), tx)
		return err
	})
	return caps, err
}

func (s *Server) setCaps(c *call, in maintenance.Caps) (maintenance.Caps, error) {
	if err := s.node.setCaps(c.Context(), in); err != nil {
		return in, err
	}
	return s.getCaps(c, none{})
}

type findingList struct {
	Watching bool            `json:"watching" doc:"Whether a watcher runs in this process; without one nothing is found"`
	Findings []watch.Finding `json:"findings"`
}

func (s *Server) listFindings(*call, none) (findingList, error) {
	out := findingList{Findings: []watch.Finding{}}
	if w := s.node.watcher.Load(); w != nil {
		out.Watching = true
		out.Findings = append(out.Findings, w.Open()...)
	}
	return out, nil
}

// stepInfo is how far a restore is that runs in this process.
type stepInfo struct {
	Operation ids.Operation `json:"operation"`
	Step      string        `json:"step" doc:"shipping, building, verifying, switching or done"`
	Done      int           `json:"done"`
	Total     int           `json:"total"`
	Unit      string        `json:"unit"`
}

func stepOf(p recovery.Progress) *stepInfo {
	return &stepInfo{p.Operation, p.Step, p.Done, p.Total, p.Unit}
}

// restoring tells how far the restore of a site is; nil when none runs.
func (s *Server) restoring(site *fleet.Site) *stepInfo {
	p, ok := s.node.restores.of(site.ID)
	if !ok {
		return nil
	}
	return stepOf(p)
}

// overviewInfo is the one screen of a bad day.
type overviewInfo struct {
	Version   string          `json:"version"`
	At        time.Time       `json:"at"`
	Freeze    freezeInfo      `json:"freeze"`
	Watching  bool            `json:"watching"`
	Findings  []watch.Finding `json:"findings"`
	Sites     map[string]int  `json:"sites" doc:"How many there are in each state"`
	Customers int             `json:"customers"`
	// Broken are the sites whose databases are gone, with the customers behind them.
	Broken          []brokenSite     `json:"broken" doc:"Sites whose databases are gone, at most 200"`
	BrokenTotal     int              `json:"broken_total"`
	BrokenCustomers int              `json:"broken_customers"`
	Restoring       []brokenSite     `json:"restoring" doc:"Sites being restored now"`
	Plans           []planRow        `json:"plans" doc:"Plans that wait for somebody or are being applied"`
	Caps            maintenance.Caps `json:"caps"`
}

type brokenSite struct {
	ID       ids.Site    `json:"id"`
	Slug     string      `json:"slug"`
	Name     string      `json:"name"`
	Customer string      `json:"customer"`
	State    fleet.State `json:"state"`
	Missing  []string    `json:"missing"`
	Wrong    string      `json:"wrong" doc:"What is wrong, in words"`
	Since    *time.Time  `json:"since" doc:"When the watcher found it; null before it looked"`
	Step     *stepInfo   `json:"step,omitempty"`
}

// wrongWith says what is wrong with a site of which the watcher found nothing; empty when nothing is.
func (s *Server) wrongWith(site *fleet.Site, missing []string) string {
	switch {
	case len(missing) > 0:
		return "its databases are gone: " + strings.Join(missing, ", ")
	case site.State == fleet.ReadOnly:
		return "it can only be read: " + site.StateReason
	}
	return ""
}

// brokenShown bounds the list of an overview; the totals are whole.
const brokenShown = 200

func (s *Server) overview(c *call, _ none) (out overviewInfo, err error) {
	out = overviewInfo{Version: Version, At: s.node.Clock.Now().UTC(), Sites: map[string]int{}, Broken: []brokenSite{}, Restoring: []brokenSite{}}
	if out.Freeze, err = s.frozen(c); err != nil {
		return out, err
	}
	watched, err := s.listFindings(c, none{})
	if err != nil {
		return out, err
	}
	out.Watching, out.Findings = watched.Watching, watched.Findings
	there, err := s.node.present(c.Context())
	if err != nil {
		return out, err
	}
	found := map[string]watch.Finding{}
	for _, f := range out.Findings {
		found[f.Site] = f
	}
	customers, hurt := map[ids.Org]bool{}, map[ids.Org]bool{}
	for _, site := range s.node.Fleet.All() {
		out.Sites[string(site.State)]++
		customers[site.Org] = true
		b := brokenSite{ID: site.ID, Slug: site.Slug, Name: site.Name, Customer: s.customer(site), State: site.State, Missing: s.missing(site, there), Step: s.restoring(site)}
		if f, ok := found[site.ID.String()]; ok {
			b.Wrong, b.Since = f.What, &f.At
		} else if b.Wrong = s.wrongWith(site, b.Missing); b.Wrong != "" && site.State == fleet.ReadOnly {
			b.Since = &site.StateSince
		}
		if b.Step != nil {
			out.Restoring = append(out.Restoring, b)
		}
		if b.Wrong != "" {
			out.Broken, hurt[site.Org] = append(out.Broken, b), true
		}
	}
	out.Customers, out.BrokenTotal, out.BrokenCustomers = len(customers), len(out.Broken), len(hurt)
	byName := func(a, b brokenSite) int { return cmp.Compare(a.Customer+"\n"+a.Slug, b.Customer+"\n"+b.Slug) }
	slices.SortFunc(out.Broken, byName)
	slices.SortFunc(out.Restoring, byName)
	out.Broken = out.Broken[:min(len(out.Broken), brokenShown)]
	if out.Plans, err = s.openPlans(c.Context()); err != nil {
		return out, err
	}
	out.Caps, err = s.getCaps(c, none{})
	return out, err
}
