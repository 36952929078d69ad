package publish

import (
	"context"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/storage"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/page"
	"holdfast.dev/internal/product/status/public"
)

// Live serves pages from memory. What it holds is rendered again once the volume has a newer commit, or once time-dependent parts have moved on.
type Live struct {
	clock  clock.Clock
	images func(ctx context.Context) public.Images
	flight singleflight.Group

	mu    sync.RWMutex
	held  map[liveKey]*liveFile
	bytes int
}

type liveKey struct {
	ref  volume.Ref
	page string // empty: the first
	name string
}

type liveFile struct {
	*file
	seq, generation int64
	private         bool      // only for whom it is admitted
	slot            int64     // of the clock
	checked         time.Time // when other nodes were asked; zero where there are none
	missing         error     // of a private page: there is no such document, which only those who may read it learn
}

// maxHeld bounds what is held, in bytes of plain documents.
const maxHeld = 64 << 20

// NewLive makes an empty one.
func NewLive(c clock.Clock, images func(ctx context.Context) public.Images) *Live {
	return &Live{clock: c, images: images, held: map[liveKey]*liveFile{}}
}

// recheck is how often other nodes on the same database are asked for commits.
const recheck = time.Second

// Serve answers a request for a document of a page, the first page when pageID is empty. Documents of a private page are for those alone whom admit
// lets in.
func (l *Live) Serve(w http.ResponseWriter, r *http.Request, v *volume.Volume, pageID, path string, admit func() error) error {
	name, slash := Clean(path)
	if name != "" && isPage(name) && !slash {
		Redirect(w, r)
		return nil
	}
	f, err := l.get(r.Context(), v, liveKey{v.Ref(), pageID, name})
	if err != nil {
		return err
	}
	if f.private {
		if err := admit(); err != nil {
			return err
		}
		if f.missing != nil {
			return f.missing
		}
		f.serve(private{w}, r)
		return nil
	}
	f.serve(w, r)
	return nil
}

// private answers so that nothing between keeps what only the reader may see.
type private struct{ http.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (p private) WriteHeader(status int) {
	h := p.Header()
	h["Cache-Control"] = []string{"private, no-store"}
	delete(h, "Access-Control-Allow-Origin")
	h["Cross-Origin-Resource-Policy"] = []string{"same-origin"}
	p.ResponseWriter.WriteHeader(status)
}

func (l *Live) get(ctx context.Context, v *volume.Volume, key liveKey) (*liveFile, error) {
	now := l.clock.Now()
	l.mu.RLock()
	f := l.held[key]
	l.mu.RUnlock()
	if f != nil && f.slot == public.Slot(now).Unix() && (f.checked.IsZero() || now.Sub(f.checked) < recheck) {
		if seq, generation, open := v.Known(ctx); open && seq == f.seq && generation == f.generation {
			return f, nil
		}
	}
	got, err, _ := l.flight.Do(key.ref.String()+"\x00"+key.page+"\x00"+key.name, func() (any, error) {
		return l.render(context.WithoutCancel(ctx), v, key, f)
	})
	if err != nil {
		return nil, err
	}
	return got.(*liveFile), nil
}

// caughtUp is the key of a remembered nothing: asking for it makes a node learn of the commits of others.
type caughtUp struct{}

func (l *Live) render(ctx context.Context, v *volume.Volume, key liveKey, old *liveFile) (f *liveFile, err error) {
	err = v.Read(ctx, func(tx *volume.Tx) error {
		if _, err := volume.Memo(ctx, tx, caughtUp{}, nil, func() (struct{}, error) { return struct{}{}, nil }); err != nil {
			return err
		}
		seq, generation := tx.At()
		f = &liveFile{seq: seq, generation: generation, slot: public.Slot(tx.Now()).Unix()}
		if tx.Dialect() == storage.Postgres {
			f.checked = tx.Now()
		}
		if old != nil && old.seq == f.seq && old.generation == f.generation && old.slot == f.slot {
			f.file, f.private, f.missing = old.file, old.private, old.missing
			return nil
		}
		p, err := page.First(ctx, tx)
		if key.page != "" {
			p, err = page.Get(ctx, tx, key.page)
		}
		if err != nil {
			return err
		}
		s, err := public.Load(ctx, tx, p, l.images(ctx))
		if err != nil {
			return err
		}
		f.private = p.Settings.Private
		body, err := s.Render(key.name)
		if f.private && fault.Is(err, fault.KindNotFound) {
			f.missing, f.file = err, newFile(key.name, Encoded{})
			return nil
		}
		if err != nil {
			return err
		}
		if old != nil && old.missing == nil && string(old.Plain) == string(body) {
			f.file = old.file
			return nil
		}
		f.file = newFile(key.name, encode(body, public.Type(key.name)))
		return nil
	})
	if err != nil {
		return nil, err
	}
	if f.missing == nil { // anybody may ask for anything: what is not there is not held
		l.keep(key, f)
	}
	return f, nil
}

// keep holds a document; when there are too many, all are forgotten, which costs one rendering each.
func (l *Live) keep(key liveKey, f *liveFile) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if old := l.held[key]; old != nil {
		l.bytes -= len(old.Plain)
	}
	if l.bytes += len(f.Plain); l.bytes > maxHeld {
		l.held, l.bytes = map[liveKey]*liveFile{}, len(f.Plain)
	}
	l.held[key] = f
}

// NotFound says that there is no such document, for callers that answer with a page.
func NotFound(err error) bool { return fault.Is(err, fault.KindNotFound) }
