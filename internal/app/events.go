package app

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/base/ids"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/journal"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/tracker/changes"
)

const (
	// heartbeat keeps proxies from closing a quiet stream.
	heartbeat = 15 * time.Second
	// replayed is how many commits a browser that comes back is told one by one; after more it reads everything anew.
	replayed = 200
	// described bounds the rows of a commit that are told as single things; a bulk change is told by type.
	described = 1000
	// inHand is how long a commit may take from its time to being seen: what began before a session may end after it.
	inHand = 5 * time.Second
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

// position is how far a browser has seen each volume of its site, as it repeats it in Last-Event-ID: "oncall.4~work.17".
type position map[string]int64

func (p position) String() string {
	var parts []string
	for kind, seq := range p {
		parts = append(parts, kind+"."+strconv.FormatInt(seq, 10))
	}
	slices.Sort(parts)
	return strings.Join(parts, "~")
}

// parsePosition reads what String wrote; ok is false for anything else.
func parsePosition(s string) (p position, ok bool) {
	p = position{}
	for part := range strings.SplitSeq(s, "~") {
		kind, number, found := strings.Cut(part, ".")
		seq, err := strconv.ParseInt(number, 10, 64)
		if !found || err != nil {
			return nil, false
		}
		p[kind] = seq
	}
	return p, true
}

// getEvents streams the commits of the site's volumes to a browser (Server-Sent Events). Last-Event-ID continues after what was
// seen; a browser that saw none yet gives in "since" the time of its session, and is told what came between that and its listening.
func (s *Server) getEvents(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	site := httpkit.SiteFrom(ctx)
	if site == nil {
		return errNoSite
	}
	refs := s.node.servedVolumes(site.ID)
	if len(refs) == 0 {
		return errNoSite
	}
	if s.node.commits.count(refs[0]) >= streams {
		return fault.Unavailable("Too many browsers listen to this site; this one reads anew when it is looked at.")
	}
	l, stop := s.node.commits.listen(refs...)
	defer stop()
	seen, resumed := parsePosition(r.Header.Get("Last-Event-ID"))
	// A time that cannot be read is as none: the browser then hears of what comes.
	since, _ := time.Parse(time.RFC3339Nano, r.URL.Query().Get("since"))
	heads := position{}
	var missed []volumeCommit
	again := r.Header.Get("Last-Event-ID") != "" && !resumed
	if seen == nil {
		seen = position{}
	}
	for _, ref := range refs {
		head, commits, err := s.missedCommits(ctx, s.node.Pool.Volume(ref), seen, resumed, since)
		if err != nil {
			return err
		}
		heads[ref.Kind] = head
		again = again || commits == nil
		for _, c := range commits {
			missed = append(missed, volumeCommit{ref, c})
		}
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	httpkit.Unbuffered(w)
	w.WriteHeader(http.StatusOK)
	out := eventStream{w: w, rc: http.NewResponseController(w)}
	if again {
		out.send("reset", heads.String(), []byte("{}"))
	} else {
		at := maps.Clone(heads)
		for kind := range at {
			if s, ok := seen[kind]; ok {
				at[kind] = s
			}
		}
		slices.SortStableFunc(missed, func(a, b volumeCommit) int { return a.commit.At.Compare(b.commit.At) })
		for _, m := range missed {
			at[m.ref.Kind] = m.commit.Seq
			out.send("commit", at.String(), s.event(ctx, m.ref, m.commit))
		}
		// Where the browser is from now on, so that it can go on from here although nothing happened since.
		out.send("position", heads.String(), []byte("{}"))
	}
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for out.err == nil {
		select {
		case <-ctx.Done():
			return nil
		case <-l.missed:
			out.send("reset", "", []byte("{}"))
			return nil // the browser comes back and continues from the newest commit
		case m := <-l.commits:
			if m.commit.Seq > heads[m.ref.Kind] {
				heads[m.ref.Kind] = m.commit.Seq
				out.send("commit", heads.String(), s.event(ctx, m.ref, m.commit))
			}
		case <-tick.C:
			out.comment()
		}
	}
	return nil // the browser went away
}

// servedVolumes lists the volumes of a site, the work volume first.
func (n *Node) servedVolumes(site ids.Site) []volume.Ref {
	refs := n.Fleet.VolumesOf(site.String())
	slices.SortFunc(refs, func(a, b volume.Ref) int { return -strings.Compare(a.Kind, b.Kind) })
	return refs
}

// missedCommits gives the newest commit of a volume and those after what the browser saw of it; nil when it must read everything anew.
func (s *Server) missedCommits(ctx context.Context, v *volume.Volume, seen position, resumed bool, since time.Time) (head int64, missed []journal.Commit, err error) {
	err = v.Read(ctx, func(tx *volume.Tx) error {
		h, err := journal.ReadHead(ctx, tx.Tx)
		if err != nil {
			return err
		}
		head = h.Seq
		last, known := seen[v.Ref().Kind]
		switch {
		case resumed:
		case since.IsZero():
			missed = []journal.Commit{}
			return nil
		default:
			if last, err = journal.At(ctx, tx.Tx, since.Add(-inHand).UnixMicro()); err != nil {
				return err
			}
			known, seen[v.Ref().Kind] = true, last
		}
		if !known || last > head || head-last > replayed {
			return nil
		}
		missed, err = journal.Commits(ctx, tx.Tx, last, replayed)
		if missed == nil {
			missed = []journal.Commit{}
		}
		return err
	})
	return head, missed, err
}

// event tells a commit. All browsers of a site are told the same, so it is made once.
func (s *Server) event(ctx context.Context, ref volume.Ref, c journal.Commit) []byte {
	return s.told.get(toldKey{ref, c.Seq, c.At}, func() []byte {
		entities, err := s.entities(ctx, s.node.Pool.Volume(ref), c)
		if err != nil {
			s.node.Log.Error("commit could not be told to browsers", "volume", ref.String(), "commit", c.Seq, "error", err)
			entities = []entity{{Type: "unknown", Op: changes.Update}}
		}
		b, err := json.Marshal(map[string]any{"seq": c.Seq, "volume": ref.Kind, "at": c.At.UTC().Format(time.RFC3339Nano), "actor": c.Actor, "entities": entities})
		if err != nil {
			return []byte("{}")
		}
		return b
	})
}

func (s *Server) entities(ctx context.Context, v *volume.Volume, c journal.Commit) ([]entity, error) {
	kind := v.Ref().Kind
	out := []entity{}
	if c.Summary.Changes() <= described {
		err := v.Read(ctx, func(tx *volume.Tx) error {
			words, err := s.node.plainWords(ctx, tx, kind)
			if err != nil {
				return err
			}
			items, err := s.node.describeCommit(ctx, tx, kind, words, c)
			for _, i := range items {
				out = append(out, entity{i.Type, i.ID, i.Key, i.Project, i.Op})
			}
			return err
		})
		if err == nil || !gone(err) {
			return out, err
		}
	}
	seen := map[entity]bool{}
	for _, t := range c.Summary {
		e := entity{Type: s.node.typeOf(kind, t.Table), Op: changes.Update}
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

func (o *eventStream) send(event, id string, data []byte) {
	if id != "" {
		o.write("event: %s\nid: %s\ndata: %s\n\n", event, id, data)
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
