package maintenance

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
)

// TargetKind is a kind of thing that a plan acts on. A plan has exactly one.
type TargetKind string

// The kinds of target.
const (
	SiteTarget  TargetKind = "site"
	AddonTarget TargetKind = "addon"
)

// Spec is a plan as it is written.
type Spec struct {
	Name    string     `yaml:"name"`
	Reason  string     `yaml:"reason"`
	Action  ActionSpec `yaml:"action"`
	Targets Selection  `yaml:"targets"`
	// Script selects instead of Targets.Where and Targets.IDs: Starlark with a function select(target) that gives true or false.
	Script string `yaml:"script"`
	// Expect adds to what the action itself promises of a target's site after it.
	Expect Expectation `yaml:"expect"`
	Waves  []int       `yaml:"waves"` // sizes; the last repeats; default 1, 10, 100

	below []string // what was written below what selects, and would be lost with the end of the file
}

// ActionSpec declares the one action of a plan.
type ActionSpec struct {
	Kind   string            `yaml:"kind"`
	Params map[string]string `yaml:"params"`
	// Do and Inverse are the steps of a custom action and what takes them back; see Step.
	Do      []Step `yaml:"do"`
	Inverse []Step `yaml:"inverse"`
}

// Selection says what a plan acts on: a kind, and identifiers of that kind or a filter over it.
type Selection struct {
	Kind  TargetKind        `yaml:"kind"`
	IDs   []string          `yaml:"ids"`
	Where map[string]string `yaml:"where"`
}

// Expectation is what must hold of the site of every target once it was acted on.
type Expectation struct {
	SiteAnswers *bool `yaml:"site_answers"` // the products of the site still answer; default: unless the action itself takes the site out of use
	// Targets is how many targets the author means. Another number stops the plan: a filter that lost a line takes in more than it was written for.
	Targets *Count `yaml:"targets"`
}

// Count is a number that its author means, exactly or within bounds: 40, or 30..50.
type Count struct{ Least, Most int }

// UnmarshalYAML implements yaml.Unmarshaler.
func (c *Count) UnmarshalYAML(node *yaml.Node) error {
	if err := node.Decode(&c.Least); err == nil {
		c.Most = c.Least
		return nil
	}
	least, most, ok := strings.Cut(node.Value, "..")
	if ok && node.Kind == yaml.ScalarNode {
		var errs [2]error
		c.Least, errs[0] = strconv.Atoi(least)
		c.Most, errs[1] = strconv.Atoi(most)
		ok = errors.Join(errs[:]...) == nil
	}
	if !ok {
		return fmt.Errorf("expect.targets is a number such as 40, or bounds such as 30..50")
	}
	return nil
}

// String gives it as it is written.
func (c Count) String() string {
	if c.Least == c.Most {
		return strconv.Itoa(c.Least)
	}
	return fmt.Sprintf("%d..%d", c.Least, c.Most)
}

const (
	maxSource = 1 << 20 // bytes of a plan as written
	maxIDs    = 100_000
)

// ParseSpec reads a plan strictly. Whatever is blank, unknown or of the wrong kind is fault.KindInvalid with everything that is wrong: absence is
// never an instruction.
func ParseSpec(source []byte) (Spec, error) {
	var s Spec
	if len(source) > maxSource {
		return s, fault.Bad("A plan has at most %d bytes.", maxSource)
	}
	dec := yaml.NewDecoder(bytes.NewReader(source))
	dec.KnownFields(true)
	if err := dec.Decode(&s); err != nil {
		if errors.Is(err, io.EOF) {
			return s, fault.Bad("The plan is empty.")
		}
		return s, fault.Bad("The plan cannot be read: %s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	var more any
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		return s, fault.Bad("A file holds one plan; this one goes on after the first document.")
	}
	s.below = belowSelection(source)
	return s, s.check()
}

// belowSelection gives the keys that bound a plan and are written below the selection.
func belowSelection(source []byte) (keys []string) {
	var doc yaml.Node
	if yaml.Unmarshal(source, &doc) != nil || len(doc.Content) == 0 {
		return nil
	}
	selected := false
	for i := 0; i+1 < len(doc.Content[0].Content); i += 2 {
		switch key := doc.Content[0].Content[i].Value; key {
		case "targets", "script":
			selected = true
		case "expect", "waves":
			if selected {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// bounded refuses a filter or a script that nothing bounds, for an action that takes something from people. A plan has no mark at its end: of one that was cut off, what is left can be a
// wider filter. So the author says how many targets are meant, and says it above the selection, where no cut through the selection can take it away. A list counts itself: cut off, it is
// shorter.
func (s *Spec) bounded() error {
	if len(s.Targets.IDs) > 0 {
		return nil
	}
	if s.Expect.Targets == nil {
		return fault.Bad("expect.targets: %s takes something from people, and its targets are chosen by a filter or a script: say how many are meant, as expect: {targets: 40} or {targets: 30..50}, above targets. "+
			"A plan whose end was cut off would select more.", s.Action.Kind)
	}
	if len(s.below) > 0 {
		return fault.Bad("%s: write it above targets and script. What stands at the end of a plan is what a file that is cut off has lost.", strings.Join(s.below, ", "))
	}
	return nil
}

func (s *Spec) check() error {
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if strings.TrimSpace(s.Name) == "" || len(s.Name) > 200 {
		say("name: a plan has a name of at most 200 bytes.")
	}
	if strings.TrimSpace(s.Reason) == "" || len(s.Reason) > 2000 {
		say("reason: say why, in at most 2000 bytes.")
	}
	if strings.TrimSpace(s.Action.Kind) == "" {
		say("action.kind: say what is to be done.")
	}
	for name, value := range s.Action.Params {
		if strings.TrimSpace(name) == "" || strings.TrimSpace(value) == "" {
			say("action.params.%s: a parameter that is given is not blank.", name)
		}
	}
	s.Action.checkSteps(say)
	s.checkSelection(say)
	if t := s.Expect.Targets; t != nil && (t.Least < 1 || t.Most < t.Least) {
		say("expect.targets: a plan has at least one target, and at most as many as it says.")
	}
	for _, w := range s.Waves {
		if w < 1 {
			say("waves: the size of a wave is at least 1.")
		}
	}
	if len(s.Waves) > 0 && s.Waves[0] != 1 {
		say("waves: the first wave is a single target.")
	}
	for i := 1; i < len(s.Waves); i++ {
		if s.Waves[i] > 10*s.Waves[i-1] {
			say("waves: a wave is at most ten times the one before it.")
		}
	}
	if len(wrong) > 0 {
		return fault.BadAll(wrong)
	}
	if len(s.Waves) == 0 {
		s.Waves = []int{1, 10, 100}
	}
	return nil
}

func (s *Spec) checkSelection(say func(string, ...any)) {
	t := s.Targets
	if !slices.Contains([]TargetKind{SiteTarget, AddonTarget}, t.Kind) {
		say("targets.kind: say site or addon; %q is neither.", t.Kind)
		return
	}
	ways := 0
	for _, given := range []bool{len(t.IDs) > 0, len(t.Where) > 0, strings.TrimSpace(s.Script) != ""} {
		if given {
			ways++
		}
	}
	if ways != 1 {
		say("targets: choose by exactly one of ids, where and script; a list or a filter that is empty selects nothing, and a plan for nothing is a mistake.")
	}
	if len(t.IDs) > maxIDs {
		say("targets.ids: at most %d.", maxIDs)
		return
	}
	seen := map[string]bool{}
	for _, id := range t.IDs {
		if err := checkID(t.Kind, id); err != nil {
			say("targets.ids: %s", err)
		} else if seen[id] {
			say("targets.ids: %s is named twice.", id)
		}
		seen[id] = true
		if len(seen) > 20 && len(t.IDs) > 20 && checkID(t.Kind, id) != nil {
			say("targets.ids: … and more.")
			return
		}
	}
	for name, value := range t.Where {
		if err := checkFilter(t.Kind, name, value); err != nil {
			say("targets.where.%s: %s", name, err)
		}
	}
}

// checkID refuses identifiers of another kind before anything is looked up.
func checkID(kind TargetKind, id string) error {
	var err error
	if kind == SiteTarget {
		_, err = ids.Parse[ids.Site](id)
	} else {
		_, err = ids.Parse[ids.App](id)
	}
	return err
}
