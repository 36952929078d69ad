package app

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/maintenance"
)

func (s *Server) planOperations() []operation {
	e := s.node.Maintenance
	change := func(id, path, summary string, do func(context.Context, ids.Plan, reasonOrNothing) error) operation {
		return operate("POST", "/plans/{plan}/"+path, id, summary, func(c *call, in reasonOrNothing) (planInfo, error) {
			if err := do(c.Context(), c.plan, in); err != nil {
				return planInfo{}, err
			}
			return s.planInfo(c.Context(), c.plan)
		})
	}
	return []operation{
		operate("GET", "/plans", "listPlans", "Plans, newest first", s.listPlans).takes(pageParams...),
		operate("POST", "/plans", "createPlan", "Resolve a plan to its targets and store it; nothing is touched", s.createPlan).answers(http.StatusCreated).upTo(3 << 20),
		operate("GET", "/plans/{plan}", "getPlan", "A plan: what it does, to whom, and where it stands", func(c *call, _ none) (planInfo, error) { return s.planInfo(c.Context(), c.plan) }),
		operate("GET", "/plans/{plan}/targets", "planTargets", "The targets of a plan, before and after, in the order of the waves", s.planTargets).takes(
			append([]queryParam{{"wave", "Only this wave", "integer"}, {"state", "Only targets in this state", "string"}}, pageParams...)...),
		download("GET", "/plans/{plan}/stream", "streamPlan", "How a run goes on, as Server-Sent Events: progress, then end", "text/event-stream", s.streamPlan),
		operate("POST", "/plans/{plan}/approve", "approvePlan", "Approve a plan that somebody else wrote; the hash says which", s.approvePlan),
		operate("POST", "/plans/{plan}/apply", "applyPlan", "Begin to apply an approved plan; the hash says which", s.applyPlan).answers(http.StatusAccepted),
		change("pausePlan", "pause", "Stop a run before its next target; apply goes on with it", func(ctx context.Context, id ids.Plan, _ reasonOrNothing) error { return e.Pause(ctx, id) }),
		change("abortPlan", "abort", "Stop a run before its next target and take back what it did", func(ctx context.Context, id ids.Plan, in reasonOrNothing) error {
			return e.Abort(ctx, id, in.Reason)
		}),
		change("undoPlan", "undo", "Take back what a plan did", func(ctx context.Context, id ids.Plan, _ reasonOrNothing) error {
			return s.runs.start(ctx, id, "taking back", func(ctx context.Context, report maintenance.Report) (*maintenance.Plan, error) {
				return e.Undo(ctx, id, report)
			})
		}).answers(http.StatusAccepted),
		change("breakglass", "breakglass", "Lift the caps and the second approval for one plan; signed, and the owners are told at once", func(ctx context.Context, id ids.Plan, in reasonOrNothing) error {
			_, err := e.Breakglass(ctx, id, in.Reason)
			return err
		}),
	}
}

// reasonOrNothing is the body of what needs no reason but may have one: an empty object, at least.
type reasonOrNothing struct {
	Reason string `json:"reason,omitempty"`
}

type hashRequest struct {
	Hash string `json:"hash" doc:"Of the plan that you have looked at"`
}

type planSource struct {
	Source string `json:"source" doc:"The plan in YAML, as holdfast maintenance plan takes it"`
}

// planRow is a plan in a list.
type planRow struct {
	ID         ids.Plan               `json:"id"`
	Hash       string                 `json:"hash"`
	State      string                 `json:"state"`
	Note       string                 `json:"note"`
	Breakglass bool                   `json:"breakglass"`
	Name       string                 `json:"name"`
	Reason     string                 `json:"reason"`
	Author     string                 `json:"author"`
	Action     string                 `json:"action"`
	Does       string                 `json:"does"`
	Promise    maintenance.Promise    `json:"promise" doc:"What the action requires, how its end is checked, and how it is taken back"`
	TargetKind maintenance.TargetKind `json:"target_kind"`
	Radius     maintenance.Radius     `json:"blast_radius"`
	Created    time.Time              `json:"created"`
	Changed    time.Time              `json:"changed"`
	Run        *runInfo               `json:"run,omitempty"`
}

func (s *Server) planRow(p *maintenance.Plan) planRow {
	row := planRow{ID: p.ID, Hash: p.Hash, State: p.State, Note: p.Note, Breakglass: p.Breakglass, Name: p.Body.Name, Reason: p.Body.Reason, Author: p.Body.Author,
		Action: p.Body.Action, Does: p.Body.Does, Promise: p.Body.Promise, TargetKind: p.Body.TargetKind, Radius: p.Body.Radius, Created: p.Created, Changed: p.Changed}
	if run, _, ok := s.runs.of(p.ID); ok {
		row.Run = &run
	}
	return row
}

type planPage struct {
	Plans []planRow `json:"plans"`
	Next  string    `json:"next,omitempty"`
}

func (s *Server) listPlans(c *call, _ none) (out planPage, err error) {
	out.Plans = []planRow{}
	limit, err := c.limitOf(50, 200)
	if err != nil {
		return out, err
	}
	var before time.Time
	var beforeID ids.Plan
	if c.cursor() != "" {
		if before, beforeID, err = readInstantCursor[ids.Plan](c.cursor()); err != nil {
			return out, err
		}
	}
	plans, err := s.node.Maintenance.List(c.Context(), before, beforeID, limit+1)
	if err != nil {
		return out, err
	}
	if len(plans) > limit {
		plans = plans[:limit]
		out.Next = instantCursor(plans[limit-1].Created, plans[limit-1].ID.String())
	}
	for _, p := range plans {
		out.Plans = append(out.Plans, s.planRow(p))
	}
	return out, nil
}

// openPlans gives those of the newest plans that wait for somebody or run.
func (s *Server) openPlans(ctx context.Context) ([]planRow, error) {
	out := []planRow{}
	plans, err := s.node.Maintenance.List(ctx, time.Time{}, ids.Plan{}, 30)
	for _, p := range plans {
		if slices.Contains([]string{maintenance.Planned, maintenance.Approved, maintenance.Applying, maintenance.Paused}, p.State) {
			out = append(out, s.planRow(p))
		}
	}
	return out, err
}

// planInfo is a plan for its reviewer.
type planInfo struct {
	planRow
	Source     string                 `json:"source"`
	Script     string                 `json:"script"`
	ScriptHash string                 `json:"script_hash"`
	Params     map[string]string      `json:"params"`
	SiteAlive  bool                   `json:"site_answers" doc:"Whether the products of a target's site must still answer after it"`
	Waves      []waveInfo             `json:"waves"`
	States     map[string]int         `json:"states" doc:"How many targets are in each state"`
	Customers  []customerReach        `json:"customers" doc:"Who is behind the targets, those with most people first; at most 500"`
	Approvals  []maintenance.Approval `json:"approvals"`
	Events     []maintenance.Event    `json:"events"`
}

type waveInfo struct {
	Wave    int            `json:"wave"`
	Targets int            `json:"targets"`
	States  map[string]int `json:"states"`
}

// customerReach is how much of a customer a plan reaches.
type customerReach struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Targets int    `json:"targets"`
	Sites   int    `json:"sites"`
	People  int    `json:"people"`
	Objects int64  `json:"objects"`
}

const customersShown = 500

func (s *Server) planInfo(ctx context.Context, id ids.Plan) (planInfo, error) {
	p, err := s.node.Maintenance.Get(ctx, id)
	if err != nil {
		return planInfo{}, err
	}
	out := planInfo{planRow: s.planRow(p), Source: p.Source, Script: p.Script, ScriptHash: p.Body.ScriptHash, Params: map[string]string{}, SiteAlive: p.Body.SiteAnswers,
		Waves: []waveInfo{}, States: map[string]int{}, Customers: reachOf(p.Body.Targets), Approvals: append([]maintenance.Approval{}, p.Approvals...),
		Events: append([]maintenance.Event{}, p.Events...)}
	maps.Copy(out.Params, p.Body.Params)
	for _, t := range p.Targets {
		if len(out.Waves) < t.Wave {
			out.Waves = append(out.Waves, waveInfo{Wave: t.Wave, States: map[string]int{}})
		}
		w := &out.Waves[t.Wave-1]
		w.Targets++
		w.States[t.State]++
		out.States[t.State]++
	}
	return out, nil
}

func reachOf(targets []maintenance.Target) []customerReach {
	byID := map[string]*customerReach{}
	seen := map[string]bool{}
	for _, t := range targets {
		r := byID[t.CustomerID]
		if r == nil {
			r = &customerReach{ID: t.CustomerID, Name: t.Customer}
			byID[t.CustomerID] = r
		}
		r.Targets++
		if !seen[t.Site] {
			seen[t.Site] = true
			r.Sites++
			r.People += t.ActiveUsers
		}
		for _, n := range t.Before.Counts {
			r.Objects += n
		}
	}
	out := make([]customerReach, 0, len(byID))
	for _, r := range byID {
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b customerReach) int {
		return cmp.Or(cmp.Compare(b.People, a.People), cmp.Compare(b.Objects, a.Objects), cmp.Compare(a.Name, b.Name))
	})
	return out[:min(len(out), customersShown)]
}

func (s *Server) createPlan(c *call, in planSource) (planInfo, error) {
	p, err := s.node.Maintenance.Plan(c.Context(), []byte(in.Source))
	if err != nil {
		return planInfo{}, err
	}
	return s.planInfo(c.Context(), p.ID)
}

// approvePlan approves what the reviewer has looked at: the hash that they send is compared with that of the plan.
func (s *Server) approvePlan(c *call, in hashRequest) (planInfo, error) {
	p, err := s.node.Maintenance.Get(c.Context(), c.plan)
	if err != nil {
		return planInfo{}, err
	}
	if in.Hash != p.Hash {
		return planInfo{}, fault.Conflict("The hash is not that of the plan: what you looked at is another thing than what you would approve.")
	}
	if _, err := s.node.Maintenance.Approve(c.Context(), c.plan); err != nil {
		return planInfo{}, err
	}
	return s.planInfo(c.Context(), c.plan)
}

func (s *Server) applyPlan(c *call, in hashRequest) (planInfo, error) {
	err := s.runs.start(c.Context(), c.plan, "applying", func(ctx context.Context, report maintenance.Report) (*maintenance.Plan, error) {
		return s.node.Maintenance.Apply(ctx, c.plan, in.Hash, report)
	})
	if err != nil {
		return planInfo{}, err
	}
	return s.planInfo(c.Context(), c.plan)
}

// planTarget is a target with where it stands.
type planTarget struct {
	maintenance.Target
	Position int    `json:"position"`
	Wave     int    `json:"wave"`
	Progress string `json:"progress" doc:"waiting, touched, applied, reverted or stuck"`
	Note     string `json:"note"`
}

type targetPage struct {
	Targets []planTarget `json:"targets"`
	Total   int          `json:"total"`
	Next    string       `json:"next,omitempty"`
}

func (s *Server) planTargets(c *call, _ none) (out targetPage, err error) {
	out.Targets = []planTarget{}
	limit, err := c.limitOf(100, 1000)
	if err != nil {
		return out, err
	}
	from := 0
	if c.cursor() != "" {
		if from, err = strconv.Atoi(c.cursor()); err != nil {
			return out, errCursor
		}
	}
	wave, state := c.URL.Query().Get("wave"), c.URL.Query().Get("state")
	p, err := s.node.Maintenance.Get(c.Context(), c.plan)
	if err != nil {
		return out, err
	}
	for _, t := range p.Targets {
		if wave != "" && strconv.Itoa(t.Wave) != wave || state != "" && t.State != state {
			continue
		}
		out.Total++
		switch {
		case t.Position < from:
		case len(out.Targets) == limit:
			if out.Next == "" {
				out.Next = strconv.Itoa(t.Position)
			}
		default:
			out.Targets = append(out.Targets, planTarget{p.Body.Targets[t.Position], t.Position, t.Wave, t.State, t.Note})
		}
	}
	return out, nil
}
