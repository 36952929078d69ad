package maintenance

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"holdfast.dev/internal/base/fault"
)

// Step is one operation of a custom action: it moves something of the target, and of nothing above it, from one value to another. That is all that a
// step can do, so that every step has an inverse: the same with the values exchanged. The operations are
//
//	change-setting  name of a known setting
//	switch-product  name of a product, from and to on or off
//	switch-addon    key of an add-on, from and to active or deactivated
//	set-column      a column of rows of a journaled table of the site, found by where
type Step struct {
	Op     string            `yaml:"op" json:"op"`
	Name   string            `yaml:"name" json:"name,omitempty"`
	Volume string            `yaml:"volume" json:"volume,omitempty"` // of set-column: work, oncall or status
	Table  string            `yaml:"table" json:"table,omitempty"`
	Column string            `yaml:"column" json:"column,omitempty"`
	Where  map[string]string `yaml:"where" json:"where,omitempty"`
	From   string            `yaml:"from" json:"from"`
	To     string            `yaml:"to" json:"to"`
}

// The operations of steps.
const (
	ChangeSetting = "change-setting"
	SwitchProduct = "switch-product"
	SwitchAddon   = "switch-addon"
	SetColumn     = "set-column"
)

// Custom is the kind of action that is made of steps.
const Custom = "custom"

const mostSteps = 20

// The parameters that carry the steps of a custom action, as JSON, so that they are part of what is hashed, approved and applied.
const (
	paramDo      = "do"
	paramInverse = "inverse"
)

// Inverse gives the step that takes s back.
func (s Step) Inverse() Step {
	s.From, s.To = s.To, s.From
	return s
}

// String tells a step in words.
func (s Step) String() string {
	what := s.Name
	if s.Op == SetColumn {
		what = fmt.Sprintf("%s of %s in %s where %s", s.Column, s.Table, s.Volume, s.Condition())
	}
	return fmt.Sprintf("%s %s from %q to %q", s.Op, what, s.From, s.To)
}

// Condition tells which rows a step of columns takes, in words.
func (s Step) Condition() string {
	var where []string
	for column, value := range s.Where {
		where = append(where, fmt.Sprintf("%s is %q", column, value))
	}
	slices.Sort(where)
	return strings.Join(where, " and ")
}

// same tells whether two steps say the same.
func (s Step) same(o Step) bool {
	a, errA := json.Marshal(s)
	b, errB := json.Marshal(o)
	return errA == nil && errB == nil && string(a) == string(b)
}

// check tells what is wrong with a step as it is written. What it means on a target is the action's to check.
func (s Step) check() error {
	for what, v := range map[string]string{"from": s.From, "to": s.To} {
		if strings.TrimSpace(v) == "" || len(v) > 10_000 {
			return fmt.Errorf("%s is given, with at most 10000 bytes", what)
		}
	}
	if s.From == s.To {
		return fmt.Errorf("from and to are the same")
	}
	rows := s.Volume != "" || s.Table != "" || s.Column != "" || len(s.Where) > 0
	switch s.Op {
	case ChangeSetting, SwitchProduct, SwitchAddon:
		if strings.TrimSpace(s.Name) == "" || rows {
			return fmt.Errorf("%s takes a name, from and to, and nothing else", s.Op)
		}
	case SetColumn:
		if s.Name != "" || s.Volume == "" || s.Table == "" || s.Column == "" || len(s.Where) == 0 {
			return fmt.Errorf("%s takes a volume, a table, a column, where, from and to, all of them: rows without a condition are never meant", s.Op)
		}
		for column, value := range s.Where {
			if strings.TrimSpace(column) == "" || strings.TrimSpace(value) == "" {
				return fmt.Errorf("a blank condition selects nothing")
			}
			if column == s.Column {
				return fmt.Errorf("the column that is set is no condition: from says what it was")
			}
		}
	default:
		return fmt.Errorf("there is no operation %q; there are %s, %s, %s and %s", s.Op, ChangeSetting, SwitchProduct, SwitchAddon, SetColumn)
	}
	return nil
}

// checkSteps refuses steps where they do not belong, and a custom action whose inverse is not that of its steps, last first.
func (a ActionSpec) checkSteps(say func(string, ...any)) {
	if a.Kind != Custom {
		if len(a.Do) > 0 || len(a.Inverse) > 0 {
			say("action: do and inverse belong to the action %s.", Custom)
		}
		return
	}
	if len(a.Params) > 0 {
		say("action.params: the action %s has do and inverse instead.", Custom)
	}
	if len(a.Do) == 0 || len(a.Do) > mostSteps {
		say("action.do: say 1 to %d steps.", mostSteps)
		return
	}
	for i, s := range a.Do {
		if err := s.check(); err != nil {
			say("action.do: step %d: %s.", i+1, err)
		}
	}
	if len(a.Inverse) != len(a.Do) {
		say("action.inverse: say, for each step of do and last first, what takes it back.")
		return
	}
	for i, s := range a.Inverse {
		of := len(a.Do) - 1 - i
		if !s.same(a.Do[of].Inverse()) {
			say("action.inverse: step %d is not the inverse of step %d of do, which is: %s.", i+1, of+1, a.Do[of].Inverse())
		}
	}
}

// params gives the parameters of an action as they are hashed, the steps of a custom one among them.
func (a ActionSpec) params() (map[string]string, error) {
	if a.Kind != Custom {
		return a.Params, nil
	}
	do, err := json.Marshal(a.Do)
	if err != nil {
		return nil, err
	}
	inverse, err := json.Marshal(a.Inverse)
	return map[string]string{paramDo: string(do), paramInverse: string(inverse)}, err
}

// Steps reads the steps of a custom action from its parameters, and what takes them back, in the order in which each is done.
func Steps(params map[string]string) (do, inverse []Step, err error) {
	if len(params) != 2 {
		return nil, nil, fault.Bad("action: a custom action has do and inverse.")
	}
	if err := json.Unmarshal([]byte(params[paramDo]), &do); err != nil {
		return nil, nil, fault.Bad("action.do: %s", err)
	}
	if err := json.Unmarshal([]byte(params[paramInverse]), &inverse); err != nil {
		return nil, nil, fault.Bad("action.inverse: %s", err)
	}
	return do, inverse, nil
}
