package app

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/maintenance"
)

// runInfo is how far a run of a plan is, as this process knows it.
type runInfo struct {
	Verb    string    `json:"verb" doc:"applying or taking back"`
	Running bool      `json:"running"`
	Done    int       `json:"done"`
	Total   int       `json:"total"`
	Text    string    `json:"text" doc:"What was touched last, by name"`
	Error   string    `json:"error,omitempty" doc:"Why it ended early"`
	Started time.Time `json:"started"`
	Changed time.Time `json:"changed"`
}

// planRuns knows the runs of plans that this process works at or did last. What happened for good stands in the control database; this is for those who
// watch.
type planRuns struct {
	node *Node
	mu   sync.Mutex
	runs map[ids.Plan]*planRun
}

type planRun struct {
	info    runInfo
	changed chan struct{} // closed at the next change
}

func newPlanRuns(n *Node) *planRuns { return &planRuns{node: n, runs: map[ids.Plan]*planRun{}} }

// runsKept bounds the runs that ended and are still told of.
const runsKept = 200

// of gives how far a run is and what is closed when it goes on; ok is false for a plan that was not run here.
func (p *planRuns) of(id ids.Plan) (info runInfo, changed <-chan struct{}, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.runs[id]
	if r == nil {
		return info, nil, false
	}
	return r.info, r.changed, true
}

func (p *planRuns) update(r *planRun, fn func(*runInfo)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fn(&r.info)
	r.info.Changed = p.node.Clock.Now().UTC()
	close(r.changed)
	r.changed = make(chan struct{})
}

func (p *planRuns) add(id ids.Plan, r *planRun) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.runs) >= runsKept {
		for old, other := range p.runs {
			if !other.info.Running {
				delete(p.runs, old)
			}
		}
	}
	p.runs[id] = r
}

// soon is how long a caller waits to be told that a run was refused. A run that is not refused has touched a target by then, or is about to.
const soon = 2 * time.Second

// start works at a plan after the request that asked for it has ended. An error is that of a run that ended before it touched anything.
func (p *planRuns) start(ctx context.Context, id ids.Plan, verb string, do func(context.Context, maintenance.Report) (*maintenance.Plan, error)) error {
	ctx = identity.WithOrigin(identity.With(context.WithoutCancel(ctx), identity.From(ctx)), identity.OriginFrom(ctx))
	now := p.node.Clock.Now().UTC()
	r := &planRun{info: runInfo{Verb: verb, Running: true, Started: now, Changed: now}, changed: make(chan struct{})}
	touched := make(chan struct{})
	ended := make(chan error, 1)
	var once sync.Once
	p.node.running.Go(func() {
		_, err := do(ctx, func(done, total int, text string) {
			once.Do(func() { p.add(id, r); close(touched) })
			p.update(r, func(i *runInfo) { i.Done, i.Total, i.Text = done, total, text })
		})
		p.update(r, func(i *runInfo) {
			if i.Running = false; err != nil {
				i.Error = err.Error()
			}
		})
		ended <- err
	})
	select {
	case err := <-ended:
		select {
		case <-touched: // it is told by the plan, whose state says how it ended
			return nil
		default:
			return err
		}
	case <-touched:
	case <-time.After(soon):
	}
	return nil
}

// streamed is how often a watcher of a run is told at most.
const streamed = 150 * time.Millisecond

// streamPlan tells how a run goes on (Server-Sent Events: progress, then end). Without a run it ends at once.
func (s *Server) streamPlan(w http.ResponseWriter, c *call, _ none) error {
	if _, err := s.node.Maintenance.Get(c.Context(), c.plan); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	httpkit.Unbuffered(w)
	w.WriteHeader(http.StatusOK)
	out := eventStream{w: w, rc: http.NewResponseController(w)}
	for out.err == nil {
		info, changed, ok := s.runs.of(c.plan)
		data, err := json.Marshal(info)
		if err != nil {
			return nil //nolint:nilerr // the header is out; a runInfo always encodes
		}
		if !ok || !info.Running {
			out.send("end", "", data)
			return nil
		}
		out.send("progress", "", data)
		select {
		case <-c.Context().Done():
			return nil
		case <-changed:
		case <-time.After(heartbeat):
			out.comment()
		}
		select {
		case <-c.Context().Done():
			return nil
		case <-time.After(streamed):
		}
	}
	return nil // the browser went away
}
