package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/catalog"
	"holdfast.dev/internal/product/tracker/changes"
)

const (
	// heartbeat keeps proxies from closing a quiet stream.
	heartbeat = 15 * time.Second
	// replayed is how many commits a browser that comes back is told one by one; after more it reads everything anew.
	replayed = 200
	// described bounds the rows of a commit that are told as single things; a bulk change is told by type.
	described = 1000
	// streams bounds the browsers that listen to one site.
	streams = 2000
)

// entity is a thing that a commit touched, as browsers are told of it.
type entity struct {
	Type    string `json:"type"`
	ID      string `json:"id"`
	Key     string `json:"key,omitempty"`
	Project string `json:"project,omitempty"`
	Op      string `json:"op"`
}

// getEvents streams the commits of the site to a browser (Server-Sent Events). Last-Event-ID continues after a commit.
func (s *Server) getEvents(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := s.node.workVolume(ctx)
	if err != nil {
		return err
	}
	if s.node.commits.count(v.Ref()) >= streams {
		return fault.Unavailable("Too many browsers listen to this site; this one reads anew when it is looked at.")
	}
	l, stop := s.node.commits.listen(v.Ref())
	defer stop()
	head, missed, err := s.missedCommits(ctx, v, r.Header.Get("Last-Event-ID"))
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	httpkit.Unbuffered(w)
	w.WriteHeader(http.StatusOK)
	out := eventStream{w: w, rc: http.NewResponseController(w)}
	if missed == nil {
		out.send("reset", head, []byte("{}"))
	}
	for _, c := range missed {
		out.send("commit", c.Seq, s.event(ctx, v, c))
	}
	out.comment()
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for out.err == nil {
		select {
		case <-ctx.Done():
			return nil
		case <-l.missed:
			out.send("reset", 0, []byte("{}"))
			return nil // the browser comes back and continues from the newest commit
		case c := <-l.commits:
			if c.Seq > head {
				out.send("commit", c.Seq, s.event(ctx, v, c))
			}
		case <-tick.C:
			out.comment()
		}
	}
	return nil // the browser went away
}

// missedCommits gives the newest commit and those after the one that the browser saw last; nil when it must read everything anew.
func (s *Server) missedCommits(ctx context.Context, v *volume.Volume, last string) (head int64, missed []journal.Commit, err error) {
	err = v.Read(ctx, func(tx *volume.Tx) error {
		h, err := journal.ReadHead(ctx, tx.Tx)
		if err != nil {
			return err
		}
		head = h.Seq
		if last == "" {
			missed = []journal.Commit{}
			return nil
		}
		seen, err := strconv.ParseInt(last, 10, 64)
		if err != nil || seen > head || head-seen > replayed {
			return nil
		}
		missed, err = journal.Commits(ctx, tx.Tx, seen, replayed)
		if missed == nil {
			missed = []journal.Commit{}
		}
		return err
	})
	return head, missed, err
}

// event tells a commit. All browsers of a site are told the same, so it is made once.
func (s *Server) event(ctx context.Context, v *volume.Volume, c journal.Commit) []byte {
	return s.told.get(toldKey{v.Ref(), c.Seq, c.At}, func() []byte {
		entities, err := s.entities(ctx, v, c)
		if err != nil {
			s.node.Log.Error("commit could not be told to browsers", "volume", v.Ref().String(), "commit", c.Seq, "error", err)
			entities = []entity{{Type: "unknown", Op: changes.Update}}
		}
		b, err := json.Marshal(map[string]any{"seq": c.Seq, "at": c.At.UTC().Format(time.RFC3339Nano), "actor": c.Actor, "entities": entities})
		if err != nil {
			return []byte("{}")
		}
		return b
	})
}

func (s *Server) entities(ctx context.Context, v *volume.Volume, c journal.Commit) ([]entity, error) {
	out := []entity{}
	if c.Summary.Changes() <= described {
		err := v.Read(ctx, func(tx *volume.Tx) error {
			cat, err := catalog.Load(ctx, tx)
			if err != nil {
				return err
			}
			items, err := changes.Commit(ctx, tx, changes.Words{Catalog: cat, Person: func(a string) string { return a }}, c)
			for _, i := range items {
				out = append(out, entity{i.Type, i.ID, i.Key, i.Project, i.Op})
			}
			return err
		})
		if err == nil || !changes.Gone(err) {
			return out, err
		}
	}
	seen := map[entity]bool{}
	for _, t := range c.Summary {
		e := entity{Type: changes.TypeOf(t.Table), Op: changes.Update}
		if e.Type != "" && !seen[e] {
			seen[e] = true
			out = append(out, e)
		}
	}
	return out, nil
}

type toldKey struct {
	ref volume.Ref
	seq int64
	at  time.Time
}

// told keeps what the newest commits were told as.
type told struct {
	mu   sync.Mutex
	made map[toldKey]func() []byte
	keys []toldKey
}

const toldKept = 256

func (t *told) get(k toldKey, makeOne func() []byte) []byte {
	t.mu.Lock()
	f := t.made[k]
	if f == nil {
		f = sync.OnceValue(makeOne)
		if t.made == nil {
			t.made = map[toldKey]func() []byte{}
		}
		t.made[k] = f
		if t.keys = append(t.keys, k); len(t.keys) > toldKept {
			delete(t.made, t.keys[0])
			t.keys = t.keys[1:]
		}
	}
	t.mu.Unlock()
	return f()
}

// eventStream writes events until the browser is gone.
type eventStream struct {
	w   http.ResponseWriter
	rc  *http.ResponseController
	err error
}

func (o *eventStream) send(event string, id int64, data []byte) {
	if id > 0 {
		o.write("event: %s\nid: %d\ndata: %s\n\n", event, id, data)
		return
	}
	o.write("event: %s\ndata: %s\n\n", event, data)
}

func (o *eventStream) comment() { o.write(": still here\n\n") }

func (o *eventStream) write(format string, args ...any) {
	if o.err != nil {
		return
	}
	if _, o.err = fmt.Fprintf(o.w, format, args...); o.err == nil {
		o.err = o.rc.Flush()
	}
}
