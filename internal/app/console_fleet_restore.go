package app

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/recovery"
)

func (s *Server) fleetRestoreOperations() []operation {
	return []operation{
		operate("POST", "/restores/preview", "previewFleetRestore", "What a restore of many sites would bring back, change and lose, in counts and items, and how long it would take; changes nothing", s.previewFleet).upTo(4 << 20),
		operate("GET", "/restores", "listFleetRestores", "Restores of many sites, newest first", s.listFleetRestores).takes(pageParams...),
		operate("POST", "/restores", "startFleetRestore", "Begin to restore many sites as one operation", s.startFleetRestore).answers(http.StatusAccepted).upTo(4 << 20),
		operate("GET", "/restores/{operation}", "getFleetRestore", "A restore of many sites: how far it is, in total and site by site", s.getFleetRestore),
		operate("POST", "/restores/{operation}/pause", "pauseFleetRestore", "Let the sites that have begun end, and begin no others", s.pauseFleetRestore),
		operate("POST", "/restores/{operation}/continue", "continueFleetRestore", "Go on with a restore of many sites that was paused, failed for some, or was interrupted", s.continueFleetRestore).answers(http.StatusAccepted),
		operate("POST", "/restores/{operation}/undo", "undoFleetRestore", "Bring every site that it changed back to its state before it", s.undoFleetRestore).answers(http.StatusAccepted),
	}
}

// manyTarget says where a restore of many sites goes: exactly one of the two.
type manyTarget struct {
	Sites  []ids.Site `json:"sites" doc:"At least one, each once"`
	At     string     `json:"at,omitempty" doc:"An instant such as 2026-04-05T07:38:00Z"`
	Newest bool       `json:"newest,omitempty" doc:"The newest state that the vault has"`
}

// most bounds the sites of one restore, and of one preview, which reads more.
const (
	mostRestored  = 20_000
	mostPreviewed = 200
)

func (s *Server) many(in manyTarget, most int) (sites []*fleet.Site, target recovery.Target, err error) {
	if len(in.Sites) == 0 || len(in.Sites) > most {
		return nil, target, fault.Invalid("sites", "Name between 1 and %d sites.", most)
	}
	if target, err = (restoreTarget{At: in.At, Newest: in.Newest}).target(); err != nil {
		return nil, target, err
	}
	seen := map[ids.Site]bool{}
	for _, id := range in.Sites {
		if seen[id] {
			return nil, target, fault.Invalid("sites", "%s is named twice.", id)
		}
		seen[id] = true
		site, err := s.node.Fleet.Site(id)
		if err != nil {
			return nil, target, err
		}
		sites = append(sites, site)
	}
	return sites, target, nil
}

// plannedSite is what a restore would do to one of many sites.
type plannedSite struct {
	ID          ids.Site    `json:"id"`
	Name        string      `json:"name"`
	Customer    string      `json:"customer"`
	State       fleet.State `json:"state"`
	Missing     []string    `json:"missing" doc:"Kinds of its volumes that are gone and come back whole"`
	Back        int         `json:"back" doc:"Items that come back"`
	Changed     int         `json:"changed"`
	Lost        int         `json:"lost" doc:"Items that would be lost"`
	LostCommits int64       `json:"lost_commits"`
	Seconds     float64     `json:"seconds"`
	Error       string      `json:"error,omitempty" doc:"Why it cannot be restored to there"`
}

type plannedItem struct {
	Site ids.Site `json:"site"`
	DiffItem
}

type fleetPreview struct {
	Sites       []plannedSite  `json:"sites"`
	ByType      []previewCount `json:"by_type"`
	Items       []plannedItem  `json:"items" doc:"What would be lost or changed first, at most 40 of each site and 500 in all"`
	Back        int            `json:"back"`
	Changed     int            `json:"changed"`
	Lost        int            `json:"lost"`
	LostCommits int64          `json:"lost_commits"`
	Seconds     float64        `json:"seconds" doc:"One after another; several are restored at the same time"`
	Refused     int            `json:"refused" doc:"Sites that cannot be restored to there"`
}

// itemsOfEach bounds the items of one of many sites.
const itemsOfEach = 40

func (s *Server) previewFleet(c *call, in manyTarget) (out fleetPreview, err error) {
	out = fleetPreview{Sites: []plannedSite{}, ByType: []previewCount{}, Items: []plannedItem{}}
	sites, target, err := s.many(in, mostPreviewed)
	if err != nil {
		return out, err
	}
	there, err := s.node.present(c.Context())
	if err != nil {
		return out, err
	}
	plans := make([]RestorePlan, len(sites))
	rows := make([]plannedSite, len(sites))
	g, ctx := errgroup.WithContext(c.Context())
	g.SetLimit(2)
	for i, site := range sites {
		rows[i] = plannedSite{ID: site.ID, Name: site.Name, Customer: s.customer(site), State: site.State, Missing: s.missing(site, there)}
		g.Go(func() error {
			plan, err := s.node.PlanRestore(s.node.siteContext(ctx, site), site, target, DiffOptions{Limit: itemsOfEach})
			if err == nil && !slices.ContainsFunc(plan.Volumes, func(v VolumeSpan) bool { return v.Kind == "work" }) {
				err = fault.NotFound("The site did not exist at that instant.")
			}
			if err != nil {
				rows[i].Error = err.Error()
				return ctx.Err()
			}
			plans[i] = plan
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return out, err
	}
	for i := range rows {
		out.add(&rows[i], plans[i])
	}
	out.Sites = append(out.Sites, rows...)
	slices.SortStableFunc(out.Items, func(a, b plannedItem) int { return cmp.Compare(order[a.Op], order[b.Op]) })
	out.Items = out.Items[:min(len(out.Items), itemsShown)]
	return out, nil
}

// order has what is lost first.
var order = map[string]int{"removed": 0, "changed": 1, "added": 2}

func (p *fleetPreview) add(row *plannedSite, plan RestorePlan) {
	if row.Error != "" {
		p.Refused++
		return
	}
	row.Back, row.Changed, row.Lost, row.LostCommits, row.Seconds = plan.Added, plan.Changed, plan.Removed, plan.LostCommits, plan.Seconds
	p.Back, p.Changed, p.Lost = p.Back+row.Back, p.Changed+row.Changed, p.Lost+row.Lost
	p.LostCommits, p.Seconds = p.LostCommits+row.LostCommits, p.Seconds+row.Seconds
	for _, item := range plan.Items {
		p.Items = append(p.Items, plannedItem{row.ID, item})
	}
	for _, t := range plan.ByType {
		i := slices.IndexFunc(p.ByType, func(c previewCount) bool { return c.Type == t.Type })
		if i < 0 {
			p.ByType = append(p.ByType, *t)
			continue
		}
		p.ByType[i].Added += t.Added
		p.ByType[i].Changed += t.Changed
		p.ByType[i].Removed += t.Removed
	}
}

type manyStart struct {
	manyTarget
	Reason string `json:"reason" doc:"Why; it stays in the ledger, in the commits and in the loss reports"`
}

func (s *Server) startFleetRestore(c *call, in manyStart) (out restoreBegun, err error) {
	if err := given(in.Reason); err != nil {
		return out, err
	}
	sites, target, err := s.many(in.manyTarget, mostRestored)
	if err != nil {
		return out, err
	}
	named := make([]ids.Site, len(sites))
	for i, site := range sites {
		named[i] = site.ID
	}
	out.Operation, err = s.background(c.Context(), func(ctx context.Context, report func(recovery.FleetProgress)) error {
		_, err := s.node.RestoreFleet(ctx, named, target, in.Reason, report)
		return err
	})
	return out, err
}

// background works at a restore of many sites after the request has ended, and gives its entry in the ledger as soon as it has one. An error is that of a
// restore that never began.
func (s *Server) background(ctx context.Context, do func(context.Context, func(recovery.FleetProgress)) error) (ids.Operation, error) {
	began, ended := make(chan ids.Operation, 1), make(chan error, 1)
	ctx = identity.With(context.WithoutCancel(ctx), identity.From(ctx))
	s.node.running.Go(func() {
		var once sync.Once
		err := do(ctx, func(p recovery.FleetProgress) { once.Do(func() { began <- p.Operation }) })
		if err != nil {
			s.node.Log.Error("a restore of many sites ended early", "error", err)
		}
		ended <- err
	})
	select {
	case op := <-began:
		return op, nil
	case err := <-ended:
		select {
		case op := <-began:
			return op, nil
		default:
			return ids.Operation{}, err
		}
	}
}

func (s *Server) pauseFleetRestore(c *call, in reasonRequest) (out fleetRestore, err error) {
	if err := given(in.Reason); err != nil {
		return out, err
	}
	if _, err := s.fleetOperation(c.Context(), c.operation); err != nil {
		return out, err
	}
	if err := s.node.fleets.pause(c.operation); err != nil {
		return out, err
	}
	if err := s.noteFleet(c.Context(), "fleet restore paused", in.Reason, c.operation); err != nil {
		return out, err
	}
	return s.getFleetRestore(c, none{})
}

// noteFleet enters what somebody did to a restore of many sites into the ledger.
func (s *Server) noteFleet(ctx context.Context, kind, reason string, about ids.Operation) error {
	op, err := s.node.Fleet.Begin(ctx, kind, recovery.FleetTarget, reason, about.String())
	if err != nil {
		return err
	}
	return s.node.Fleet.Finish(ctx, op, "done", about.String())
}

func (s *Server) continueFleetRestore(c *call, in reasonRequest) (out fleetRestore, err error) {
	if err := given(in.Reason); err != nil {
		return out, err
	}
	op, err := s.fleetOperation(c.Context(), c.operation)
	if err != nil {
		return out, err
	}
	if op.State == "done" {
		return out, fault.Conflict("This restore has brought back all of its sites.")
	}
	if _, _, _, ok := s.node.fleets.of(op.ID); ok {
		return out, fault.Conflict("This restore runs already.")
	}
	if err := s.noteFleet(c.Context(), "fleet restore continued", in.Reason, op.ID); err != nil {
		return out, err
	}
	_, err = s.background(c.Context(), func(ctx context.Context, report func(recovery.FleetProgress)) error {
		_, err := s.node.ContinueFleet(ctx, op, report)
		return err
	})
	if err != nil {
		return out, err
	}
	return s.getFleetRestore(c, none{})
}

// undoAbreast is how many sites of an undo are restored at the same time.
const undoAbreast = 4

func (s *Server) undoFleetRestore(c *call, in reasonRequest) (out fleetRestore, err error) {
	if err := given(in.Reason); err != nil {
		return out, err
	}
	if out, err = s.getFleetRestore(c, none{}); err != nil {
		return out, err
	}
	if out.Running {
		return out, fault.Conflict("This restore still runs. Pause it first.")
	}
	var todo []restoredSite
	for _, site := range out.Sites {
		if site.Undoable {
			todo = append(todo, site)
		}
	}
	if len(todo) == 0 {
		return out, fault.Conflict("There is nothing to take back: no site was changed by it, or all were restored again since.")
	}
	if err := s.noteFleet(c.Context(), "fleet restore undone", in.Reason, c.operation); err != nil {
		return out, err
	}
	ctx := identity.With(context.WithoutCancel(c.Context()), identity.From(c.Context()))
	why := "undo of the restore " + c.operation.String() + ": " + in.Reason
	s.node.running.Go(func() {
		var g errgroup.Group
		g.SetLimit(undoAbreast)
		for _, one := range todo {
			g.Go(func() error {
				site, err := s.node.Fleet.Site(one.ID)
				if err == nil {
					_, err = s.node.RestoreSite(ctx, site, recovery.Target{Undo: one.Restore}, why, nil)
				}
				if err != nil {
					s.node.Log.Error("an undo of a restore of many sites failed for a site", "site", one.ID.String(), "error", err)
				}
				return nil
			})
		}
		_ = g.Wait() // nobody in the group gives an error
	})
	return out, nil
}

// fleetOperation finds a restore of many sites in the ledger.
func (s *Server) fleetOperation(ctx context.Context, id ids.Operation) (fleet.Operation, error) {
	var before time.Time
	var beforeID ids.Operation
	for {
		ledger, err := s.node.Fleet.Ledger(ctx, recovery.FleetTarget, before, beforeID, 500)
		if err != nil {
			return fleet.Operation{}, err
		}
		for _, op := range ledger {
			if op.ID == id && op.Kind == recovery.FleetKind {
				return op, nil
			}
			before, beforeID = op.Started, op.ID
		}
		if len(ledger) < 500 {
			return fleet.Operation{}, fault.NotFound("There is no restore of many sites %s.", id)
		}
	}
}
