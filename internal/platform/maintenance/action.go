package maintenance

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/volume"
)

// Action is a kind of work that a plan can declare. Everything it does has an inverse, and it says itself how its end is checked.
type Action interface {
	// Kind names it in plans.
	Kind() string
	// Target is the one kind of thing that it acts on.
	Target() TargetKind
	// Check refuses parameters that are unknown or wrong.
	Check(params map[string]string) error
	// Describe tells a reviewer what happens, as a sentence; Promise what it requires, how its end is checked and how it is taken back.
	Describe(params map[string]string) string
	Promise(params map[string]string) Promise
	// TakesSiteOut tells whether the site of a target is meant to answer nobody afterwards.
	TakesSiteOut() bool
	// Before reads a target as it is, with counts of what hangs on it, and refuses one on which the action must not or cannot be done; After is the
	// state that is expected of it then. A target that is as expected already stays in the plan, and nothing happens to it.
	Before(ctx context.Context, c Candidate, params map[string]string) (Snapshot, error)
	After(before Snapshot, params map[string]string) Snapshot
	// Apply does it; on a target that is no longer as before it refuses. Undo takes it back and may be called again.
	Apply(ctx context.Context, t Target, params map[string]string) error
	Undo(ctx context.Context, t Target, params map[string]string) error
}

// Promise is what an action says of itself to a reviewer, in sentences.
type Promise struct {
	Requires string `json:"requires"` // of a target, or the plan is refused
	Checked  string `json:"checked"`  // how its end is checked
	Inverse  string `json:"inverse"`  // how it is taken back
}

// Together is an action that takes back many targets in one commit of the control database. also is called in that commit.
type Together interface {
	UndoAll(ctx context.Context, targets []Target, params map[string]string, also func(*volume.Tx) error) error
}

// Gentle is an action that takes nothing from people: whoever it meets by mistake goes on working as before. All others need a plan that says how many targets are meant.
type Gentle interface {
	TakesNothing() bool
}

func takesNothing(a Action) bool {
	g, ok := a.(Gentle)
	return ok && g.TakesNothing()
}

// Snapshot is a target at an instant: what matters of its state, and counts of what hangs on it.
type Snapshot struct {
	State  map[string]string `json:"state"`
	Counts map[string]int64  `json:"counts,omitempty"`
}

// sameState tells whether two snapshots have the same state. Counts move on while people work.
func sameState(a, b Snapshot) bool { return maps.Equal(a.State, b.State) }

// Target is a resolved target of a plan.
type Target struct {
	Candidate
	Before Snapshot `json:"before"`
	After  Snapshot `json:"after"`
}

// World is what the engine needs to know of the fleet.
type World interface {
	// Candidates gives every thing of a kind. An inventory that cannot be read whole is an error, never a shorter list.
	Candidates(ctx context.Context, kind TargetKind) ([]Candidate, error)
	// Probe asks whether the products of a site answer; its error says what does not.
	Probe(ctx context.Context, site string) error
}

// Body is a plan as it was resolved: what is hashed, approved and applied.
type Body struct {
	Name   string            `json:"name"`
	Reason string            `json:"reason"`
	Author string            `json:"author"`
	Action string            `json:"action"`
	Params map[string]string `json:"params,omitempty"`
	Does   string            `json:"does"`
	Promise
	TargetKind  TargetKind `json:"target_kind"`
	SiteAnswers bool       `json:"site_answers"`
	Waves       []int      `json:"waves"`
	ScriptHash  string     `json:"script_hash,omitempty"`
	Targets     []Target   `json:"targets"`
	Radius      Radius     `json:"blast_radius"`
}

// Radius says how much a plan can reach.
type Radius struct {
	Targets     int   `json:"targets"`
	Sites       int   `json:"sites"`
	Customers   int   `json:"customers"`
	ActiveUsers int   `json:"active_users"`
	Objects     int64 `json:"objects"` // sum of what hangs on the targets
}

// resolve turns a spec into the body of a plan: reads the inventory whole, selects, reads every target.
func (e *Engine) resolve(ctx context.Context, s Spec, author string) (Body, error) {
	action, ok := e.actions[s.Action.Kind]
	if !ok {
		return Body{}, fault.Bad("action.kind: there is no action %q; there are %s.", s.Action.Kind, strings.Join(slices.Sorted(maps.Keys(e.actions)), ", "))
	}
	if action.Target() != s.Targets.Kind {
		return Body{}, fault.Bad("targets.kind: %s acts on a %s, not on a %s.", s.Action.Kind, action.Target(), s.Targets.Kind)
	}
	params, err := s.Action.params()
	if err != nil {
		return Body{}, err
	}
	if err := action.Check(params); err != nil {
		return Body{}, err
	}
	if !takesNothing(action) {
		if err := s.bounded(); err != nil {
			return Body{}, err
		}
	}
	all, err := e.world.Candidates(ctx, s.Targets.Kind)
	if err != nil {
		return Body{}, fmt.Errorf("the inventory cannot be read, so nothing is planned: %w", err)
	}
	if len(all) == 0 {
		return Body{}, fault.Bad("The inventory has no %s at all: that is a mistake of the inventory until somebody shows otherwise.", s.Targets.Kind)
	}
	chosen, err := choose(ctx, s, all)
	if err != nil {
		return Body{}, err
	}
	if len(chosen) == 0 {
		return Body{}, fault.Bad("The plan selects none of %d. A plan for nothing is a mistake.", len(all))
	}
	if want := s.Expect.Targets; want != nil && (len(chosen) < want.Least || len(chosen) > want.Most) {
		return Body{}, fault.Bad("The plan selects %d targets and its author expects %s: the filter is not what they mean, or the fleet is not.", len(chosen), want)
	}
	b := Body{Name: s.Name, Reason: s.Reason, Author: author, Action: s.Action.Kind, Params: params, Does: action.Describe(params), Promise: action.Promise(params), TargetKind: s.Targets.Kind,
		SiteAnswers: !action.TakesSiteOut(), Waves: s.Waves}
	if s.Expect.SiteAnswers != nil {
		b.SiteAnswers = *s.Expect.SiteAnswers
	}
	if s.Script != "" {
		b.ScriptHash = hash([]byte(s.Script))
	}
	for _, c := range chosen {
		before, err := action.Before(ctx, c, params)
		if err != nil {
			return Body{}, fmt.Errorf("%s (%s): %w", c.Name, c.ID, err)
		}
		b.Targets = append(b.Targets, Target{c, before, action.After(before, params)})
	}
	b.Radius = radius(b.Targets)
	return b, nil
}

// choose selects from the inventory. An identifier that the inventory does not have stops the plan.
func choose(ctx context.Context, s Spec, all []Candidate) ([]Candidate, error) {
	var out []Candidate
	switch {
	case len(s.Targets.IDs) > 0:
		byID := make(map[string]Candidate, len(all))
		for _, c := range all {
			byID[c.ID] = c
		}
		var missing []string
		for _, id := range s.Targets.IDs {
			if c, ok := byID[id]; ok {
				out = append(out, c)
			} else {
				missing = append(missing, id)
			}
		}
		if len(missing) > 0 {
			return nil, fault.Bad("The inventory does not have %d of the %d targets named, %s for one: nothing is planned for a list that is partly understood.", len(missing), len(s.Targets.IDs), missing[0])
		}
	case s.Script != "":
		return selectByScript(ctx, s.Script, all)
	default:
		for _, c := range all {
			if matches(s.Targets.Kind, s.Targets.Where, c) {
				out = append(out, c)
			}
		}
	}
	return out, nil
}

func radius(targets []Target) Radius {
	r := Radius{Targets: len(targets)}
	sites, customers := map[string]bool{}, map[string]bool{}
	for _, t := range targets {
		if !sites[t.Site] {
			r.ActiveUsers += t.ActiveUsers
		}
		sites[t.Site], customers[t.CustomerID] = true, true
		for _, n := range t.Before.Counts {
			r.Objects += n
		}
	}
	r.Sites, r.Customers = len(sites), len(customers)
	return r
}

// encode gives the bytes of a body that are hashed: the same body gives the same bytes, since JSON objects are written in the order of their keys.
func (b Body) encode() ([]byte, error) { return json.Marshal(b) }
