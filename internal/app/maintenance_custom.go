package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/addon"
	"holdfast.dev/internal/platform/fleet"
	"holdfast.dev/internal/platform/maintenance"
	"holdfast.dev/internal/platform/volume"
)

// customSteps does the steps of a plan and, to take them back, their inverses. A step moves something of the site from one value to another; it reaches
// the site's own volumes, products, settings and add-ons, and nothing above them.
type customSteps struct{ n *Node }

// Kind implements maintenance.Action.
func (customSteps) Kind() string { return maintenance.Custom }

// Target implements maintenance.Action.
func (customSteps) Target() maintenance.TargetKind { return maintenance.SiteTarget }

// Check implements maintenance.Action.
func (a customSteps) Check(params map[string]string) error {
	do, _, err := maintenance.Steps(params)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for i, s := range do {
		if err := a.check(s); err != nil {
			return fault.Bad("action.do: step %d: %s", i+1, err)
		}
		if what := thing(s); seen[what] {
			return fault.Bad("action.do: step %d moves what an earlier step moves: what the inverse leads back to would hang on the order.", i+1)
		} else {
			seen[what] = true
		}
	}
	return nil
}

// thing names what a step moves.
func thing(s maintenance.Step) string {
	return strings.Join([]string{s.Op, s.Name, s.Volume, s.Table, s.Column}, " ")
}

func (a customSteps) check(s maintenance.Step) error {
	either := func(x, y string) error {
		if s.From != x && s.From != y || s.To != x && s.To != y {
			return fmt.Errorf("from and to are %s and %s", x, y)
		}
		return nil
	}
	switch s.Op {
	case maintenance.ChangeSetting:
		return checkSetting(s.Name, s.From, s.To)
	case maintenance.SwitchProduct:
		if !slices.Contains(SiteProducts, s.Name) {
			return fmt.Errorf("there is no product %q; there are %s", s.Name, strings.Join(SiteProducts, ", "))
		}
		return either("on", "off")
	case maintenance.SwitchAddon:
		return either(addon.Active, addon.Deactivated)
	}
	return checkColumn(s)
}

// Describe implements maintenance.Action.
func (customSteps) Describe(params map[string]string) string {
	do, _, err := maintenance.Steps(params)
	if err != nil {
		return err.Error()
	}
	return "steps of its own: " + join(do)
}

func join(steps []maintenance.Step) string {
	var parts []string
	for i, s := range steps {
		parts = append(parts, fmt.Sprintf("(%d) %s", i+1, s))
	}
	return strings.Join(parts, "; ")
}

// Promise implements maintenance.Action.
func (customSteps) Promise(params map[string]string) maintenance.Promise {
	_, inverse, err := maintenance.Steps(params)
	if err != nil {
		return maintenance.Promise{}
	}
	return maintenance.Promise{Requires: "the site is active, and what a step moves is where it is moved from; rows are proven, in a transaction that is rolled back, to come back byte for byte by the inverse",
		Checked: "everything is where the steps lead, with as many rows as before, and the site answers", Inverse: join(inverse)}
}

// TakesSiteOut implements maintenance.Action.
func (customSteps) TakesSiteOut() bool { return false }

// Before implements maintenance.Action.
func (a customSteps) Before(ctx context.Context, c maintenance.Candidate, params map[string]string) (maintenance.Snapshot, error) {
	out := maintenance.Snapshot{State: map[string]string{}, Counts: map[string]int64{}}
	s, err := a.n.activeSite(c.ID)
	if err != nil {
		return out, err
	}
	do, _, err := maintenance.Steps(params)
	if err != nil {
		return out, err
	}
	for _, step := range do {
		state, err := a.read(ctx, s, step)
		if err != nil {
			return out, fmt.Errorf("%s: %w", step, err)
		}
		for _, v := range state {
			if step.Op != maintenance.SetColumn && v != step.From && v != step.To {
				return out, fault.Conflict("%s: it is %q, which is neither", step, v)
			}
		}
		maps.Copy(out.State, state)
	}
	return out, nil
}

// After implements maintenance.Action.
func (a customSteps) After(before maintenance.Snapshot, params map[string]string) maintenance.Snapshot {
	after := maintenance.Snapshot{State: maps.Clone(before.State), Counts: before.Counts}
	do, _, err := maintenance.Steps(params)
	if err != nil {
		return after
	}
	for _, step := range do {
		if step.Op == maintenance.SetColumn {
			from, to := columnLabels(step)
			if before.State[from] != rowsText(0) {
				after.State[from], after.State[to] = rowsText(0), before.State[from]
			}
			continue
		}
		for name := range before.State {
			if ofStep(step, name) {
				after.State[name] = step.To
			}
		}
	}
	return after
}

// ofStep tells whether a name of a snapshot is of what a step moves.
func ofStep(s maintenance.Step, name string) bool {
	label := stepLabel(s)
	return name == label || s.Op == maintenance.ChangeSetting && strings.HasPrefix(name, s.Name+" of the page ")
}

func stepLabel(s maintenance.Step) string {
	switch s.Op {
	case maintenance.SwitchProduct:
		return "product " + s.Name
	case maintenance.SwitchAddon:
		return "add-on " + s.Name
	}
	return s.Name
}

// read gives where that stands which a step moves.
func (a customSteps) read(ctx context.Context, s *fleet.Site, step maintenance.Step) (map[string]string, error) {
	switch step.Op {
	case maintenance.ChangeSetting:
		return a.n.readSetting(ctx, s.ID, step.Name)
	case maintenance.SwitchProduct:
		on := "off"
		if a.n.Fleet.HasProduct(s.ID, step.Name) {
			on = "on"
		}
		return map[string]string{stepLabel(step): on}, nil
	case maintenance.SwitchAddon:
		found, err := a.addon(ctx, s.ID, step.Name)
		return map[string]string{stepLabel(step): found.State}, err
	}
	return a.readColumn(ctx, s, step)
}

// addon finds an add-on of a site by its key.
func (a customSteps) addon(ctx context.Context, site ids.Site, key string) (found addon.Addon, err error) {
	var all []addon.Addon
	err = a.n.control().Read(ctx, func(tx *volume.Tx) error {
		all, err = addon.OfSite(ctx, tx, site)
		return err
	})
	for _, one := range all {
		if one.Key == key {
			return one, err
		}
	}
	return found, errors.Join(err, fault.NotFound("the site has no add-on %q", key))
}

// Apply implements maintenance.Action.
func (a customSteps) Apply(ctx context.Context, t maintenance.Target, params map[string]string) error {
	do, _, err := maintenance.Steps(params)
	if err != nil {
		return err
	}
	return a.move(ctx, t, do, t.Before, t.After)
}

// Undo implements maintenance.Action.
func (a customSteps) Undo(ctx context.Context, t maintenance.Target, params map[string]string) error {
	_, inverse, err := maintenance.Steps(params)
	if err != nil {
		return err
	}
	return a.move(ctx, t, inverse, t.After, t.Before)
}

// move does steps that lead from one snapshot to another. What is there already stays; what is at neither is refused.
func (a customSteps) move(ctx context.Context, t maintenance.Target, steps []maintenance.Step, from, to maintenance.Snapshot) error {
	id, err := ids.Parse[ids.Site](t.ID)
	if err != nil {
		return err
	}
	s, err := a.n.Fleet.Site(id)
	if err != nil {
		return err
	}
	for _, step := range steps {
		now, err := a.read(ctx, s, step)
		if err != nil {
			return fmt.Errorf("%s: %w", step, err)
		}
		wanted := map[string]string{}
		for name, v := range now {
			switch {
			case v == to.State[name]:
			case v == from.State[name]:
				wanted[name] = to.State[name]
			default:
				return fault.Conflict("%s: it is %q, and was %q when the plan was made: somebody has changed it since", step, v, from.State[name])
			}
		}
		if len(wanted) == 0 {
			continue
		}
		if err := a.set(ctx, s, step, wanted); err != nil {
			return fmt.Errorf("%s: %w", step, err)
		}
	}
	return nil
}

// set does one step; wanted is what shall stand of it afterwards.
func (a customSteps) set(ctx context.Context, s *fleet.Site, step maintenance.Step, wanted map[string]string) error {
	switch step.Op {
	case maintenance.ChangeSetting:
		return a.n.writeSetting(ctx, s.ID, step.Name, wanted)
	case maintenance.SwitchProduct:
		if step.To == "on" {
			return a.n.SwitchOn(ctx, s, step.Name)
		}
		return a.n.SwitchOff(ctx, s, step.Name)
	case maintenance.SwitchAddon:
		found, err := a.addon(ctx, s.ID, step.Name)
		if err != nil {
			return err
		}
		return a.n.control().Write(ctx, func(tx *volume.Tx) error { return addon.SetState(ctx, tx, found.ID, step.From, step.To) })
	}
	return a.setColumn(ctx, s, step)
}
