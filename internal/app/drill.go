package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
)

// A drill makes a fleet of its own in a folder of its own, lets clients write to it, does to it what must never happen, brings it back and
// compares: every row with the digest that the vault recorded, every acknowledged write with what is there. Each scenario is a disaster that
// happened to somebody; see drill_scenarios.go.

// DrillOptions say how large a drill is. Zero values become those of the scenario.
type DrillOptions struct {
	Scenario string
	Folder   string // of the drill's own, empty
	Database string // PostgreSQL URL of an empty database; empty for SQLite files
	Log      *slog.Logger

	Sites      int
	Size       int64 // median bytes of a site before clients write
	Clients    int   // that write all the while
	Writing    time.Duration
	Neighbours int           // other sites that the installation knows
	Loaded     int           // of these, how many have clients of their own all the while
	Calm       time.Duration // how long the neighbours are measured before it happens
	Watch      time.Duration // between two looks of the watcher
	Seed       uint64
	HoldAims   bool // figures that miss their aim fail the drill
}

// DrillStep is something that has to hold, and whether it does.
type DrillStep struct {
	Name    string  `json:"name"`
	Pass    bool    `json:"pass"`
	Detail  string  `json:"detail,omitempty"`
	Seconds float64 `json:"seconds"` // since the step before
}

// DrillAim is a figure with what it should be on the machine that docs/performance.md names.
type DrillAim struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Most  float64 `json:"most"`
	Met   bool    `json:"met"`
}

// DrillResult is what a drill found. Seconds are wall time. Numbers that a scenario does not measure are 0 or absent.
type DrillResult struct {
	Scenario         string           `json:"scenario"`
	Happened         string           `json:"happened"`
	Does             string           `json:"does"`
	Engine           string           `json:"engine"`
	Started          time.Time        `json:"started"`
	Seconds          float64          `json:"seconds"`
	Holds            bool             `json:"proven"`
	Customers        int              `json:"customers"`
	Sites            int              `json:"sites"`
	Restored         int              `json:"restored"`
	Rows             int64            `json:"rows"`
	Bytes            int64            `json:"bytes"`
	Acknowledged     int              `json:"acknowledged"`
	LostCommits      int              `json:"lost_commits"`
	DigestMismatches int              `json:"digest_mismatches"`
	CreateSeconds    float64          `json:"create_seconds"`
	FillSeconds      float64          `json:"fill_seconds"`
	RestoreSeconds   float64          `json:"restore_seconds"`
	CopySeconds      float64          `json:"copy_seconds"`
	Ratio            float64          `json:"ratio"`
	Refused          int              `json:"refused"`                    // attempts that were refused
	StoppedAfter     int              `json:"stopped_after"`              // targets that a run had touched when it stopped by itself
	Suspended        int              `json:"suspended"`                  // most sites that a wrong run had suspended at once
	UndoneSeconds    float64          `json:"undone_seconds,omitempty"`   // from the order to take back to the last site answering
	DetectedSeconds  float64          `json:"detected_seconds,omitempty"` // from the disaster to the freeze of all maintenance
	RPOSeconds       float64          `json:"rpo_seconds,omitempty"`      // age, when the disk was lost, of the oldest write that is gone with it
	PeakMemoryBytes  int64            `json:"peak_memory_bytes,omitempty"`
	Neighbours       *DrillNeighbours `json:"neighbours,omitempty"`
	Steps            []DrillStep      `json:"steps"`
	Aims             []DrillAim       `json:"aims"`
	Errors           []string         `json:"errors"`
	Report           string           `json:"report,omitempty"` // file for people
}

// drill is one that runs.
type drill struct {
	o      DrillOptions
	report func(Progress)
	res    DrillResult
	clock  *drillClock
	begun  time.Time
	step   time.Time // when the last step was entered

	n         *Node
	stop      func() // what runs beside the node: watcher, jobs, care
	mail      *drillMail
	hooks     *drillHooks
	customers []*drillCustomer
	sites     []*drillSite
	handler   http.Handler // the server that clients talk to
	near      *neighbours
	tokens    map[string]string // of operators, by name
	destroyed time.Time
	surely    time.Time  // what was acknowledged until then has to be there; all, where it is zero
	dead      bool       // the machine is lost: what is acknowledged from now on reaches nobody
	mine      bool       // the database was empty when the drill began
	spared    *drillSite // that clients leave alone
	writers   int        // clients that there were so far: each has a name of its own

	mu       sync.Mutex
	receipts []receipt
}

// drillCustomer is an organization with the administrator whose token the clients of its sites use.
type drillCustomer struct {
	org   *fleet.Org
	token string
	who   string // account
}

// drillSite is a site with the clients that write to it.
type drillSite struct {
	*fleet.Site
	customer *drillCustomer
	suite    suiteClients
	size     int64     // that it is filled to
	gone     time.Time // when its databases were destroyed last
}

// receipt is what a client was told: what it wrote to this site is there. found asks for it again, as the client would.
type receipt struct {
	site  int
	what  string
	text  string
	at    time.Time // when it was acknowledged
	found func(ctx context.Context) (bool, error)
}

// Drill runs a scenario in a folder of its own. The error is of the drill itself; what did not hold is in the result.
func Drill(ctx context.Context, o DrillOptions, report func(Progress)) (DrillResult, error) {
	s, err := findScenario(o.Scenario)
	if err != nil {
		return DrillResult{}, err
	}
	o = o.filled(s)
	if o.Sites < 1 || o.Sites > 10_000 {
		return DrillResult{}, fault.Bad("A drill has between 1 and 10000 sites.")
	}
	if o.Loaded > o.Neighbours {
		return DrillResult{}, fault.Bad("Of %d neighbours %d cannot be under load.", o.Neighbours, o.Loaded)
	}
	d := &drill{o: o, report: report, clock: &drillClock{}, stop: func() {}}
	d.begun = d.clock.Now()
	d.step = d.begun
	d.res = DrillResult{Scenario: s.name, Happened: s.happened, Does: s.does, Sites: o.Sites, Started: d.begun, Steps: []DrillStep{}, Aims: []DrillAim{}, Errors: []string{}}
	ctx = drillContext(ctx)
	defer d.close()
	err = d.open(ctx)
	if err == nil {
		err = s.run(ctx, d)
	}
	d.res.Seconds = d.clock.real().Sub(d.begun).Seconds()
	d.res.PeakMemoryBytes = peakMemory()
	if err != nil {
		d.res.Errors = append(d.res.Errors, err.Error())
	}
	d.res.Holds = d.res.holds(o.HoldAims)
	return d.res, err
}

// filled puts the scenario's own numbers where none were given.
func (o DrillOptions) filled(s *scenario) DrillOptions {
	fill := func(v *int, own, fallback int) {
		if *v == 0 {
			*v = own
		}
		if *v == 0 {
			*v = fallback
		}
	}
	fill(&o.Sites, s.sites, 10)
	fill(&o.Clients, s.clients, 4)
	if o.Size == 0 {
		o.Size = max(s.size, 2_000_000)
	}
	for v, fallback := range map[*time.Duration]time.Duration{&o.Writing: 3 * time.Second, &o.Calm: 5 * time.Second, &o.Watch: 10 * time.Second} {
		if *v == 0 {
			*v = fallback
		}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// holds tells whether everything holds that has to.
func (r DrillResult) holds(aims bool) bool {
	for _, s := range r.Steps {
		if !s.Pass {
			return false
		}
	}
	for _, a := range r.Aims {
		if aims && !a.Met {
			return false
		}
	}
	return len(r.Steps) > 0 && len(r.Errors) == 0 && r.LostCommits == 0 && r.DigestMismatches == 0
}

// must enters something that has to hold.
func (d *drill) must(pass bool, name, detail string, args ...any) {
	now := d.clock.real()
	s := DrillStep{Name: name, Pass: pass, Detail: fmt.Sprintf(detail, args...), Seconds: now.Sub(d.step).Seconds()}
	d.step = now
	d.res.Steps = append(d.res.Steps, s)
	d.report(Progress{Step: strings.ToLower(name), Done: 1, Total: 1, Unit: "checks"})
}

// aim enters a figure with the most that it should be.
func (d *drill) aim(name string, value, most float64) {
	d.res.Aims = append(d.res.Aims, DrillAim{name, value, most, value <= most})
}

// drillContext names the drill as who writes.
func drillContext(ctx context.Context) context.Context {
	return identity.AsSystem(ctx, "drill")
}
