package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"holdfast.dev/internal/base/clock"
	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/platform/apikey"
	"holdfast.dev/internal/platform/httpkit"
	"holdfast.dev/internal/platform/identity"
	"holdfast.dev/internal/platform/ratelimit"
	"holdfast.dev/internal/platform/volume"
	"holdfast.dev/internal/product/status/needs"
	"holdfast.dev/internal/product/status/page"
	"holdfast.dev/internal/product/status/public"
	"holdfast.dev/internal/product/status/publish"
)

// Deps is what the API needs from its surroundings.
type Deps struct {
	Clock    clock.Clock
	Volume   func(ctx context.Context) (*volume.Volume, error)
	Blobs    func(ctx context.Context) needs.Blobs
	Accounts httpkit.Authenticator
	Live     *publish.Live
	Domains  *publish.Domains
	Folder   func(ctx context.Context) string // of the site's static copies
}

type handler struct {
	Deps
	keys                httpkit.Authenticator
	byIP, byWhom, byAll *ratelimit.Limiter
}

func newHandler(d Deps) *handler {
	h := &handler{Deps: d}
	h.keys = keyOrAccount{h}
	// Whoever fills in the form for others is slowed down three ways: by where they are, by whom they bother, and all together by page.
	h.byIP = ratelimit.New(10, time.Minute, 50_000, d.Clock)
	h.byWhom = ratelimit.New(3, 20*time.Minute, 50_000, d.Clock)
	h.byAll = ratelimit.New(200, 2*time.Second, 10_000, d.Clock)
	return h
}

// keyOrAccount proves manage keys, and accounts where no key is brought.
type keyOrAccount struct{ h *handler }

// Authenticate implements httpkit.Authenticator.
func (a keyOrAccount) Authenticate(r *http.Request) (httpkit.Caller, error) {
	key := apikey.FromRequest(r)
	if key == "" {
		return a.h.Accounts.Authenticate(r)
	}
	site, err := apikey.Site(page.KeyKind, key)
	if err != nil {
		return httpkit.Caller{}, fault.Unauthenticated("Could not authenticate")
	}
	if s := httpkit.SiteFrom(r.Context()); s == nil || s.ID != site {
		return httpkit.Caller{}, fault.Unauthenticated("Could not authenticate")
	}
	v, err := a.h.Volume(r.Context())
	if err != nil {
		return httpkit.Caller{}, err
	}
	var k *page.Key
	err = v.Read(r.Context(), func(tx *volume.Tx) (err error) {
		k, err = page.FindKey(r.Context(), tx, key)
		return err
	})
	if err != nil {
		return httpkit.Caller{}, err
	}
	return httpkit.Caller{Principal: identity.Principal{Kind: identity.Key, Name: k.Name}, Member: true}, nil
}

// call is what every use case on a page needs.
type call struct {
	ctx  context.Context
	tx   *volume.Tx
	page *page.Page
}

// read runs fn on one instant of the page that the path names.
func (h *handler) read(r *http.Request, fn func(c *call) error) error {
	return h.with(r, (*volume.Volume).Read, fn)
}

// write runs fn as one commit on the page that the path names.
func (h *handler) write(r *http.Request, fn func(c *call) error) error {
	return h.with(r, (*volume.Volume).Write, fn)
}

func (h *handler) with(r *http.Request, run func(*volume.Volume, context.Context, func(*volume.Tx) error) error, fn func(c *call) error) error {
	ctx := r.Context()
	v, err := h.Volume(ctx)
	if err != nil {
		return err
	}
	return run(v, ctx, func(tx *volume.Tx) (err error) {
		c := &call{ctx: ctx, tx: tx}
		if id := r.PathValue("page"); id != "" {
			c.page, err = page.Get(ctx, tx, id)
		} else {
			c.page, err = page.First(ctx, tx)
		}
		if err != nil {
			return err
		}
		return fn(c)
	})
}

// admin refuses members who are no administrators; keys manage everything.
func admin(r *http.Request) error {
	if who := identity.From(r.Context()); who.Admin || who.Kind == identity.Key {
		return nil
	}
	return fault.Forbidden("You need to be an administrator of this site to do that.")
}

// site reads the page as the public sees it.
func (h *handler) site(c *call) (*public.Site, error) {
	return public.Load(c.ctx, c.tx, c.page, h.images(c.ctx))
}

// images reads logos, which are small.
func (h *handler) images(ctx context.Context) public.Images { return Images(h.Blobs(ctx)) }

// Images reads logos out of a site's blobs.
func Images(blobs needs.Blobs) public.Images {
	return func(ctx context.Context, hash string) ([]byte, error) {
		f, err := blobs.Open(ctx, hash)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return io.ReadAll(io.LimitReader(f, public.MaxImage))
	}
}

// body reads what a client sends under a name, such as {"incident":{…}}; the vendor's clients send the fields bare, too.
func body[T any](r *http.Request, name string) (v T, err error) {
	raw, err := httpkit.DecodeLoose[json.RawMessage](r)
	if err != nil {
		return v, err
	}
	var wrapped map[string]json.RawMessage
	if json.Unmarshal(raw, &wrapped) == nil && wrapped[name] != nil && bytes.HasPrefix(bytes.TrimSpace(wrapped[name]), []byte("{")) {
		raw = wrapped[name]
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, fault.Wrap(err, fault.KindInvalid, "The request cannot be read: %s", err)
	}
	return v, nil
}

// paging reads the vendor's page parameters: page from 1, per_page or limit up to 100.
func paging(r *http.Request, name string, def int) (limit, offset int, err error) {
	if limit, err = httpkit.IntParam(r, name, def, 1, 100); err != nil {
		return 0, 0, err
	}
	n, err := httpkit.IntParam(r, "page", 1, 1, 100_000)
	return limit, (n - 1) * limit, err
}

// cut gives one page of a list that is in memory; never null.
func cut[T any](all []T, limit, offset int) []T {
	from := min(offset, len(all))
	return append([]T{}, all[from:min(from+limit, len(all))]...)
}
