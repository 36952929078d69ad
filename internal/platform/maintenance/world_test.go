package maintenance

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/storage/storagetest"
	"holdfast.dev/internal/platform/volume"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

// lamp is the simplest thing that a plan can act on: it is on or off, and has a name. It belongs to a site that answers unless it burns.
type lamp struct {
	Candidate
	on bool
}

// house is a fleet of lamps: the outside world of the engine, which itself and its database are real.
type house struct {
	mu      sync.Mutex
	lamps   map[string]*lamp
	order   []string
	away    error // why the inventory cannot be read
	touched int
	refuse  map[string]bool // lamps that cannot be switched
}

func newHouse(lamps int) *house {
	h := &house{lamps: map[string]*lamp{}, refuse: map[string]bool{}}
	for i := range lamps {
		id := ids.New[ids.Site](time.Unix(1_700_000_000, int64(i)*int64(time.Millisecond))).String()
		h.lamps[id] = &lamp{Candidate{ID: id, Name: fmt.Sprintf("lamp %d", i), State: "active", Site: id, SiteSlug: fmt.Sprintf("lamp-%d", i), SiteState: "active", Customer: "acme", CustomerID: "org_1", ActiveUsers: i, Cell: fmt.Sprintf("cell-%d", i%2)}, true}
		h.order = append(h.order, id)
	}
	return h
}

// Candidates implements World.
func (h *house) Candidates(_ context.Context, kind TargetKind) (out []Candidate, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.away != nil {
		return nil, h.away
	}
	for _, id := range h.order {
		if kind == SiteTarget {
			out = append(out, h.lamps[id].Candidate)
		}
	}
	return out, nil
}

// Probe implements World.
func (h *house) Probe(context.Context, string) error { return nil }

func (h *house) dark() (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, l := range h.lamps {
		if !l.on {
			n++
		}
	}
	return n
}

// switchOff is an action on lamps.
type switchOff struct{ h *house }

// Kind implements Action.
func (switchOff) Kind() string { return "switch-off" }

// Target implements Action.
func (switchOff) Target() TargetKind { return SiteTarget }

// Check implements Action.
func (switchOff) Check(params map[string]string) error {
	if len(params) > 0 {
		return fault.Bad("action.params: none.")
	}
	return nil
}

// Describe implements Action.
func (switchOff) Describe(map[string]string) string { return "switch a lamp off" }

// Promise implements Action.
func (switchOff) Promise(map[string]string) Promise {
	return Promise{"the lamp is there", "it is off", "it is switched on"}
}

// TakesSiteOut implements Action.
func (switchOff) TakesSiteOut() bool { return false }

func lampState(on bool) Snapshot {
	return Snapshot{State: map[string]string{"lamp": map[bool]string{true: "on", false: "off"}[on]}}
}

// Before implements Action.
func (a switchOff) Before(_ context.Context, c Candidate, _ map[string]string) (Snapshot, error) {
	a.h.mu.Lock()
	defer a.h.mu.Unlock()
	l := a.h.lamps[c.ID]
	if l == nil {
		return Snapshot{}, errors.New("there is no such lamp")
	}
	return lampState(l.on), nil
}

// After implements Action.
func (switchOff) After(Snapshot, map[string]string) Snapshot { return lampState(false) }

// Apply implements Action.
func (a switchOff) Apply(_ context.Context, t Target, _ map[string]string) error {
	return a.set(t.ID, false)
}

// Undo implements Action.
func (a switchOff) Undo(_ context.Context, t Target, _ map[string]string) error {
	return a.set(t.ID, t.Before.State["lamp"] == "on")
}

func (a switchOff) set(id string, on bool) error {
	a.h.mu.Lock()
	defer a.h.mu.Unlock()
	if a.h.refuse[id] {
		return errors.New("it is stuck")
	}
	if !on {
		a.h.touched++
	}
	a.h.lamps[id].on = on
	return nil
}

// bench is an engine over a house.
type bench struct {
	*Engine
	house *house
	clock *clock.Fake
	told  []string
}

func newBench(t testing.TB, engine storage.Engine, lamps int) *bench {
	t.Helper()
	b := &bench{house: newHouse(lamps), clock: clock.NewFake(time.Date(2026, 4, 5, 7, 38, 0, 0, time.UTC))}
	place := volume.Place{Engine: engine, Generation: 1}
	pool := volume.NewPool(volume.Config{Kinds: []volume.Kind{{Name: "control", Migrations: Migrations(), Tables: Tables}}, Clock: b.clock,
		Locate: func(context.Context, volume.Ref) (volume.Place, error) { return place, nil }})
	t.Cleanup(pool.Close)
	ref := volume.Ref{Kind: "control", Owner: "control"}
	if err := pool.Create(context.Background(), ref, place); err != nil {
		t.Fatal(err)
	}
	b.Engine = New(Config{Control: pool.Volume(ref), World: b.house, Actions: []Action{switchOff{b.house}}, Clock: b.clock, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		Sign: func(d []byte) []byte { return d }, TellOwners: func(_ context.Context, subject, _ string) error { b.told = append(b.told, subject); return nil }})
	return b
}

func as(name string) context.Context {
	return identity.With(context.Background(), identity.Principal{Kind: identity.Operator, Name: name})
}

// approved makes a plan of ann's that bob has approved.
func (b *bench) approved(t testing.TB, targets string) *Plan {
	t.Helper()
	p, err := b.Plan(as("ann"), []byte("name: n\nreason: r\naction: {kind: switch-off}\nexpect: {targets: 1..1000}\ntargets: "+targets+"\n"))
	if err == nil {
		p, err = b.Approve(as("bob"), p.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}
