package maintenance

import (
	"context"
	"fmt"
	"runtime/metrics"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"holdfast.dev/internal/base/fault"
)

// A script selects targets: a pure function of what a candidate is. It has no clock, no network, no files and no load; it is stored and hashed with
// the plan, and it is run once, when the plan is resolved.

const (
	maxScript = 64 << 10
	maxSteps  = 20_000_000 // of all candidates together
	maxHeap   = 512 << 20  // bytes by which the process may grow while a script runs
	lookEvery = 8          // steps between two looks at memory: what doubles at every step must not get far
)

// selector runs a script's select function over candidates.
type selector struct {
	thread *starlark.Thread
	fn     starlark.Callable
}

// newSelector compiles a script. fault.KindInvalid says where it is wrong.
func newSelector(ctx context.Context, script string) (*selector, error) {
	if len(script) > maxScript {
		return nil, fault.Bad("A script has at most %d bytes.", maxScript)
	}
	thread := &starlark.Thread{Name: "plan", Print: func(*starlark.Thread, string) {}}
	limitScript(thread)
	stop := context.AfterFunc(ctx, func() { thread.Cancel("the request ended") })
	defer stop()
	globals, err := starlark.ExecFileOptions(&syntax.FileOptions{}, thread, "plan.star", script, nil)
	if err != nil {
		return nil, fault.Bad("The script cannot be run: %s", scriptError(err))
	}
	fn, ok := globals["select"].(starlark.Callable)
	if !ok {
		return nil, fault.Bad("The script defines no function select(target).")
	}
	globals.Freeze()
	return &selector{thread, fn}, nil
}

// limitScript ends a script that runs too long or makes the process grow.
func limitScript(thread *starlark.Thread) {
	start := heap()
	thread.SetMaxExecutionSteps(lookEvery)
	thread.OnMaxSteps = func(t *starlark.Thread) {
		switch {
		case t.ExecutionSteps() > maxSteps:
			t.Cancel("it runs for too many steps")
		case heap() > start+maxHeap:
			t.Cancel("it takes too much memory")
		default:
			t.SetMaxExecutionSteps(t.ExecutionSteps() + lookEvery)
		}
	}
}

// heap gives the bytes of live objects in the process.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// selects tells whether the script takes a candidate. Anything but True and False is an error: a script that forgets to answer has not said no.
func (s *selector) selects(c Candidate) (bool, error) {
	attrs := starlark.StringDict{}
	for name, value := range c.attributes() {
		attrs[name] = starlark.String(value)
	}
	attrs["active_users"] = starlark.MakeInt(c.ActiveUsers)
	v, err := starlark.Call(s.thread, s.fn, starlark.Tuple{candidate{attrs}}, nil)
	if err != nil {
		return false, fault.Bad("The script fails on %s (%s): %s", c.Name, c.ID, scriptError(err))
	}
	b, ok := v.(starlark.Bool)
	if !ok {
		return false, fault.Bad("The script answers %s for %s; it must answer True or False.", v.Type(), c.Name)
	}
	return bool(b), nil
}

func scriptError(err error) string {
	if e, ok := err.(*starlark.EvalError); ok { //nolint:errorlint // the interpreter gives it unwrapped
		return strings.TrimSpace(e.Backtrace())
	}
	return err.Error()
}

// candidate is a Candidate for a script: attributes that can be read.
type candidate struct{ attrs starlark.StringDict }

// String implements starlark.Value.
func (c candidate) String() string { return fmt.Sprintf("target(%v)", c.attrs["id"]) }

// Type implements starlark.Value.
func (c candidate) Type() string { return "target" }

// Freeze implements starlark.Value.
func (c candidate) Freeze() {}

// Truth implements starlark.Value.
func (c candidate) Truth() starlark.Bool { return true }

// Hash implements starlark.Value.
func (c candidate) Hash() (uint32, error) { return 0, fmt.Errorf("a target cannot be a key") }

// Attr implements starlark.HasAttrs.
func (c candidate) Attr(name string) (starlark.Value, error) {
	v, ok := c.attrs[name]
	if !ok {
		return nil, nil
	}
	return v, nil
}

// AttrNames implements starlark.HasAttrs.
func (c candidate) AttrNames() []string { return c.attrs.Keys() }
